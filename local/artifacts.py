"""Builds what is deployed: one package per function, and the layers.

Everything is built for the emulator's Python, which runs the functions, and cached by a hash of its source.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.layout import Layout
from local.template import Template, functions, resources

# Three layers with packages, in two versions each, and some more for a stack that still runs with an older one.
_KEEP_BUILDS = 12
_DAY_SECONDS = 24 * 3600
_LEFT_OUT = {"__pycache__", "tests"}
# The earliest time in zip files; a fixed time makes equal content equal bytes.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class BuildError(Exception):
    """A layer or function could not be built; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A zip file to deploy, named after its content."""

    name: str
    content: bytes

    @classmethod
    def of(cls, prefix: str, content: bytes) -> "Artifact":
        """An artifact with the hash of its content in its name."""
        return cls(f"{prefix}-{hashlib.sha256(content).hexdigest()[:20]}.zip", content)


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All artifacts that a template's resources need, by logical id."""

    functions: dict[str, Artifact]
    layers: dict[str, Artifact]


def build(template: Template, layout: Layout) -> Artifacts:
    """Build all functions and layers of a template in parallel.

    Raises:
        BuildError: a package is missing, does not compile, or pip failed.
    """
    with ThreadPoolExecutor() as pool:
        layers = {
            logical_id: pool.submit(_build_layer, logical_id, resource["Properties"], layout)
            for logical_id, resource in resources(template, "AWS::Serverless::LayerVersion")
        }
        packages = pool.submit(_build_functions, template, layout)
        return Artifacts(packages.result(), {logical_id: layer.result() for logical_id, layer in layers.items()})


def package_name(properties: dict[str, Any]) -> str:
    """The package of a function: the first part of its handler."""
    return str(properties.get("Handler", "")).split(".", 1)[0]


def _build_functions(template: Template, layout: Layout) -> dict[str, Artifact]:
    general = template.get("Globals", {}).get("Function", {})
    built: dict[str, Artifact] = {}
    compiled: dict[Path, Path] = {}
    for logical_id, properties in functions(template):
        source = (layout.project / str(properties.get("CodeUri", general.get("CodeUri", ".")))).resolve()
        package = package_name(properties)
        if not (source / package).is_dir():
            raise BuildError(f"{logical_id}: there is no package {source / package}")
        if source not in compiled:
            compiled[source] = _compiled(source, "functions", layout)
        built[logical_id] = Artifact.of(package, _zipped(compiled[source], package))
    return built


def layer_folders(logical_id: str, properties: dict[str, Any], layout: Layout) -> list[Path]:
    """Folders with a layer's content, our own first: built here, with this machine's packages.

    Raises:
        BuildError: there is nothing to build, or pip failed.
    """
    source = (layout.project / str(properties["ContentUri"])).resolve()
    if not source.is_dir():
        raise BuildError(f"{logical_id}: there is no folder {source}")
    folders = [_compiled(source, "layer", layout)] if _packages(source) else []
    if (requirements := source / "requirements.txt").is_file():
        folders.append(_installed(requirements, layout))
    if not folders:
        raise BuildError(f"{logical_id}: there is neither a package nor a requirements.txt in {source}")
    return folders


def _build_layer(logical_id: str, properties: dict[str, Any], layout: Layout) -> Artifact:
    """A layer that points to its built folders.

    Every worker of the emulator unpacks its function's layers: 30 MB each if the zip file contained the packages. A
    path file leads all workers to one compiled copy instead.
    """
    folders = layer_folders(logical_id, properties, layout)
    # In front, as /opt/python is on Lambda; otherwise the emulator's own packages would be found first.
    lines = "".join(f"import sys; sys.path.insert({at}, {str(folder)!r})\n" for at, folder in enumerate(folders))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("python/lib/python3/site-packages/layer.pth", _ZIP_EPOCH), lines)
    return Artifact.of(logical_id, buffer.getvalue())


def _installed(requirements: Path, layout: Layout) -> Path:
    """A folder with the packages of a requirements file."""
    python = layout.emulator_python

    def install(folder: Path) -> None:
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--no-deps", "--no-compile", "--target", folder, "--requirement", requirements])
        shutil.rmtree(folder / "bin", ignore_errors=True)
        _compile(folder, requirements.parent, layout)

    return _kept("packages", [_interpreter(python), requirements.read_bytes()], install, layout)


def _compiled(source: Path, prefix: str, layout: Layout) -> Path:
    """A copy of the Python packages in a folder, with byte code."""
    files = _source_files(source)

    def copy(folder: Path) -> None:
        for file in files:
            target = folder / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        _compile(folder, source, layout)

    parts = [_interpreter(layout.emulator_python), os.fsencode(source)]
    for file in files:
        parts += [os.fsencode(file.relative_to(source)), file.read_bytes()]
    return _kept(prefix, parts, copy, layout)


@cache
def _interpreter(python: Path) -> bytes:
    """The interpreter for byte code and packages; another Python would compile them again at every start."""
    return _run([python, "-c", "import sys, sysconfig; print(sys.version, sysconfig.get_platform())"]).encode()


def _packages(source: Path) -> list[Path]:
    return [folder for folder in source.iterdir() if (folder / "__init__.py").is_file()]


def _source_files(source: Path) -> list[Path]:
    packages = _packages(source)
    if not packages:
        raise BuildError(f"there is no package in {source}")
    return sorted(
        file
        for package in packages
        for file in package.rglob("*")
        if file.is_file() and not _LEFT_OUT.intersection(file.relative_to(source).parts) and file.suffix != ".pyc"
    )


def _compile(folder: Path, source: Path, layout: Layout) -> None:
    # Unchecked, because unpacking changes the times that ordinary byte code depends on. The source's path instead of
    # this build's, and a fixed hash seed (see `_run`), so that equal source gives equal byte code.
    command: list[str | Path] = [layout.emulator_python, "-m", "compileall", "-q", "-j", "0"]
    _run([*command, "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", source, folder])


def _kept(prefix: str, parts: Iterable[bytes], make: Callable[[Path], None], layout: Layout) -> Path:
    """The folder built from `parts`, built unless it exists.

    It appears atomically, so an interrupted or simultaneous build does no harm.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    folder = layout.build / f"{prefix}-{digest.hexdigest()[:20]}"
    try:
        os.utime(folder)
    except FileNotFoundError:
        pass
    else:
        return folder
    layout.build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.build, prefix=f".{prefix}-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        make(made)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    discard_old(layout.build, f"{prefix}-*", keep=_KEEP_BUILDS)
    return folder


def discard_old(parent: Path, pattern: str, *, keep: int) -> None:
    """Delete all folders with a name except the most recently used, and those of today, which others may be using."""
    yesterday = time.time() - _DAY_SECONDS
    for folder in sorted(parent.glob(pattern), key=_last_use, reverse=True)[keep:]:
        if _last_use(folder) < yesterday:
            shutil.rmtree(folder, ignore_errors=True)


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # another process discards too
        return 0.0


def _zipped(root: Path, package: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((root / package).rglob("*")):
            if file.is_file():
                info = zipfile.ZipInfo(str(file.relative_to(root)), _ZIP_EPOCH)
                info.external_attr = 0o644 << 16
                archive.writestr(info, file.read_bytes())
    return buffer.getvalue()


def _run(command: Sequence[str | Path]) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise BuildError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}".strip())
    return done.stdout
