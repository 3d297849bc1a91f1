"""Keys and size limits of the files of question generation."""

from typing import Final

LARGEST_PDF: Final = 40 * 1024 * 1024
PDF_TYPE: Final = "application/pdf"


def source_key(job_id: int, *, is_pdf: bool) -> str:
    """The key of a job's file. Without a PDF the file is the request, and its upload starts the job in the same way."""
    return f"uploads/{job_id}/source.{'pdf' if is_pdf else 'json'}"


def is_pdf(content: bytes) -> bool:
    """Whether a file starts like a PDF."""
    return b"%PDF-" in content[:1024]
