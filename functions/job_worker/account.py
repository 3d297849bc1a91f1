"""Writes all that is stored of an account into a ZIP file for its owner."""

import io
import zipfile
from collections.abc import Iterable
from typing import IO

import msgspec

from smartexam import exporting
from smartexam.accounts.store import identity
from smartexam.exporting import Row
from smartexam.jobs.running import Outcome, Work
from smartexam.jobs.store.jobs import ResultFile
from smartexam.platform import storage
from smartexam.platform.errors import NotFound
from smartexam.platform.settings import settings
from smartexam.platform.times import iso

_ZIP = "application/zip"
_REPORTED_EVERY = 200


def export(work: Work) -> Outcome:
    """Write the account of the job's owner.

    Raises:
        NotFound: the account was deleted meanwhile.
    """
    user = identity.get_user(work.job.created_by)
    if user is None:
        raise NotFound("The account is gone", code="account_gone")
    now = work.clock.now()
    files, left_out, owner = exporting.of_account(user, now)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            percent = 100 * number // len(files)
            with archive.open(f"{file.name}.json", "w") as entry:
                _write(entry, file.rows(owner), work, percent, file.name)
        about = {"user_id": user.id, "exported_at": iso(now), "closed_while_sitting": left_out}
        archive.writestr("about.json", msgspec.json.format(msgspec.json.encode(about)))
    # Under the claim's id, so that a worker that lost its claim cannot overwrite the holder's file.
    key = f"jobs/{work.job.id}/{work.claim_id}.zip"
    storage.put(settings().required("UPLOADS_BUCKET"), key, buffer.getvalue(), _ZIP)
    return Outcome(b"{}", "Ready to download", ResultFile(key, "account.zip", _ZIP))


def _write(entry: IO[bytes], rows: Iterable[Row], work: Work, percent: int, name: str) -> None:
    """Write rows as a JSON list, one a line, without holding them all."""
    before = b"[\n"
    for number, row in enumerate(rows):
        entry.write(before + msgspec.json.encode(row))
        before = b",\n"
        if number % _REPORTED_EVERY == 0:
            work.report(percent, name)
    entry.write(b"[]\n" if before == b"[\n" else b"\n]\n")
