"""Builds the AsyncAPI 3 document of the WebSocket from the actions and the events that the code declares."""

import json
from typing import Any

from chat_ws.app import ACTIONS
from smartexam.talk.realtime.events import EVENTS
from tools.openapi.examples import Examples
from tools.openapi.functions import ROOT
from tools.openapi.shapes import Shapes

OUTPUT = ROOT / "functions" / "docs" / "asyncapi.json"
_DESCRIPTION = """Chat messages, presence, and the discussions of questions, as they happen.

`POST /api/chat/ws-ticket` answers a `url` that contains a ticket: it opens one connection, within 60 seconds. Programs
that can set headers may connect with `Authorization: Bearer <token>` instead. Anything else is refused with 401.

A frame to the server has an `action`, and 32 KB at most; the rules and the limits are those of the HTTP routes. The
server sends `{"event": ..., "data": {...}}`. Events may come out of order and, around a reconnect, not at all: fetch
what is missing with `GET /api/chat/messages/{chat_id}`. While a student sits an exam without `allow_chat`, no event of
the chat is sent.

Connections end after ten minutes of silence, after two hours, and with the session that opened them. A user may have 20
connections; another one replaces the oldest.
"""


def text() -> str:
    """The document as it is committed."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


def build() -> dict[str, Any]:
    """The document as a JSON value."""
    known = Shapes({action.takes for action in ACTIONS.values()}, set(EVENTS.values()))
    examples = Examples(known.components)
    frames = {name: _frame(name, known, examples) for name in ACTIONS}
    events = {name: _event(name, known, examples) for name in EVENTS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Smart exam: WebSocket",
            "version": "1.0.0",
            "description": _DESCRIPTION.strip(),
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "socket": {
                "host": "ws.example.org",
                "protocol": "wss",
                "description": "The address is the `url` that `POST /api/chat/ws-ticket` answers.",
                "security": [{"$ref": "#/components/securitySchemes/ticket"}],
            }
        },
        "channels": {
            "socket": {
                "address": "/",
                "description": "The one connection of a device.",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in [*map(_request_name, frames), *events]
                },
            }
        },
        "operations": {
            **{
                name: {
                    "action": "receive",
                    "channel": {"$ref": "#/channels/socket"},
                    "summary": ACTIONS[name].description,
                    "messages": [{"$ref": f"#/channels/socket/messages/{_request_name(name)}"}],
                    **_reply(ACTIONS[name].answer),
                }
                for name in frames
            },
            **{
                f"on_{name}": {
                    "action": "send",
                    "channel": {"$ref": "#/channels/socket"},
                    "summary": events[name]["summary"],
                    "messages": [{"$ref": f"#/channels/socket/messages/{name}"}],
                }
                for name in events
            },
        },
        "components": {
            "messages": {**{_request_name(name): frame for name, frame in frames.items()}, **events},
            "schemas": known.components,
            "securitySchemes": {
                "ticket": {
                    "type": "httpApiKey",
                    "in": "query",
                    "name": "ticket",
                    "description": "From `POST /api/chat/ws-ticket`; valid for 60 seconds and one connection.",
                }
            },
        },
    }


def _request_name(action: str) -> str:
    return f"{action}Frame"


def _reply(event: str | None) -> dict[str, Any]:
    if event is None:
        return {}
    messages = [{"$ref": f"#/channels/socket/messages/{event}"}]
    return {"reply": {"channel": {"$ref": "#/channels/socket"}, "messages": messages}}


def _frame(name: str, known: Shapes, examples: Examples) -> dict[str, Any]:
    """A frame has the fields of its shape beside `action`."""
    shape = known.fields(ACTIONS[name].takes)
    properties = {"action": {"const": name, "description": "What is asked for."}, **shape.get("properties", {})}
    return {
        "name": name,
        "summary": ACTIONS[name].description,
        "payload": {"type": "object", "required": ["action", *shape.get("required", ())], "properties": properties},
        "examples": [{"payload": {"action": name, **examples.of(known.schema(ACTIONS[name].takes))}}],
    }


def _event(name: str, known: Shapes, examples: Examples) -> dict[str, Any]:
    schema = known.schema(EVENTS[name])
    return {
        "name": name,
        "summary": known.fields(EVENTS[name])["description"].partition("\n\n")[0],
        "payload": {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"const": name, "description": "What happened."},
                "data": {**schema, "description": "The content of the event."},
            },
        },
        "examples": [{"payload": {"event": name, "data": examples.of(schema)}}],
    }
