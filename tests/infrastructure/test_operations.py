"""Alarms, the dashboard, and automatic rollback."""

import json
import re
from typing import Any

import pytest

from local import template
from tests.infrastructure import stack

FUNCTIONS = stack.function_ids()
RESOURCES = stack.source()["Resources"]
ALARMS = dict(stack.deployed_of("AWS::CloudWatch::Alarm"))
TABLES = [name for name, _ in stack.deployed_of("AWS::DynamoDB::Table")]
MOST_METRICS_OF_AN_ALARM = 10
NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
NAMES_IN_AN_ACCOUNT = {
    "AlarmName",
    "BucketName",
    "DashboardName",
    "LayerName",
    "LogGroupName",
    "ManagedPolicyName",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
}
RULES = stack.source()["Rules"]


def _dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}


def _watching(metric: str) -> list[dict[str, Any]]:
    return [alarm for alarm in ALARMS.values() if alarm.get("MetricName") == metric]


def _added_up(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics whose sum an alarm watches."""
    total, *parts = alarm["Metrics"]
    assert total["Expression"] == "SUM(FILL(METRICS(), 0))"
    assert [each.get("ReturnData", True) for each in alarm["Metrics"]] == [True] + [False] * len(parts)
    assert {part["MetricStat"]["Stat"] for part in parts} == {"Sum"}
    return [part["MetricStat"]["Metric"] for part in parts]


class TestAlarms:
    def test_on_answers_that_fail_or_are_slow(self) -> None:
        (errors,), (slow,) = _watching("5xx"), _watching("Latency")
        assert _dimensions(errors) == _dimensions(slow) == {"ApiId": {"Ref": "HttpApi"}}
        assert slow["ExtendedStatistic"] == "p90"

    def test_on_the_websocket_api(self) -> None:
        (alarm,) = _watching("IntegrationError")
        assert _dimensions(alarm)["ApiId"] == {"Ref": "SocketsApi"}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_on_every_functions_deployed_version(self, function: str) -> None:
        alarm = ALARMS[f"{function.removesuffix('Function')}ErrorsAlarm"]
        version = stack.deployed()[f"{function}Aliaslive"]["Properties"]["FunctionVersion"]
        crashes, faults = _added_up(alarm)
        assert alarm["Threshold"] == 0
        assert (crashes["Namespace"], crashes["MetricName"]) == ("AWS/Lambda", "Errors")
        assert _dimensions(crashes) == {
            "FunctionName": {"Ref": function},
            "Resource": {"Fn::Sub": f"${{{function}}}:live"},
            "ExecutedVersion": version,
        }
        assert faults["Namespace"] == stack.source()["Globals"]["Function"]["Environment"]["Variables"][NAMESPACE]
        # The names under which the line of an invocation counts faults: tests/functional/test_faults_metric.py
        assert (faults["MetricName"], _dimensions(faults)) == (
            "faults",
            {"service": stack.package(function), "version": version},
        )

    def test_on_crashes_of_any_version(self) -> None:
        watched: list[dict[str, Any]] = []
        for name, alarm in ALARMS.items():
            if name.endswith("CrashesAlarm"):
                metrics = _added_up(alarm)
                assert len(metrics) <= MOST_METRICS_OF_AN_ALARM, name
                assert {(each["Namespace"], each["MetricName"]) for each in metrics} == {("AWS/Lambda", "Errors")}
                watched += metrics
        assert sorted(_dimensions(each)["FunctionName"]["Ref"] for each in watched) == sorted(FUNCTIONS)

    @pytest.mark.parametrize("table", TABLES)
    def test_on_every_table(self, table: str) -> None:
        alarm = ALARMS[f"{table.removesuffix('Table')}ThrottlesAlarm"]
        assert alarm["MetricName"] == "WriteThrottleEvents"
        assert _dimensions(alarm) == {"TableName": {"Ref": table}}

    def test_on_the_limit_that_all_functions_share(self) -> None:
        (alarm,) = _watching("Throttles")
        assert _dimensions(alarm) == {}

    def test_on_a_schedule_that_does_not_run(self) -> None:
        (alarm,) = [each for each in _watching("Invocations") if each["TreatMissingData"] == "breaching"]
        assert _dimensions(alarm) == {"FunctionName": {"Ref": "AttemptSweeperFunction"}}
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 600

    def test_on_streams_that_are_read_too_slowly(self) -> None:
        reading = {
            function
            for function in FUNCTIONS
            for event in stack.events(function).values()
            if event["Type"] == "DynamoDB"
        }
        watched = {_dimensions(alarm)["FunctionName"]["Ref"] for alarm in _watching("IteratorAge")}
        assert watched == reading

    def test_on_question_papers_that_could_not_be_worked_on(self) -> None:
        ((_, metric),) = stack.deployed_of("AWS::Logs::MetricFilter")
        (transformation,) = metric["MetricTransformations"]
        assert metric["LogGroupName"] == {"Ref": "PdfMiningLog"}
        (alarm,) = _watching(transformation["MetricName"])
        assert alarm["Namespace"] == transformation["MetricNamespace"]

    def test_say_what_is_wrong(self) -> None:
        for name, alarm in ALARMS.items():
            assert len(alarm["AlarmDescription"]) > 20, name
            assert alarm["TreatMissingData"] in {"notBreaching", "breaching"}, name

    def test_are_explained_to_whoever_is_woken(self) -> None:
        guide = (stack.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
        # One text serves all functions, and one all tables.
        families = {"ErrorsAlarm", "CrashesAlarm", "ThrottlesAlarm"}
        explained = {name for name in ALARMS if f"`{name}`" in guide or f"`{_family(name)}`" in guide}
        assert explained == set(ALARMS)
        assert all(f"`…{family}`" in guide for family in families)


def _family(alarm: str) -> str:
    return re.sub(r"^\w+?(ErrorsAlarm|CrashesAlarm|ThrottlesAlarm)$", r"…\1", alarm)


@pytest.mark.parametrize("function", FUNCTIONS)
class TestEveryDeployment:
    def test_moves_callers_by_and_by_in_production(self, function: str) -> None:
        preference = RESOURCES[function]["Properties"]["DeploymentPreference"]
        assert preference["Type"] == {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]}

    def test_goes_back_when_the_functions_alarm_rings(self, function: str) -> None:
        group = stack.deployed()[f"{function}DeploymentGroup"]["Properties"]
        assert group["AlarmConfiguration"]["Alarms"] == [
            {"Name": {"Ref": f"{function.removesuffix('Function')}ErrorsAlarm"}}
        ]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]

    def test_is_what_its_callers_call(self, function: str) -> None:
        alias = f"{function}Aliaslive"
        assert stack.deployed()[alias]["Properties"]["Name"] == "live"
        for name, permission in stack.deployed_of("AWS::Lambda::Permission"):
            if name.startswith(function.removesuffix("Function")) and "FunctionName" in permission:
                target = permission["FunctionName"]
                assert target != {"Ref": function}, name


def test_a_layers_change_is_a_new_version_of_its_functions() -> None:
    assert stack.source()["Globals"]["Function"]["AutoPublishAliasAllProperties"] is True
    for name, layer in RESOURCES.items():
        if layer["Type"] == "AWS::Serverless::LayerVersion":
            assert layer["Properties"]["PublishLambdaVersion"] is True, name


class TestASecondStackInTheAccount:
    def test_has_logs_of_its_own(self) -> None:
        for name, log in stack.deployed_of("AWS::Logs::LogGroup"):
            assert "/${AWS::StackName}/" in log["LogGroupName"]["Fn::Sub"], name

    def test_has_metrics_of_its_own(self) -> None:
        own = {"Ref": "AWS::StackName"}
        assert stack.source()["Globals"]["Function"]["Environment"]["Variables"][NAMESPACE] == own
        for _, metric in stack.deployed_of("AWS::Logs::MetricFilter"):
            assert {each["MetricNamespace"] == own for each in metric["MetricTransformations"]} == {True}

    def test_may_send_from_the_same_address(self) -> None:
        assert RESOURCES["MailIdentity"]["Condition"] == "NeedsMailIdentity"

    def test_finds_no_name_taken(self) -> None:
        for logical_id, resource in stack.deployed().items():
            given = {key: value for key, value in resource.get("Properties", {}).items() if key in NAMES_IN_AN_ACCOUNT}
            for key, name in given.items():
                assert "AWS::StackName" in str(name) or set(name) == {"Ref"}, (logical_id, key)


class TestTheDashboard:
    body: str = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "name", body))["widgets"]

    def test_shows_what_the_alarms_watch(self) -> None:
        for metric in ("5xx", "Latency", "Errors", "Throttles", "IntegrationError", "mining_failures", "Messages"):
            assert metric in self.body, metric

    def test_names_only_what_exists(self) -> None:
        named = {name for name in re.findall(r"\$\{([^}]+)\}", self.body) if not name.startswith("AWS::")}
        assert named <= set(RESOURCES) | set(stack.source()["Parameters"])

    def test_widgets_do_not_overlap(self) -> None:
        cells = [
            (widget["x"] + column, widget["y"] + row)
            for widget in self.widgets
            for column in range(widget["width"])
            for row in range(widget["height"])
        ]
        assert len(cells) == len(set(cells))
        assert max(column for column, _ in cells) < 24


class TestParameters:
    def test_a_domain_needs_its_certificate(self) -> None:
        default = stack.source()["Parameters"]["CertificateArn"]["Default"]
        (assertion,) = RULES["ADomainHasACertificate"]["Assertions"]
        assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, default]}]}

    @pytest.mark.parametrize(
        ("resource", "condition"),
        [
            ("ApiDomain", "HasDomain"),
            ("ApiDomainMapping", "HasDomain"),
            ("ApiDomainRecord", "HasHostedZone"),
            ("Budget", "HasBudget"),
            ("AlarmTopic", "HasAlarmEmail"),
        ],
    )
    def test_what_is_not_asked_for_is_not_made(self, resource: str, condition: str) -> None:
        assert RESOURCES[resource]["Condition"] == condition
        assert condition in stack.source()["Conditions"]

    def test_the_domain_leads_to_the_stage_that_sam_makes(self) -> None:
        assert RESOURCES["ApiDomainMapping"]["DependsOn"] in stack.deployed()

    def test_a_budget_warns_before_it_is_spent(self) -> None:
        notified = RESOURCES["Budget"]["Properties"]["NotificationsWithSubscribers"]
        kinds = {each["Notification"]["NotificationType"]: each["Notification"]["Threshold"] for each in notified}
        assert kinds == {"ACTUAL": 80, "FORECASTED": 100}


def test_the_model_is_asked_no_faster_than_it_answers() -> None:
    limits = RESOURCES["HttpApi"]["Properties"]["RouteSettings"]
    for route in (
        "POST /api/study-chat",
        "POST /admin/ai-command-centre/generate",
        "POST /admin/ai-command-centre/upload-url",
    ):
        assert limits[route]["ThrottlingRateLimit"] <= 20


class TestTheFirewall:
    waf = template.load(stack.ROOT / "infrastructure" / "waf.yaml")
    rules: list[dict[str, Any]] = waf["Resources"]["Firewall"]["Properties"]["Rules"]
    distribution: dict[str, Any] = waf["Resources"]["Distribution"]["Properties"]["DistributionConfig"]

    def test_answers_in_the_apis_one_error_shape(self) -> None:
        bodies = self.waf["Resources"]["Firewall"]["Properties"]["CustomResponseBodies"]
        assert json.loads(bodies["too-many"]["Content"]).items() >= {"status": "error", "success": False}.items()
        for rule in self.rules[:2]:
            assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429

    def test_watches_every_way_to_sign_in(self) -> None:
        scope = self.rules[1]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["RegexMatchStatement"]
        limits = RESOURCES["HttpApi"]["Properties"]["RouteSettings"]
        for path in ("/login", "/admin/login", "/api/auth/login", "/api/auth/google"):
            assert f"POST {path}" in limits
            assert re.search(scope["RegexString"], path)
        assert not re.search(scope["RegexString"], "/api/auth/me")

    def test_lets_a_hall_full_of_students_behind_one_address_through(self) -> None:
        students, every = 2000, 30
        assert self.waf["Parameters"]["RequestsPerAddress"]["Default"] >= students * 300 / every

    def test_nothing_is_cached(self) -> None:
        behaviour = self.distribution["DefaultCacheBehavior"]
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
        assert {"GET", "POST", "PUT", "DELETE"} <= set(behaviour["AllowedMethods"])
