"""How long a password's hash takes by itself."""

import time
from statistics import median

from smartexam.accounts.passwords import hash_password, verify_password


def hash_seconds(samples: int) -> float:
    """Processor seconds of checking a right password, the median of several."""
    stored = hash_password("Violet-Zebra-Harbour-41")
    taken = []
    for _ in range(samples):
        started = time.process_time()
        verify_password(stored, "Violet-Zebra-Harbour-41")
        taken.append(time.process_time() - started)
    return median(taken)
