"""Fuzzing of everything that reads what strangers send.

A harness is a module with `read(data)`, which takes any bytes and raises if our code does with them what it must not,
and `SEEDS`, from which inputs are made. Harnesses know nothing of the fuzzer: `make fuzz` runs them under it for as
long as one likes, `make test` runs the same ones for a moment.
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
