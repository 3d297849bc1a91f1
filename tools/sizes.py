"""Print the sizes of what `sam build` made, and fail if Lambda would refuse it: part of `make build`."""

import io
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local import template

BUILD = Path(__file__).parents[1] / ".aws-sam" / "build"
MIB = 1024 * 1024
# The limit of a function with all its layers, unpacked, and this project's limit for a function's own package.
LARGEST = 250 * MIB
LARGEST_PACKAGE = 1 * MIB


@dataclass(frozen=True)
class Size:
    """The size of one artifact in bytes, unpacked and as uploaded."""

    name: str
    unpacked: int
    packed: int


def measure(folder: Path) -> Size:
    """The size of a built function or layer."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    return Size(folder.name, sum(file.stat().st_size for file in files), buffer.tell())


def too_large(functions: dict[str, Size], layers: dict[str, list[Size]]) -> list[str]:
    """The sizes beyond the limits, in words; `layers` are those of each function."""
    found = []
    for name, size in functions.items():
        whole = size.unpacked + sum(layer.unpacked for layer in layers[name])
        if whole > LARGEST:
            found.append(f"{name} with its layers is {whole / MIB:.0f} MiB unpacked, Lambda takes {LARGEST / MIB:.0f}")
        if size.unpacked > LARGEST_PACKAGE:
            found.append(f"{name} is {size.unpacked / MIB:.1f} MiB by itself: third-party code belongs into a layer")
    return found


def main() -> int:
    """Print a table of `.aws-sam/build`; returns 1 if something is too large."""
    built = template.load(BUILD / "template.yaml")
    measured = {name: measure(BUILD / name) for name in built["Resources"] if (BUILD / name).is_dir()}
    shared = built["Globals"]["Function"]["Layers"]
    functions, layers = {}, {}
    for name, properties in template.functions(built):
        functions[name] = measured[name]
        # A layer that the operator may bring is not built here.
        own = [layer for layer in properties.get("Layers", []) if "Ref" in layer]
        layers[name] = [measured[layer["Ref"]] for layer in [*shared, *own]]
    print(f"{'':32}{'unpacked':>12}{'packed':>12}")
    for size in sorted(measured.values(), key=lambda size: -size.unpacked):
        print(f"{size.name:32}{size.unpacked / 1024:>8,.0f} KiB{size.packed / 1024:>8,.0f} KiB")
    problems = too_large(functions, layers)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
