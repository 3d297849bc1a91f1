"""The WebSocket API: every route once, its stage limited and logged, and the right to post to its connections."""

import re

from chat_ws import app
from tests.infrastructure import stack

ROUTES = dict(stack.deployed_of("AWS::ApiGatewayV2::Route"))


def _of_sockets(properties: dict[str, object]) -> bool:
    return properties["ApiId"] == {"Ref": "SocketsApi"}


def test_every_action_has_a_route_and_every_route_an_action() -> None:
    keys = [properties["RouteKey"] for properties in ROUTES.values() if _of_sockets(properties)]
    assert sorted(keys) == sorted(["$connect", "$disconnect", "$default", *app.ACTIONS])


def test_route_keys_are_letters_as_api_gateway_wants_them() -> None:
    for properties in ROUTES.values():
        assert re.fullmatch(r"\$?[A-Za-z]+", properties["RouteKey"])


def test_every_route_leads_to_the_function() -> None:
    for properties in ROUTES.values():
        assert properties["Target"] == {"Fn::Sub": "integrations/${SocketsIntegration}"}
    integration = stack.deployed()["SocketsIntegration"]["Properties"]
    assert integration["IntegrationUri"]["Fn::Sub"][1] == {"Function": {"Ref": "ChatWsFunctionAliaslive"}}


def test_frames_are_limited_and_logged_without_tickets() -> None:
    properties = stack.deployed()["SocketsStage"]["Properties"]
    assert properties["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert properties["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["SocketsLog", "Arn"]}
    assert not re.search(
        r"querystring|authoriz|cookie|header|path", properties["AccessLogSettings"]["Format"], re.IGNORECASE
    )


def test_only_this_stage_may_call_the_function() -> None:
    source = stack.deployed()["SocketsPermission"]["Properties"]["SourceArn"]["Fn::Sub"]
    assert source.endswith(":${SocketsApi}/${Stage}/*")


def test_connections_are_posted_to_on_this_stage_only() -> None:
    for function in stack.function_ids():
        for item in stack.statements(function):
            if "execute-api:ManageConnections" in item.actions:
                (resource,) = item.resources
                assert resource["Fn::Sub"].endswith(":${SocketsApi}/${Stage}/*/@connections/*")
                assert "SOCKETS_ENDPOINT" in stack.environment(function)
