"""Events to connected clients: who gets which, and getting them there."""

from smartexam.realtime.publishing import Event, publish, publish_to_question, publish_to_users

__all__ = ["Event", "publish", "publish_to_question", "publish_to_users"]
