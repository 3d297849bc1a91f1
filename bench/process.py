"""Runs parts of the benchmark in one process, each on its own engine."""

from smartexam.platform.dynamodb import engine
from tests.factories.process import forget_processes_state


def begin_process() -> None:
    """Clear the state of the previous part: settings, connections, ids and papers."""
    forget_processes_state()
    engine.reset()
