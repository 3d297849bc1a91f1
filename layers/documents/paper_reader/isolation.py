"""Extraction in a process of its own, which memory and time limits can end without harm to the one that asked.

A file may be made to exhaust whatever reads it. The limits inside the reader catch what is foreseen; the process
catches the rest: it gets so much memory and processor time from the system and no more.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from typing import Any, Final

from paper_reader.errors import BROKEN, DocumentError, too_large
from paper_reader.paper.model import Area, Paper, PaperQuestion, Progress, Translation, Warning_

# Of data; with the code that is mapped and what the limit does not see, the process stays below 256 MB.
MEMORY_BYTES: Final = 176 * 1024 * 1024
_PROGRESS_EVERY: Final = 5  # pages


class OutOfTime(Exception):
    """The time given was over before the document was read; more time may help."""


def extract_isolated(data: bytes, *, seconds: float, progress: Progress | None = None) -> Paper:
    """The questions of a PDF, read in another process.

    Args:
        data: the file.
        seconds: how long it may take.
        progress: told the pages read so far and how many there are, now and then.

    Raises:
        DocumentError: the file cannot be read, holds no text, or asks for too much memory.
        OutOfTime: it takes longer.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module, and nothing of the file is in the command
            [sys.executable, "-m", "paper_reader.isolation", str(int(seconds) + 1)],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        ended: list[bool] = []

        def stop() -> None:
            ended.append(True)
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        answer: dict[str, Any] = {}
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            for line in process.stdout:
                answer = json.loads(line)
                if progress is not None and "page" in answer:
                    progress(answer["page"], answer["pages"])
        except ValueError:
            answer = {}
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
    if "code" in answer:
        raise DocumentError(answer["code"], answer["message"])
    if "questions" in answer:
        return _paper(answer)
    if ended:
        raise OutOfTime
    raise too_large("takes more memory or time to read than a question paper does")


def _paper(answer: dict[str, Any]) -> Paper:
    return Paper(
        questions=[_question(fields) for fields in answer["questions"]],
        warnings=[Warning_(**fields) for fields in answer["warnings"]],
        pages=answer["pages"],
        text=answer["text"],
    )


def _question(fields: dict[str, Any]) -> PaperQuestion:
    return PaperQuestion(
        **fields
        | {
            "texts": {language: Translation(**text) for language, text in fields["texts"].items()},
            "areas": [Area(**area) for area in fields["areas"]],
            "option_areas": [[Area(**area) for area in areas] for areas in fields["option_areas"]],
        }
    )


def _limit(seconds: int) -> None:
    import resource  # noqa: PLC0415 - not on every system, and of use in the child alone

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(data: bytes, progress: Progress) -> Paper:
    if b"/Encrypt" not in data:
        # pypdf imports the ciphers with itself, which takes 40 ms that only an encrypted file needs.
        sys.modules["Crypto"] = None  # type: ignore[assignment]
    from paper_reader.extract import extract  # noqa: PLC0415 - the process that waits for this one does without pypdf

    return extract(data, progress)


def main() -> None:
    """Read a PDF from standard input and write what was found, as lines of JSON, to standard output."""
    _limit(int(sys.argv[1]))
    gc.disable()  # the process ends before there is garbage worth looking for

    def tell(answer: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def progress(page: int, pages: int) -> None:
        if page % _PROGRESS_EVERY == 0 or page == pages:
            tell({"page": page, "pages": pages})

    try:
        answer = asdict(_read(sys.stdin.buffer.read(), progress))
    except DocumentError as error:
        answer = {"code": error.code, "message": error.message}
    except MemoryError:
        greedy = too_large("takes more memory to read than a question paper does")
        answer = {"code": greedy.code, "message": greedy.message}
    except Exception:  # noqa: BLE001 - whatever it stumbled over, the file is at fault and the caller must hear of it
        answer = {"code": BROKEN, "message": "The PDF cannot be read."}
    tell(answer)


if __name__ == "__main__":
    main()
