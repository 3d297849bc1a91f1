"""Shapes of requests and answers."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from smartexam.jobs.queue import Progress
from smartexam.platform.http.queries import Order, PageSize


class JobsQuery(Struct, frozen=True):
    """In which order, where to continue, and how many to list.

    Attributes:
        order: `desc` lists the newest jobs first, `asc` the oldest.
    """

    order: Order = "desc"
    cursor: str | None = None
    limit: PageSize = 50


class JobRow(Struct, frozen=True):
    """The progress of a job; `status` is queued, running, done or failed, `created_at` UTC.

    Attributes:
        status: `queued` waits, `running` is worked on, `done` has a result, `failed` has a message.
        message: what is being done, or why it failed, for people.
    """

    id: int
    kind: str
    status: Progress
    percent: int
    message: str
    created_at: str


class JobView(Struct, frozen=True):
    """A job; `result` is null until it is done.

    `download_url` is present if the result is a file, and valid for ten minutes; `code` if the job failed for a known
    reason.

    Attributes:
        status: `queued` waits, `running` is worked on, `done` has a result, `failed` has a message.
        message: what is being done, or why it failed, for people.
        result: what the job gives, by its kind; null until it is done.
        download_url: address of the file that is the result, valid for ten minutes.
        code: why it failed, for programs.
    """

    id: int
    kind: str
    status: Progress
    percent: int
    message: str
    result: Any
    created_at: str
    download_url: str | UnsetType = UNSET
    code: str | UnsetType = UNSET


class JobAnswer(Struct, frozen=True):
    """A job."""

    job: JobView
    success: bool = True


class JobPage(Struct, frozen=True):
    """Jobs, the newest first; `next_cursor` is null on the last page.

    Attributes:
        jobs: the jobs, the newest first.
    """

    jobs: list[JobRow]
    next_cursor: str | None
    success: bool = True
