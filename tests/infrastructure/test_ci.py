"""CI jobs run the same commands as developers, with minimal rights."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import template
from tests.infrastructure import stack

ROOT = stack.ROOT
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _read(path: str) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return document


WORKFLOW = _read(".github/workflows/ci.yml")
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


def _commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class TestTheWorkflow:
    def test_runs_what_a_developer_runs(self) -> None:
        commands = [command for job in JOBS.values() for command in _commands(job)]
        assert {"make lint", "make validate", "make test", "make build"} <= set(commands)
        assert {command.split()[1] for command in commands if command.startswith("make ")} <= TARGETS

    def test_tests_every_python_that_the_code_promises(self) -> None:
        assert JOBS["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]

    def test_builds_with_the_runtimes_python(self) -> None:
        runtime = stack.source()["Globals"]["Function"]["Runtime"]
        for name in ("build", "deploy"):
            (setup,) = [step for step in JOBS[name]["steps"] if "setup-python" in step.get("uses", "")]
            assert f"python{setup['with']['python-version']}" == runtime

    def test_deploys_tags_after_the_tests_and_nothing_else(self) -> None:
        deploying = {name for name, job in JOBS.items() if any("deploy" in command for command in _commands(job))}
        assert deploying == {"deploy"}
        assert JOBS["deploy"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
        assert set(JOBS["deploy"]["needs"]) == set(JOBS) - {"deploy"}
        assert JOBS["deploy"]["environment"] == "production"

    def test_has_no_stored_keys_and_few_rights(self) -> None:
        assert WORKFLOW["permissions"] == {"contents": "read"}
        assert [name for name, job in JOBS.items() if "id-token" in job.get("permissions", {})] == ["deploy"]
        assert "secrets." not in json.dumps(JOBS)

    @pytest.mark.parametrize("path", [".github/workflows/ci.yml", ".github/workflows/audit.yml"])
    def test_uses_actions_that_nobody_can_exchange(self, path: str) -> None:
        used = [step["uses"] for job in _read(path)["jobs"].values() for step in job["steps"] if "uses" in step]
        assert used
        for action in used:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action

    def test_does_not_run_for_ever(self) -> None:
        assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_known_weaknesses_are_looked_up_every_week_and_with_every_new_pin() -> None:
    # YAML 1.1 reads `on` as a truth value.
    workflow = _read(".github/workflows/audit.yml")
    calls = workflow[True]
    assert calls["schedule"]
    (job,) = workflow["jobs"].values()
    assert _commands(job) == ["make audit"]
    assert "audit" in TARGETS
    watched = {path for pattern in calls["push"]["paths"] for path in ROOT.glob(pattern)}
    assert watched >= {*ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/*/requirements.txt")}


def test_every_folder_with_requirements_is_kept_up_to_date() -> None:
    pip = next(each for each in _read(".github/dependabot.yml")["updates"] if each["package-ecosystem"] == "pip")
    watched = {folder for pattern in pip["directories"] for folder in ROOT.glob(pattern.strip("/"))}
    assert {path.parent for path in (ROOT / "layers").glob("*/requirements.txt")} <= watched
    assert ROOT / "requirements" in watched


def _hooks() -> Iterator[dict[str, Any]]:
    for repository in _read(".pre-commit-config.yaml")["repos"]:
        assert repository["repo"] == "local", "a hook from elsewhere would bring a version of its own"
        yield from repository["hooks"]


@pytest.mark.parametrize("hook", list(_hooks()), ids=lambda hook: hook["id"])
def test_hooks_are_the_projects_own_tools(hook: dict[str, Any]) -> None:
    words = [word for word in hook["entry"].split() if "=" not in word and word != "env"]
    assert hook["language"] == "system"
    assert words[0].startswith(".venv/bin/")
    if "-m" in words:
        module = ROOT / words[words.index("-m") + 1].replace(".", "/")
        assert module.is_dir() or module.with_suffix(".py").is_file()


class TestTheRoleThatDeploys:
    resources: dict[str, Any] = template.load(ROOT / "infrastructure" / "github-deploy.yaml")["Resources"]
    role: dict[str, Any] = resources["DeployRole"]
    boundary: dict[str, Any] = resources["Boundary"]
    statements: list[dict[str, Any]] = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = tuple(each for each in statements if each["Effect"] == "Allow")

    def test_is_for_one_environment_of_one_repository(self) -> None:
        (statement,) = self.role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        claims = statement["Condition"]["StringEquals"]
        assert claims["token.actions.githubusercontent.com:sub"] == {
            "Fn::Sub": f"repo:${{Repository}}:environment:{JOBS['deploy']['environment']}"
        }
        assert claims["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"

    def test_makes_roles_of_the_stacks_alone(self) -> None:
        for statement in self.allowed:
            resources = statement["Resource"]
            for resource in resources if isinstance(resources, list) else [resources]:
                assert resource["Fn::Sub"].endswith("/smartexam-*")

    def test_gives_rights_only_to_roles_with_the_boundary(self) -> None:
        giving = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"}
        for statement in self.allowed:
            if giving & set(statement["Action"]):
                assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
        allowed = {action for statement in self.allowed for action in _listed(statement["Action"])}
        assert giving <= allowed
        assert not {"iam:DeleteRolePermissionsBoundary", "iam:*"} & allowed

    def test_cannot_change_its_own_rights_or_the_boundary(self) -> None:
        (denied,) = [each for each in self.statements if each["Effect"] == "Deny" and each["Action"] == "iam:*"]
        own = {resource["Fn::Sub"].rpartition("${AWS::AccountId}:")[2] for resource in denied["Resource"]}
        # CloudFormation names both after the stack.
        assert own == {"role/${AWS::StackName}-*", "policy/${AWS::StackName}-*"}
        assert "RoleName" not in self.role["Properties"]
        assert "ManagedPolicyName" not in self.boundary["Properties"]

    def test_the_boundary_allows_nothing_that_widens_rights(self) -> None:
        for statement in self.boundary["Properties"]["PolicyDocument"]["Statement"]:
            for action in _listed(statement["Action"]):
                assert action.partition(":")[0] not in {"iam", "sts", "organizations", "account", "cloudformation", "*"}

    def test_every_role_of_the_stack_can_have_the_boundary(self) -> None:
        for name, role in stack.deployed_of("AWS::IAM::Role"):
            boundary = {"Fn::If": ["HasBoundary", {"Ref": "RolesBoundary"}, {"Ref": "AWS::NoValue"}]}
            assert role["PermissionsBoundary"] == boundary, name

    def test_the_boundary_has_room_for_what_functions_do(self) -> None:
        statements = self.boundary["Properties"]["PolicyDocument"]["Statement"]
        patterns = [action for statement in statements for action in _listed(statement["Action"])]
        used = {
            action
            for function in stack.function_ids()
            for each in stack.statements(function)
            for action in each.actions
        }
        assert [action for action in used if not any(fnmatchcase(action, pattern) for pattern in patterns)] == []

    def test_the_stacks_are_named_so(self) -> None:
        names = re.findall(r'^stack_name = "(.+)"', (ROOT / "samconfig.toml").read_text(encoding="utf-8"), re.MULTILINE)
        assert names
        assert all(name.startswith("smartexam-") for name in names)


def test_ci_is_the_readmes_command() -> None:
    assert "exec make test" in Path(ROOT / ".ci" / "run").read_text(encoding="utf-8")
