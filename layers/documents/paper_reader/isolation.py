"""Extracts questions in a separate process, whose memory and time limits cannot harm the caller.

A hostile file may exhaust any reader. The limits inside the reader catch foreseen cases, and the process the others:
the system limits its memory and processor time.
"""

import base64
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

from paper_reader.errors import BROKEN, DocumentError, too_large
from paper_reader.paper.model import Area, Cut, Figure, PaperQuestion, Progress, QuestionPaper, Translation, Warning_

# Of data; with mapped code and memory that the limit does not count, the process stays below 256 MB.
MEMORY_BYTES: Final = 176 * 1024 * 1024
# For a page of a scan as a picture, and for each Tesseract with two languages.
SCAN_MEMORY_BYTES: Final = 420 * 1024 * 1024
_PROGRESS_EVERY: Final = 5  # pages


class OutOfTime(Exception):
    """The time was over before the document was read; more time may help.

    `paper` is set if only figures are missing.
    """

    def __init__(self, paper: QuestionPaper | None = None) -> None:
        super().__init__()
        self.paper = paper


def extract_isolated(
    data: bytes, *, seconds: float, with_figures: bool = False, is_scan: bool = False, progress: Progress | None = None
) -> QuestionPaper:
    """The questions of a PDF, read in another process.

    Args:
        data: the file.
        seconds: the time limit.
        with_figures: whether to cut out its figures. Those that cannot be rendered are missing, and their questions
            have a
            warning.
        progress: called now and then with the number of pages read and of all pages.

    Raises:
        DocumentError: the file cannot be read, has no text, or needs too much memory.
        OutOfTime: it takes longer.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module, and nothing of the file is in the command
            [
                sys.executable,
                "-m",
                "paper_reader.isolation",
                str(int(seconds) + 1),
                *(["figures"] * with_figures),
                *(["scan"] * is_scan),
            ],
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
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            answer, pictures = _heard(process.stdout, progress)
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
    if "code" in answer:
        raise DocumentError(answer["code"], answer["message"])
    if "questions" in answer:
        paper = _paper(answer)
        _add_pictures(paper, pictures)
        if ended and len(pictures) < len(paper.figures):
            raise OutOfTime(paper)
        return paper
    if ended:
        raise OutOfTime
    raise too_large("takes more memory or time to read than a question paper does")


def _heard(lines: Iterable[bytes], progress: Progress | None) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """The other process's output until it ends: the answer, empty if there is none, and pictures."""
    answer: dict[str, Any] = {}
    pictures: dict[int, dict[str, Any]] = {}
    try:
        for line in lines:
            told = json.loads(line)
            if "figure" in told:
                pictures[told["figure"]] = told
            elif "page" not in told:
                answer = told
            elif progress is not None:
                progress(told["page"], told["pages"])
    except json.JSONDecodeError:
        pass  # it was ended within a line
    return answer, pictures


def _paper(answer: dict[str, Any]) -> QuestionPaper:
    return QuestionPaper(
        questions=[_question(fields) for fields in answer["questions"]],
        warnings=[Warning_(**fields) for fields in answer["warnings"]],
        pages=answer["pages"],
        text=answer["text"],
        figures=[Figure([Cut(*cut) for cut in cuts]) for cuts in answer["figures"]],
    )


def _add_pictures(paper: QuestionPaper, pictures: dict[int, dict[str, Any]]) -> None:
    for index, told in pictures.items():
        paper.figures[index].picture = base64.b64decode(told["picture"])
        paper.figures[index].extension = told["extension"]
    if len(pictures) == len(paper.figures):
        return
    for question in paper.questions:
        wanted = {index for index in (question.figure, *question.option_figures) if index is not None}
        if not wanted <= pictures.keys():
            question.warn("A figure of it could not be drawn.", 0.8)


def _question(fields: dict[str, Any]) -> PaperQuestion:
    return PaperQuestion(
        **fields
        | {
            "texts": {language: Translation(**text) for language, text in fields["texts"].items()},
            "areas": [Area(**area) for area in fields["areas"]],
            "option_areas": [[Area(**area) for area in areas] for areas in fields["option_areas"]],
        }
    )


def _limit(seconds: int, memory: int) -> None:
    import resource  # noqa: PLC0415 - not on every system, and of use in the child alone

    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(data: bytes, progress: Progress, *, is_scan: bool) -> QuestionPaper:
    if b"/Encrypt" not in data:
        # pypdf imports the ciphers at its own import, which takes 40 ms that only encrypted files need.
        sys.modules["Crypto"] = None  # type: ignore[assignment]
    from paper_reader.extract import extract  # noqa: PLC0415 - the process that waits for this one does without pypdf

    return extract(data, progress, is_scan=is_scan)


def main() -> None:
    """Read a PDF from standard input and write the result to standard output, as lines of JSON."""
    is_scan = "scan" in sys.argv
    _limit(int(sys.argv[1]), SCAN_MEMORY_BYTES if is_scan else MEMORY_BYTES)
    gc.disable()  # the process ends before garbage collection is worthwhile

    with_figures = "figures" in sys.argv

    def tell(answer: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def progress(page: int, pages: int) -> None:
        if is_scan or page % _PROGRESS_EVERY == 0 or page == pages:
            tell({"page": page, "pages": pages})

    data = sys.stdin.buffer.read()
    paper: QuestionPaper | None = None
    try:
        paper = _read(data, progress, is_scan=is_scan)
        answer = asdict(paper) | {"figures": [figure.cuts for figure in paper.figures]}
    except DocumentError as error:
        answer = {"code": error.code, "message": error.message}
    except MemoryError:
        greedy = too_large("takes more memory to read than a question paper does")
        answer = {"code": greedy.code, "message": greedy.message}
    except Exception:  # noqa: BLE001 - whatever it stumbled over, the file is at fault and the caller must hear of it
        answer = {"code": BROKEN, "message": "The PDF cannot be read."}
    tell(answer)
    if with_figures and paper is not None and paper.figures:
        _draw(data, paper, tell)


def _draw(data: bytes, paper: QuestionPaper, tell: Callable[[dict[str, Any]], None]) -> None:
    """Write the pictures of a paper's figures; the questions were written before, whatever ends the process here."""
    from paper_reader.figures import cutting  # noqa: PLC0415 - PDFium and Pillow, only where there are figures

    gc.collect()  # garbage of reading: rendering needs the memory
    for index in cutting.cut_out(data, paper.figures, paper.rotations):
        figure = paper.figures[index]
        content = base64.b64encode(figure.picture).decode("ascii")
        figure.picture = b""
        tell({"figure": index, "extension": figure.extension, "picture": content})


if __name__ == "__main__":
    main()
