"""Chooses the receivers of events, and delivers the events to connected clients."""

from smartexam.talk.realtime.publishing import Event, Own, publish, publish_to_question, publish_to_users

__all__ = ["Event", "Own", "publish", "publish_to_question", "publish_to_users"]
