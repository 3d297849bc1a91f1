"""Database round trips and consumed capacity of every route, in small tables and in large ones."""

from bench.database.comparison import run

__all__ = ["run"]
