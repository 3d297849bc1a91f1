"""Programs as they are deployed: folders with byte code, and an interpreter that finds nothing else."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local import artifacts, template
from local.layout import PROJECT, Layout
from tools import sizes

# EMULATOR_VENV names another interpreter than that of `make`, as it does for the tests.
LAYOUT = Layout(emulator_venv=Path(os.environ.get("EMULATOR_VENV", PROJECT / ".venv-aws")))
_WORK = PROJECT / ".build" / "bench"
_RIVALS = PROJECT / ".venv-bench"
_INSTALLER = ("pip", "setuptools", "pip-*", "setuptools-*", "_distutils_hack", "distutils-precedence.pth")


@dataclass(frozen=True, slots=True)
class Program:
    """Something with a Lambda handler.

    Attributes:
        handler: module and name, as Lambda takes it.
        folders: what is importable besides the standard library, first what is its own.
        is_ours: whether its layer is built without what botocore has beyond what is called.
    """

    name: str
    handler: str
    folders: tuple[Path, ...]
    is_ours: bool = False

    @property
    def command(self) -> list[str]:
        """An interpreter without the environment, site-packages or the right to write byte code, as on Lambda."""
        return [str(LAYOUT.emulator_python), "-I", "-S", "-B"]

    def unpacked(self) -> int:
        """Bytes of everything that is deployed for it."""
        return sum(_size(folder, as_built=self.is_ours).unpacked for folder in self.folders)

    def packed(self) -> int:
        """Bytes of the zip files."""
        return sum(_size(folder, as_built=self.is_ours).packed for folder in self.folders)


@cache
def functions() -> tuple[Program, ...]:
    """Every function with its own layers, built for this machine."""
    return tuple(_functions())


def _functions() -> Iterator[Program]:
    source = template.load(LAYOUT.template)
    layers = {
        name: tuple(artifacts.layer_folders(name, resource["Properties"], LAYOUT))
        for name, resource in template.resources(source, "AWS::Serverless::LayerVersion")
    }
    shared = source["Globals"]["Function"]["Layers"]
    for logical_id, properties in template.functions(source):
        names = [layer["Ref"] for layer in [*shared, *properties.get("Layers", [])] if "Ref" in layer]
        package = artifacts.package_name(properties)
        folders = [_own(PROJECT / "functions" / package), *(folder for name in names for folder in layers[name])]
        yield Program(logical_id.removesuffix("Function"), properties["Handler"], tuple(folders), is_ours=True)


def function(package: str) -> Program:
    """The function of a package."""
    return next(each for each in functions() if each.handler.startswith(f"{package}."))


def bare() -> Program:
    """A process that imports PynamoDB with one client and a Powertools resolver; with the product's own versions."""
    packages = function("exams").folders[2:]
    return Program("PynamoDB + Powertools", "bare.handler", (_own(PROJECT / "bench" / "rivals" / "bare.py"), *packages))


def fastapi() -> Program:
    """The same route as the product's with FastAPI, Mangum and boto3."""
    found = list(_RIVALS.glob("lib/python*/site-packages"))
    if not found:
        raise SystemExit(f"{_RIVALS} is missing: run `make bench`")
    packages = _kept(found[0], [PROJECT / "requirements" / "bench.txt"], ignore=(*_INSTALLER, "__pycache__"))
    own = _own(PROJECT / "bench" / "rivals" / "fastapi_app.py")
    return Program("FastAPI + Mangum + boto3", "fastapi_app.handler", (own, packages))


def hand_signed() -> Program:
    """The least that a write takes: one prepared request, signed by hand, over a kept-alive connection."""
    return Program(
        "hand-signed minimum", "hand_signed.handler", (_own(PROJECT / "bench" / "rivals" / "hand_signed.py"),)
    )


@cache
def _size(folder: Path, *, as_built: bool) -> sizes.Size:
    services = folder / "botocore" / "data"
    if not as_built or not services.is_dir():
        return sizes.measure(folder)
    makefile = (PROJECT / "layers" / "Makefile").read_text(encoding="utf-8")
    kept = re.findall(r"^SERVICES := (.+)$", makefile, re.MULTILINE)[0].split()
    left_out = {each.name for each in services.iterdir() if each.is_dir()} - set(kept)
    with tempfile.TemporaryDirectory() as scratch:
        built = Path(scratch) / folder.name
        shutil.copytree(folder, built, ignore=lambda place, _: left_out if Path(place) == services else set())
        return sizes.measure(built)


def _own(source: Path) -> Path:
    """A folder that holds one package or module."""
    return _kept(source, sorted(source.rglob("*.py")) or [source], ignore=("__pycache__",))


def _kept(source: Path, parts: list[Path], ignore: tuple[str, ...]) -> Path:
    """A copy with byte code that is not checked, like `make build` makes it; made anew when one of `parts` changes."""
    digest = hashlib.sha256(f"{source} {LAYOUT.emulator_python}".encode())
    for part in parts:
        digest.update(part.read_bytes())
    folder = _WORK / f"{source.stem}-{digest.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    scratch = folder.with_suffix(".making")
    shutil.rmtree(scratch, ignore_errors=True)
    if source.is_file():
        scratch.mkdir(parents=True)
        shutil.copyfile(source, scratch / source.name)
    elif (source / "__init__.py").is_file():
        shutil.copytree(source, scratch / source.name, ignore=shutil.ignore_patterns(*ignore))
    else:
        shutil.copytree(source, scratch, ignore=shutil.ignore_patterns(*ignore))
    compile_all = [str(LAYOUT.emulator_python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*compile_all, str(scratch)], check=True)
    scratch.rename(folder)
    folder.touch()  # the copy has its source's age
    artifacts.discard_old(_WORK, f"{source.stem}-*", keep=2)
    return folder
