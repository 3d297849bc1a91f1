"""A start herd: thousands of students start the same exam within seconds."""

from bench.herd.stampede import run

__all__ = ["run"]
