"""The whole product on one machine: `python -m local`.

AWS is MiniStack, a child process to which `template.yaml` itself is deployed. It has no HTTP API, so our own gateway is
in front of it and reads its routes from the same template.
"""
