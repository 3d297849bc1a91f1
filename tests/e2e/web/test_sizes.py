"""What a browser has to load for a screen, compressed as it is sent."""

import gzip

import pytest

from bench.web import MOST_SCRIPT_BYTES
from bench.web.sizes import FORMULAS, Build
from local.layout import PROJECT

# Of any route, without formulas and charts, which are loaded where there are some.
MOST_ROUTE_BYTES, MOST_STYLE_BYTES = 50_000, 8_000
WORKER_BYTES = 1_500


@pytest.fixture(scope="module")
def build(built: None) -> Build:
    return Build(PROJECT / "web")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["src/features/account/LoginScreen.tsx"], id="sign-in"),
        pytest.param(["src/features/sitting/SittingScreen.tsx", FORMULAS], id="sitting, with formulas"),
    ],
)
def test_a_slow_connection_need_not_load_more(build: Build, names: list[str]) -> None:
    assert build.weight(*names).scripts <= MOST_SCRIPT_BYTES


def test_no_route_is_larger(build: Build) -> None:
    weights = {path: build.weight(module) for path, module in build.routes().items()}

    assert len(weights) >= 30
    assert {"/app/login", "/app/exams/:id/sit", "/app/admin/exams"} <= set(weights)
    assert {path: it for path, it in weights.items() if it.scripts > MOST_ROUTE_BYTES} == {}
    assert {path: it for path, it in weights.items() if it.styles > MOST_STYLE_BYTES} == {}


def test_formulas_are_loaded_only_where_one_is_shown(build: Build) -> None:
    (formulas,) = (file for file in build.files(FORMULAS) if "typeset" in file)

    assert not any(formulas in build.files(module) for module in build.routes().values())


def test_the_worker_keeps_what_an_exam_is_sat_with_and_no_more(build: Build) -> None:
    worker = (PROJECT / "web" / "dist" / "sw.js").read_text(encoding="utf-8")
    needed = build.files("index.html", "src/features/sitting/SittingScreen.tsx", FORMULAS)

    assert {file for file in needed if f'"{file}"' in worker} == needed
    assert worker.count('"assets/') == len(needed)
    assert len(gzip.compress(worker.encode(), 9)) <= WORKER_BYTES
