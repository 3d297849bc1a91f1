"""Resets what a process keeps between two calls."""

from exams import recent
from smartexam.accounts import revocations
from smartexam.catalog.store import papers
from smartexam.platform import ids
from smartexam.platform.settings import settings


def forget_processes_state() -> None:
    """Reset this process to the state of a fresh Lambda: no settings, ids, feed, papers or guesses.

    The connection stays, because creating a client takes longer than most tests.
    """
    settings.cache_clear()
    ids.allocator.cache_clear()
    revocations.feed.cache_clear()
    papers.load_paper.cache_clear()
    papers.load_answer_key.cache_clear()
    recent.sittings.clear()
