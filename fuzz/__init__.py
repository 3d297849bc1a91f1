"""Fuzzing of everything that reads strangers' input.

A harness is a module with `read(data)`, which takes any bytes and raises if our code handles them wrongly, and `SEEDS`,
from which inputs are made. Harnesses do not know the fuzzer: `make fuzz` runs them under it for any time, `make test`
runs them briefly.
"""

HARNESSES = (
    "csv_import",
    "pdf",
    "key_grid",
    "multipart",
    "json_bodies",
    "cookies",
    "access_tokens",
    "google_tokens",
    "queries",
    "images",
    "model_answers",
    "formulas",
    "frames",
    "result_pdf",
    "texts",
)
