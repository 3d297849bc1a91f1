"""Events to connected clients: who gets which, and getting them there."""

from smartexam.talk.realtime.publishing import Event, Own, publish, publish_to_question, publish_to_users

__all__ = ["Event", "Own", "publish", "publish_to_question", "publish_to_users"]
