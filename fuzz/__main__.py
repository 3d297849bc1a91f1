"""Runs harnesses under the fuzzer: `python -m fuzz [--seconds N] [NAME ...]`, all of them without a name.

Each runs in its own process, from its seeds and the interesting inputs of earlier runs (`.fuzz/NAME/corpus`). A failing
input is left in `.fuzz/NAME`; the exit status then is 1.
"""

import argparse
import hashlib
import importlib
import re
import subprocess
import sys
from pathlib import Path

from fuzz import HARNESSES

WORK = Path(__file__).parents[1] / ".fuzz"
# Inputs beyond these limits are findings too: a request has 30 s and 512 MB.
SLOW_SECONDS = 10
MOST_MEGABYTES = 2048
# Code whose new paths are interesting: ours, and the libraries that parse files and tokens. Instrumenting all imports
# would take a minute.
INSTRUMENTED = [
    *("smartexam", "language_model", "paper_reader", "question_generation", "image_files", "result_sheets", "fuzz"),
    *(path.parent.name for path in (Path(__file__).parents[1] / "functions").glob("*/app.py")),
    *("multipart", "jwt", "pypdf", "PIL", "google"),
]
_STATISTIC = re.compile(r"stat::(\w+):\s+(\d+)")


def main() -> int:
    """Run the requested harnesses, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(HARNESSES)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each harness")
    parser.add_argument("--within", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(HARNESSES)
    if unknown:
        parser.error(f"there is no harness {', '.join(sorted(unknown))}")
    if arguments.within:
        _fuzz(arguments.names[0], arguments.seconds)
    print(f"{'harness':<16}{'executions':>12}{'a second':>10}{'corpus':>8}{'slowest s':>11}{'MB':>6}  finding")
    findings = [_run(name, arguments.seconds) for name in arguments.names or HARNESSES]
    return int(any(findings))


def _run(name: str, seconds: int) -> bool:
    """Fuzz in a separate process; returns whether it found something."""
    folder = WORK / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    before = set(folder.glob("*-*"))
    command = [sys.executable, "-m", "fuzz", "--within", "--seconds", str(seconds), name]
    with (folder / "log").open("wb") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)  # noqa: S603 - ourselves
    found = sorted(path.name for path in set(folder.glob("*-*")) - before)
    statistics = dict(_STATISTIC.findall((folder / "log").read_text(encoding="utf-8", errors="replace")))
    if done.returncode and not found:
        found = [f"exit status {done.returncode}, see {folder / 'log'}"]
    keys = ("number_of_executed_units", "average_exec_per_sec", "slowest_unit_time_sec", "peak_rss_mb")
    executions, rate, slowest, memory = (statistics.get(key, "?") for key in keys)
    inputs = len(list((folder / "corpus").iterdir()))
    told = ", ".join(found) or "-"
    print(f"{name:<16}{executions:>12}{rate:>10}{inputs:>8}{slowest:>11}{memory:>6}  {told}", flush=True)
    return bool(found)


def _fuzz(name: str, seconds: int) -> None:
    """Become the fuzzer of a harness; it ends the process."""
    import atheris  # noqa: PLC0415 - in the fuzzer's own environment only

    with atheris.instrument_imports(include=INSTRUMENTED):
        harness = importlib.import_module(f"fuzz.{name}")
    folder = WORK / name
    for seed in harness.SEEDS:
        (folder / "corpus" / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOW_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={max(4096, *(2 * len(seed) for seed in harness.SEEDS))}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([name, str(folder / "corpus"), *options], harness.read)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
