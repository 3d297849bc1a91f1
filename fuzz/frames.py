"""WebSocket frames."""

import json

from chat_ws import frames
from chat_ws.models import AboutQuestion, Heartbeat, InConversation, SendMessage
from fuzz.requests import refused
from smartexam.platform.errors import BadRequest

SHAPES = (SendMessage, InConversation, AboutQuestion, Heartbeat)
SEEDS = (
    b'\x00{"action":"sendMessage","conv_id":1,"message":"hello","client_id":"a","reply_to_id":2}',
    b'\x01{"action":"typing","conv_id":9007199254740993}',
    b'\x02{"action":"joinDiscussion","question_id":-1,"question_id":1}',
    b'\x03{"action":"heartbeat","x":[[[]]]}',
    b'\x00{"action":"\\ud800","client_id":"' + b"x" * 101 + b'"}',
)


def read(data: bytes) -> None:
    """A shape, or an error event that repeats only the fields by which the client recognises the frame."""
    shape = SHAPES[data[0] % len(SHAPES)] if data else Heartbeat
    text = data[1:].decode("utf-8", "surrogateescape")
    error = refused(lambda: frames.read(text, shape)) or BadRequest("No", code="unknown_action")
    told = json.loads(frames.refusal(error, text))
    assert told["event"] == "error"
    assert told["data"]["code"]
    assert set(told["data"]) <= {"message", "code", "action", "client_id", "errors"}
