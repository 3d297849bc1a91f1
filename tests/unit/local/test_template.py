"""The template is read like CloudFormation does, as far as the local stack needs."""

from pathlib import Path
from typing import Any

import pytest

from local.artifacts import Artifact, Artifacts
from local.deployment import Addresses, localised
from local.layout import PROJECT
from local.template import Resolver, Template, TemplateError, load

TEXT = """
Parameters:
  Stage: {Type: String, Default: dev}
  Origins: {Type: CommaDelimitedList, Default: "https://a.test, https://b.test"}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !And [!Not [!Condition IsProd], !Or [!Equals [!Ref Stage, test], !Equals [!Ref Stage, dev]]]
Globals:
  Function:
    CodeUri: functions/
    Environment: {Variables: {STAGE: !Ref Stage}}
Resources:
  CommonLayer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile}
    Properties: {ContentUri: layers/common}
  HttpApi: {Type: AWS::Serverless::HttpApi}
  Chat: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}
  ExamsFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties:
      Handler: exams.app.lambda_handler
      Environment:
        Variables:
          CHAT_URL: !Sub "wss://${Chat}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}"
          PUSH_URL: !Sub ["https://${Chat}.execute-api.${AWS::Region}.amazonaws.com/${S}", {S: !Ref Stage}]
          API_URL: !GetAtt HttpApi.ApiEndpoint
Outputs:
  ApiUrl: {Value: !Sub "https://${HttpApi}.execute-api.${AWS::Region}.amazonaws.com"}
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    file = tmp_path / "template.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return load(file)


def resolved(template: Template, value: Any, **parameters: str) -> Any:
    return Resolver(template, parameters, "ap-south-1").value(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Origins"}, ["https://a.test", "https://b.test"]),
        ({"Ref": "AWS::Region"}, "ap-south-1"),
        ({"Ref": "Chat"}, {"Ref": "Chat"}),
        ({"Fn::Sub": "x-${Stage}"}, "x-dev"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Stage"}}]}, "dev-dev"),
        ({"Fn::Sub": "${Chat}-${Stage}"}, {"Fn::Sub": "${Chat}-dev"}),
        ({"Fn::If": ["IsProd", 1, {"Ref": "Stage"}]}, "dev"),
        ({"Fn::Join": [",", {"Ref": "Origins"}]}, "https://a.test,https://b.test"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Origins"}]}, "https://b.test"),
        ({"a": [{"Ref": "Stage"}, 1, True]}, {"a": ["dev", 1, True]}),
    ],
)
def test_what_follows_from_parameters_is_evaluated(template: Template, value: object, expected: object) -> None:
    assert resolved(template, value) == expected


def test_parameters_given_win_over_defaults(template: Template) -> None:
    assert resolved(template, {"Ref": "Origins"}, Origins="https://c.test") == ["https://c.test"]


def test_conditions_hold_or_not(template: Template) -> None:
    resolver = Resolver(template, {"Stage": "prod"}, "ap-south-1")

    assert resolver.holds("IsProd")
    assert not resolver.holds("IsTest")
    with pytest.raises(TemplateError):
        resolver.holds("Unknown")


@pytest.mark.parametrize("text", ["[1]", "Resources: 1", "a: [", ""])
def test_a_file_that_is_not_a_template_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(TemplateError):
        load(file)


def test_the_projects_template_can_be_read() -> None:
    template = load(PROJECT / "template.yaml")

    assert template["Transform"] == "AWS::Serverless-2016-10-31"


def test_the_deployed_template_differs_by_what_this_machine_needs(template: Template) -> None:
    artifacts = Artifacts(
        {"ExamsFunction": Artifact("exams-1.zip", b"")}, {"CommonLayer": Artifact("layer-1.zip", b"")}
    )
    addresses = Addresses("http://127.0.0.1:3000", "http://127.0.0.1:4566")

    local = localised(template, artifacts, addresses, {"SMARTEXAM_LOCAL": "1"})

    function = local["Resources"]["ExamsFunction"]
    assert function["Properties"]["CodeUri"] == "s3://local-artifacts/exams-1.zip"
    assert "Metadata" not in function
    assert local["Resources"]["CommonLayer"]["Properties"]["ContentUri"] == "s3://local-artifacts/layer-1.zip"
    assert local["Globals"]["Function"] == {
        "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}, "SMARTEXAM_LOCAL": "1"}}
    }
    assert function["Properties"]["Environment"]["Variables"] == {
        "CHAT_URL": {"Fn::Sub": "ws://127.0.0.1:4566/_aws/execute-api/${Chat}/${Stage}"},
        "PUSH_URL": {"Fn::Sub": ["http://127.0.0.1:4566/_aws/execute-api/${Chat}/${S}", {"S": {"Ref": "Stage"}}]},
        "API_URL": {"Fn::Sub": "http://127.0.0.1:3000"},
    }
    assert local["Outputs"]["ApiUrl"]["Value"] == {"Fn::Sub": "http://127.0.0.1:3000"}
    assert template["Globals"]["Function"]["CodeUri"] == "functions/", "the project's own stays as it is"


def test_what_moves_callers_by_and_by_is_left_out_here(template: Template) -> None:
    function = template["Resources"]["ExamsFunction"]["Properties"]
    function["DeploymentPreference"] = {"Type": "AllAtOnce"}
    function["Environment"]["Variables"]["CHAT_ARN"] = {"Ref": "ExamsFunction.Alias"}
    template["Resources"]["ExamsErrorsAlarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"Dimensions": [{"Name": "V", "Value": {"Fn::GetAtt": ["ExamsFunction", "Version.Version"]}}]},
    }
    template["Globals"]["Function"] |= {
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": True,
        "DeploymentPreference": {"Role": "arn"},
    }
    template["Resources"]["CommonLayer"]["Properties"]["PublishLambdaVersion"] = True
    artifacts = Artifacts({"ExamsFunction": Artifact("exams-1.zip", b"")}, {"CommonLayer": Artifact("layer.zip", b"")})

    local = localised(template, artifacts, Addresses("http://127.0.0.1:3000", "http://127.0.0.1:4566"), {})

    properties = local["Resources"]["ExamsFunction"]["Properties"]
    assert "DeploymentPreference" not in properties
    assert properties["Environment"]["Variables"]["CHAT_ARN"] == {"Fn::GetAtt": ["ExamsFunction", "Arn"]}
    assert "ExamsErrorsAlarm" not in local["Resources"]
    assert set(local["Globals"]["Function"]) == {"Environment"}
    assert set(local["Resources"]["CommonLayer"]["Properties"]) == {"ContentUri"}
