"""Where the files of the question generation lie, and how large they may be."""

from typing import Final

LARGEST_PDF: Final = 40 * 1024 * 1024
PDF_TYPE: Final = "application/pdf"


def source_key(job_id: int, *, is_pdf: bool) -> str:
    """The key of a job's file; one without a PDF has its request there, whose arrival starts the work all the same."""
    return f"uploads/{job_id}/source.{'pdf' if is_pdf else 'json'}"


def is_pdf(content: bytes) -> bool:
    """Whether a file begins as a PDF does."""
    return b"%PDF-" in content[:1024]
