"""The web app: bytes of each route, and the time until a screen can be used on a slow phone."""

import subprocess
from statistics import median

from bench.report import Budget, Cell, Options, Section, Table
from bench.web.sizes import FORMULAS, Build
from bench.web.usable import SIGN_IN, SITTING, phone
from local.layout import PROJECT

MOST_SCRIPT_BYTES = 120_000
MOST_MS = 2000
_SIGN_IN, _SITTING = "/app/login", "/app/exams/:id/sit"


def run(options: Options) -> Section:
    """Build, weigh every route, and open the two screens that a slow phone must open soon."""
    subprocess.run(["make", "--silent", "web"], check=True, cwd=PROJECT)  # noqa: S607 - the make that runs this
    build = Build(PROJECT / "web")
    routes = build.routes()
    rows: list[list[Cell]] = []
    for path, module in routes.items():
        weight = build.weight(module)
        rows.append([path, weight.scripts, weight.styles])
    formulas = build.weight(routes[_SITTING], FORMULAS).scripts
    rows.append([f"{_SITTING}, with formulas", formulas, build.weight(routes[_SITTING], FORMULAS).styles])
    times: dict[str, list[float]] = {SIGN_IN: [], SITTING: []}
    with phone() as open_screen:
        for _ in range(options.samples(5, 1)):
            times[SIGN_IN].append(open_screen(SIGN_IN, _SIGN_IN))
            times[SITTING].append(open_screen(SITTING, "/app/exams/1/sit"))
    return Section(
        "The web app",
        [
            Table("Bytes of a route, compressed", ["route", "scripts", "styles"], rows),
            Table(
                "Until a screen can be used, ms",
                ["screen", "median", "worst"],
                [[name, median(each), max(each)] for name, each in times.items()],
                "Nothing in the cache; 1.6 Mbit/s, 150 ms of latency, a quarter of the processor's speed. The sitting "
                "includes who is signed in and the paper.",
            ),
        ],
        [
            Budget("scripts of the sign-in screen", build.weight(routes[_SIGN_IN]).scripts, MOST_SCRIPT_BYTES, "bytes"),
            Budget("scripts of the sitting screen, with formulas", formulas, MOST_SCRIPT_BYTES, "bytes"),
            *(
                Budget(f"until the {name} screen can be used", median(each), MOST_MS, "ms", is_ratio=False)
                for name, each in times.items()
            ),
        ],
    )
