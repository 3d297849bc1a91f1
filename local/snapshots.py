"""States of the emulator right after deployment and demo data.

Starting from a copy takes a second; deploying and loading take ten. A reset is the same as a start.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from local.artifacts import discard_old
from local.layout import Layout

# Incremented when the content of snapshots changes for another reason than its inputs.
_FORMAT = "1"
_KEPT = 6


class Snapshots:
    """The snapshots of one project, each named after all its inputs."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def name(self, *inputs: Any) -> str:
        """The name of the snapshot for these inputs, this package's demo data and this emulator."""
        digest = hashlib.sha256(_FORMAT.encode())
        digest.update(json.dumps(inputs, default=str).encode())
        for file in sorted(Path(__file__).parent.glob("demo*.py")):
            digest.update(file.read_bytes())
        installed = self._layout.emulator_venv.glob("lib/python*/site-packages/ministack-*.dist-info")
        digest.update("".join(sorted(folder.name for folder in installed)).encode())
        return digest.hexdigest()[:20]

    def has(self, name: str) -> bool:
        """Whether there is one."""
        return (self._layout.snapshots / name).is_dir()

    def keep(self, name: str, state: Path) -> None:
        """Make a snapshot from a stopped emulator's state folder, which is moved."""
        self._layout.snapshots.mkdir(parents=True, exist_ok=True)
        discard_old(self._layout.snapshots, "*", keep=_KEPT - 1)
        kept = self._layout.snapshots / name
        try:
            # A rename, so that a snapshot appears atomically.
            state.rename(kept)
        except OSError:
            if not kept.is_dir():
                raise
            # Another run has made the same one meanwhile.
            shutil.rmtree(state)

    def restore(self, name: str, state: Path) -> None:
        """Replace a state folder by a copy of a snapshot."""
        source = self._layout.snapshots / name
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(source, state)
        source.touch()
