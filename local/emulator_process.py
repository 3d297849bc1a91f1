"""Runs MiniStack, and ends with whoever started it. Run by the emulator's own Python, never imported.

Its standard input is a pipe that the starter holds open. When the starter is gone, however it ended, the pipe closes,
and with it goes the emulator: nothing is left listening on a port.
"""

import os
import signal
import sys
import threading

from ministack.app import main  # type: ignore[import-not-found]  # installed only where this runs

_GRACE_SECONDS = 10


def _end_with_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    sys.argv = ["ministack"]
    main()
