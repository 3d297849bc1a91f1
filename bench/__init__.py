"""Benchmarks of the project; each part is a package.

Functions and layers are imported by name, as on Lambda, so their folders are on Python's path.
"""

import sys
from pathlib import Path

_PROJECT = Path(__file__).parents[1]
for _folder in ("functions", "layers/media", "layers/documents", "layers/common"):
    if (_path := str(_PROJECT / _folder)) not in sys.path:
        sys.path.insert(0, _path)
