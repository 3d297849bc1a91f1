"""`make hashes`: write beside every pin the hashes of all files that the package index has of that version.

pip then takes nothing else, on any platform and Python. Versions and comments stay as they are.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).parents[1]
_PIN = re.compile(r"([\w.-]+)==")
_HASH = re.compile(r"--hash=\S+")


def main() -> int:
    """Rewrite every requirements file; 0."""
    for path in sorted([*PROJECT.glob("requirements/*.txt"), *PROJECT.glob("layers/*/requirements.txt")]):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(hashed(lines, _known(path))) + "\n", encoding="utf-8")
    return 0


def hashed(lines: Iterable[str], known: dict[str, list[str]]) -> list[str]:
    """The lines of a requirements file with the hashes that are known of each pin, and no others.

    Args:
        lines: of the file, with or without hashes.
        known: `--hash=...` by the package's normalised name.
    """
    written: list[str] = []
    for line in lines:
        if line.lstrip().startswith("--hash="):
            continue
        pin = _PIN.match(line)
        parts = [line.rstrip(" \\"), *(known[normalised(pin[1])] if pin else ())]
        written.append(" \\\n    ".join(parts))
    return written


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _known(path: Path) -> dict[str, list[str]]:
    command = [
        str(Path(sys.executable).parent / "uv"),
        *("pip", "compile", "--no-deps", "--generate-hashes", "--universal", "--python-version", "3.11"),
        *("--no-header", "--no-annotate", "--quiet", str(path)),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - nobody else's words
    known: dict[str, list[str]] = {}
    for block in re.split(r"\n(?! )", done.stdout):
        if pin := _PIN.match(block):
            known[normalised(pin[1])] = _HASH.findall(block)
    return known


if __name__ == "__main__":
    raise SystemExit(main())
