"""Parts of the benchmark run in one process, each on an engine of its own."""

from smartexam.platform.dynamodb import engine
from tests.factories.process import forget_processes_state


def begin_process() -> None:
    """Forget what the part before has left: its settings, its connections, its ids and papers."""
    forget_processes_state()
    engine.reset()
