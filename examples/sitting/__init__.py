"""The demonstration behind `sit_exam.py`."""

import sys
from pathlib import Path

# The client is a separate distribution; from a clone the demonstration runs without installing it.
sys.path.append(str(Path(__file__).parents[2] / "clients" / "python"))
