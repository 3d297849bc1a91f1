"""The conversation behind `chat.py`: in reading order, `conversation`, `line`, `screen`, `client`."""

import sys
from pathlib import Path

# The client is a separate distribution; from a clone the example runs without installing it.
sys.path.append(str(Path(__file__).parents[2] / "clients" / "python"))
