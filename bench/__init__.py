"""How well the project does what can be measured but not proved; run in the project's folder: `python -m bench.X`."""

import sys
from pathlib import Path

for _layer in ("common", "documents"):
    _path = str(Path(__file__).parents[1] / "layers" / _layer)
    if _path not in sys.path:
        sys.path.insert(0, _path)
