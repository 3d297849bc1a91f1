"""What this process saw last of papers and sittings, so that saving answers need not read first."""

from collections import OrderedDict

from smartexam.sitting.store.sitting_items import Sitting

_MOST_GUESSES = 1000
_MOST_SITTINGS = 2000


class PaperVersions:
    """The paper version of each exam that this process saw last, which its attempts most likely have.

    Saving answers must not read first, but reading answers needs their paper. The write's condition checks the guess,
    which is wrong only while attempts from before and after an edit run at the same time.
    """

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def guess(self, exam_id: int) -> int | None:
        """The version last seen, None if none was."""
        return self._seen.get(exam_id)

    def saw(self, exam_id: int, version: int) -> None:
        """Remember a version."""
        if len(self._seen) >= _MOST_GUESSES:
            self._seen.clear()
        self._seen[exam_id] = version


class LatestSittings:
    """Sittings that this process saved last.

    In a closed or full section the result of a sync depends on the saved state. If this process did the last sync of
    the attempt, it knows that state, and the write's condition checks it; otherwise the refused write returns the
    current sitting.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, int], Sitting] = OrderedDict()

    def get(self, user_id: int, exam_id: int) -> Sitting | None:
        """The last known sitting, None if this process does not know it."""
        return self._seen.get((user_id, exam_id))

    def clear(self) -> None:
        """Forget them all."""
        self._seen.clear()

    def saw(self, sitting: Sitting) -> None:
        """Remember a sitting."""
        key = sitting.user_id, sitting.exam_id
        self._seen[key] = sitting
        self._seen.move_to_end(key)
        if len(self._seen) > _MOST_SITTINGS:
            self._seen.popitem(last=False)


versions = PaperVersions()
sittings = LatestSittings()
