"""Alarms, the dashboard, and automatic rollback."""

import json
import os
import re
import subprocess
from typing import Any

import pytest

from local import template
from smartexam.platform.http.origin import HEADER
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
                logs = {str(_log_of(_dimensions(each)["FunctionName"]["Ref"])) for each in metrics}
                assert logs == {str({"Ref": name.replace("CrashesAlarm", "Log")})}
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
        assert metric["LogGroupName"] == _log_of("PdfMiningFunction")
        assert '$.service = "pdf_mining"' in metric["FilterPattern"]
        (alarm,) = _watching(transformation["MetricName"])
        assert alarm["Namespace"] == transformation["MetricNamespace"]

    def test_say_what_is_wrong(self) -> None:
        for name, alarm in ALARMS.items():
            assert len(alarm["AlarmDescription"]) > 20, name
            assert alarm["TreatMissingData"] in {"notBreaching", "breaching"}, name

    def test_are_explained_in_the_operations_guide(self) -> None:
        guide = (stack.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
        # One text serves all functions, and one all tables.
        families = {"ErrorsAlarm", "CrashesAlarm", "ThrottlesAlarm"}
        explained = {name for name in ALARMS if f"`{name}`" in guide or f"`{_family(name)}`" in guide}
        assert explained == set(ALARMS)
        assert all(f"`…{family}`" in guide for family in families)


def _log_of(function: str) -> Any:
    return stack.deployed()[function]["Properties"]["LoggingConfig"]["LogGroup"]


def _family(alarm: str) -> str:
    return re.sub(r"^\w+?(ErrorsAlarm|CrashesAlarm|ThrottlesAlarm)$", r"…\1", alarm)


@pytest.mark.parametrize("function", FUNCTIONS)
class TestEveryDeployment:
    def test_moves_callers_by_and_by_in_production(self, function: str) -> None:
        preference = RESOURCES[function]["Properties"]["DeploymentPreference"]
        assert preference["Type"] == {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]}

    def test_is_rolled_back_when_the_functions_alarm_fires(self, function: str) -> None:
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


@pytest.mark.parametrize(
    ("stage", "given", "is_required"),
    [("prod", "", True), ("prod", "false", False), ("dev", "", False), ("dev", "true", True)],
)
def test_administrators_need_a_second_factor_in_production_unless_it_is_switched_off(
    stage: str, given: str, is_required: bool
) -> None:
    resolver = template.Resolver(stack.source(), {"Stage": stage, "RequireAdminMfa": given}, "us-east-1")
    environment = stack.source()["Globals"]["Function"]["Environment"]["Variables"]
    assert (resolver.value(environment["REQUIRE_ADMIN_MFA"]) == "true") == is_required


@pytest.mark.parametrize("whom", ["administrators", "everybody"])
def test_a_second_factor_may_be_required_of_everybody(whom: str) -> None:
    resolver = template.Resolver(stack.source(), {"SecondFactor": whom}, "us-east-1")
    environment = stack.source()["Globals"]["Function"]["Environment"]["Variables"]
    assert stack.source()["Parameters"]["SecondFactor"]["Default"] == "administrators"
    assert resolver.value(environment["SECOND_FACTOR"]) == whom


class TestTheFirewall:
    waf = template.load(stack.ROOT / "infrastructure" / "site.yaml")
    rules: list[dict[str, Any]] = waf["Resources"]["WebAcl"]["Properties"]["Rules"]
    distribution: dict[str, Any] = waf["Resources"]["Distribution"]["Properties"]["DistributionConfig"]

    def test_answers_in_the_apis_one_error_shape(self) -> None:
        bodies = self.waf["Resources"]["WebAcl"]["Properties"]["CustomResponseBodies"]
        assert json.loads(bodies["too-many"]["Content"]).items() >= {"status": "error", "success": False}.items()
        for rule in self.rules[:2]:
            assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429

    def test_watches_every_way_to_sign_in(self) -> None:
        scope = self.rules[1]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["RegexMatchStatement"]
        for path in ("/login", "/admin/login", "/api/auth/login", "/api/auth/google"):
            assert re.search(scope["RegexString"], path)
        assert not re.search(scope["RegexString"], "/api/auth/me")

    def test_lets_a_hall_full_of_students_behind_one_address_through(self) -> None:
        students, every = 2000, 30
        assert self.waf["Parameters"]["RequestsPerAddress"]["Default"] >= students * 300 / every

    def test_is_on_in_production_unless_switched_off(self) -> None:
        def is_on(**parameters: str) -> bool:
            return template.Resolver(self.waf, parameters, "us-east-1").holds("HasFirewall")

        assert is_on(Stage="prod")
        assert is_on(Stage="dev", Firewall="on")
        assert not is_on(Stage="prod", Firewall="off")
        assert not is_on(Stage="dev")
        assert self.distribution["WebACLId"]["Fn::If"][:2] == ["HasFirewall", {"Fn::GetAtt": ["WebAcl", "Arn"]}]

    def test_tells_the_api_what_came_through_it(self) -> None:
        origin = next(each for each in self.distribution["Origins"] if each["Id"] == "api")
        (header,) = origin["OriginCustomHeaders"]
        assert header == {"HeaderName": HEADER, "HeaderValue": {"Ref": "OriginSecret"}}
        assert self.waf["Parameters"]["OriginSecret"]["NoEcho"] is True

    def test_nothing_of_the_api_is_cached(self) -> None:
        behaviour = self.distribution["DefaultCacheBehavior"]
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
        assert {"GET", "POST", "PUT", "DELETE"} <= set(behaviour["AllowedMethods"])


class TestTheWebApp:
    site = template.load(stack.ROOT / "infrastructure" / "site.yaml")["Resources"]

    def test_is_served_beside_the_api_with_its_headers(self) -> None:
        (behaviour,) = self.site["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
        assert (behaviour["PathPattern"], behaviour["TargetOriginId"]) == ("/app*", "web")
        assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "WebHeaders"}

    def test_has_the_same_headers_as_on_a_developers_machine(self) -> None:
        local = json.loads((stack.ROOT / "web" / "headers.json").read_text(encoding="utf-8"))
        policy = self.site["WebHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
        security = policy["SecurityHeadersConfig"]
        csp = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
        expected = local["content-security-policy"].replace("{images}", "${Images}")
        assert csp == expected.replace("{connections}", "${Sockets} https://*.s3.${ApiRegion}.amazonaws.com")
        assert security["FrameOptions"]["FrameOption"] == local["x-frame-options"]
        assert security["ReferrerPolicy"]["ReferrerPolicy"] == local["referrer-policy"]
        for header in policy["CustomHeadersConfig"]["Items"]:
            assert local[header["Header"]] == header["Value"]

    def test_is_in_a_bucket_that_only_the_distribution_reads(self) -> None:
        assert all(self.site["WebBucket"]["Properties"]["PublicAccessBlockConfiguration"].values())
        serve, _ = self.site["WebBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert serve["Action"] == "s3:GetObject"
        assert "distribution/${Distribution}" in serve["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]

    @pytest.mark.parametrize(
        ("address", "file"),
        [
            ("/app/", "/app/index.html"),
            ("/app/exams/7/sit", "/app/index.html"),
            ("/app/assets/index-1a2b.js", "/app/assets/index-1a2b.js"),
            ("/app/icon.svg", "/app/icon.svg"),
        ],
    )
    def test_every_address_of_a_screen_is_the_page(self, address: str, file: str) -> None:
        code = self.site["WebAddresses"]["Properties"]["FunctionCode"]
        call = f"{code}\nconsole.log(handler({{request: {{uri: {json.dumps(address)}}}}}).uri)"
        answered = subprocess.run(
            ["node", "--eval", call],
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": f"{stack.ROOT}/.node/bin:{os.environ['PATH']}"},
        )
        assert answered.stdout.strip() == file


SHARES = {
    function: stack.deployed()[function]["Properties"]["ReservedConcurrentExecutions"]["Fn::If"]
    for function in FUNCTIONS
    if "ReservedConcurrentExecutions" in stack.deployed()[function]["Properties"]
}


class TestConcurrency:
    """Sittings have reserved concurrency that other functions cannot use up, and expensive functions have a limit."""

    least_unreserved = 100  # Lambda's own rule

    def test_sitting_has_its_own(self) -> None:
        assert SHARES["ExamsFunction"] == ["HasShares", {"Ref": "SittingConcurrency"}, {"Ref": "AWS::NoValue"}]

    def test_what_is_expensive_has_a_limit(self) -> None:
        passwords = {"AuthFunction", "AccountFunction"}
        own_layers = {function for function in FUNCTIONS if RESOURCES[function]["Properties"].get("Layers")}
        large = {function for function in FUNCTIONS if RESOURCES[function]["Properties"].get("MemorySize", 0) > 512}
        assert passwords | own_layers | large <= set(SHARES)

    def test_the_account_has_room_for_all(self) -> None:
        sitting = stack.source()["Parameters"]["SittingConcurrency"]["Default"]
        others = sum(share for _, share, _ in SHARES.values() if isinstance(share, int))
        assert sitting + others + self.least_unreserved <= 1000
        assert (
            f"{others + self.least_unreserved} more"
            in stack.source()["Parameters"]["SittingConcurrency"]["Description"]
        )

    def test_is_reserved_in_production_unless_the_account_is_too_small(self) -> None:
        def shared(**parameters: str) -> bool:
            return template.Resolver(stack.source(), parameters, "us-east-1").holds("HasShares")

        assert shared(Stage="prod")
        assert not shared(Stage="prod", SittingConcurrency="0")
        assert not shared(Stage="dev")


class TestThrottles:
    def test_are_far_above_need(self) -> None:
        api = RESOURCES["HttpApi"]["Properties"]
        students = 10_000
        by_all = (
            students / 30 + students / 10 * 3
        )  # all sync; and all start, which takes three requests, within ten seconds
        assert api["DefaultRouteSettings"]["ThrottlingRateLimit"] >= 2 * by_all
        for route, limit in api["RouteSettings"].items():
            assert limit["ThrottlingRateLimit"] >= 10 * students / 60, route  # all sign in within a minute


class TestTls:
    def test_is_1_2_on_every_distribution_with_a_domain(self) -> None:
        waf = template.load(stack.ROOT / "infrastructure" / "site.yaml")["Resources"]
        found = [
            each for each in [*RESOURCES.values(), *waf.values()] if each["Type"] == "AWS::CloudFront::Distribution"
        ]
        assert len(found) == 2
        for distribution in found:
            settings = distribution["Properties"]["DistributionConfig"]
            _, with_domain, _ = settings["ViewerCertificate"]["Fn::If"]
            assert with_domain["MinimumProtocolVersion"] == "TLSv1.2_2021"
            assert settings["DefaultCacheBehavior"]["ViewerProtocolPolicy"] in {"https-only", "redirect-to-https"}

    def test_is_required_by_every_bucket(self) -> None:
        guarded = set()
        for _, policy in stack.deployed_of("AWS::S3::BucketPolicy"):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}:
                    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
                    guarded.add(policy["Bucket"]["Ref"])
        assert guarded == {name for name, _ in stack.deployed_of("AWS::S3::Bucket")}


class TestAddressOfTheWebApp:
    """What links in mails begin with."""

    @pytest.mark.parametrize(
        ("parameters", "address"),
        [
            pytest.param({}, "http://localhost:3000/app", id="neither: a developer's machine"),
            pytest.param({"SiteDomain": "d1.cloudfront.net"}, "https://d1.cloudfront.net/app", id="the distribution's"),
            pytest.param(
                {"SiteDomain": "exams.example.org", "AppBaseUrl": "https://app.example.org"},
                "https://app.example.org",
                id="an app elsewhere",
            ),
        ],
    )
    def test_is_the_distributions_unless_named(self, parameters: dict[str, str], address: str) -> None:
        variables = stack.source()["Globals"]["Function"]["Environment"]["Variables"]
        resolver = template.Resolver(stack.source(), parameters, "ap-south-1")

        assert resolver.value(variables["APP_BASE_URL"]) == address

    @pytest.mark.parametrize(
        ("domain", "is_taken"),
        [
            ("exams.example.org", True),
            ("", True),
            ("https://exams.example.org", False),
            ("exams.example.org/app", False),
        ],
    )
    def test_is_made_of_a_host_alone(self, domain: str, is_taken: bool) -> None:
        pattern = stack.source()["Parameters"]["SiteDomain"]["AllowedPattern"]
        assert bool(re.fullmatch(pattern, domain)) is is_taken


class TestProduction:
    """What the template's rules refuse: settings for development, and examples."""

    asserted = str(RULES["ProductionHasItsOwnAddresses"]["Assertions"])

    def test_refuses_the_examples_of_samconfig(self) -> None:
        text = (stack.ROOT / "samconfig.toml").read_text(encoding="utf-8")
        examples = re.findall(r'"\w+=([^"]*example\.com)"', text)
        assert len(examples) >= 5
        for example in examples:
            assert f"'{example}'" in self.asserted, example

    @pytest.mark.parametrize("name", ["AppBaseUrl", "AllowedOrigins"])
    @pytest.mark.parametrize(
        ("address", "is_taken"),
        [
            ("https://exams.example.org", True),
            ("http://127.0.0.1:3000", True),
            ("http://exams.example.org", False),
            ("http://localhost.example.org", False),
            ("https://", False),
            ("*", False),
        ],
    )
    def test_takes_http_on_a_developers_machine_alone(self, name: str, address: str, is_taken: bool) -> None:
        pattern = stack.source()["Parameters"][name]["AllowedPattern"]
        assert bool(re.fullmatch(pattern, address)) is is_taken
