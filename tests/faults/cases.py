"""Chooses which faults are tried at which calls of a flow.

Every fault for every length of time at every call would be about ten thousand cases. Many are the same for the caller:
an internal error, a refused connection and a throttled request all mean that nothing was done and the call may be
repeated. Of those one is tried at each call, in turn, so that all are tried somewhere. FAULTS=all tries everything.
"""

import itertools
import os
from collections.abc import Iterator, Sequence

from tests.factories.faults import Call, Extent, Fault

Case = tuple[Call, Fault, Extent]

# Of a flow, or as many as it has calls: in long flows each call meets only some of its faults.
_MOST_CASES = 50
# Faults that are the same for the caller. A conflict is handled by other code than the client's own retries.
_ALIKE = (
    (Fault.SERVER_ERROR, Fault.REFUSED, Fault.THROTTLED),
    (Fault.CONFLICT,),
    (Fault.LOST, Fault.TIMEOUT),
    (Fault.UNPROCESSED,),
)


def cases(calls: Sequence[Call]) -> list[Case]:
    """The cases of a flow that makes these calls."""
    if os.environ.get("FAULTS") == "all":
        return [case for case in itertools.product(calls, Fault, Extent) if case[0].suffers(*case[1:])]
    different = [list(_different(call)) for call in calls]
    each = max(1, _MOST_CASES // len(calls))
    return [
        of_call[(number * each + further) % len(of_call)]
        for number, of_call in enumerate(different)
        for further in range(min(each, len(of_call)))
    ]


def _different(call: Call) -> Iterator[Case]:
    for extent in Extent:
        for alike in _ALIKE:
            faults = [fault for fault in alike if call.suffers(fault, extent)]
            if faults:
                yield call, faults[(call.number + len(extent)) % len(faults)], extent
