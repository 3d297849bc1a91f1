"""The whole product on one machine: `python -m local`.

AWS is MiniStack, a child process to which `template.yaml` itself is deployed. What it cannot do, the HTTP API, is a
gateway of ours in front of it, which reads its routes from the same template.
"""
