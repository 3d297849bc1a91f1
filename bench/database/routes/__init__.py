"""Every route of the API that touches data, called once as its clients call it; see `bench.database.world`."""

from collections.abc import Callable

from bench.database.routes import (
    accounts,
    administration,
    chat,
    discussions,
    generation,
    people,
    questions,
    security,
    sitting,
    sockets,
    statistics,
    students,
    study,
)
from bench.database.world import World

# In this order: statistics are asked for before others change what is counted.
ALL: tuple[Callable[[World], None], ...] = (
    statistics.measure,
    sitting.measure,
    accounts.measure,
    security.measure,
    chat.measure,
    sockets.measure,
    discussions.measure,
    study.measure,
    people.measure,
    students.measure,
    administration.measure,
    questions.measure,
    generation.measure,
    statistics.measure_rebuilding,
)
