"""Errors of documents that cannot be read at all."""

from typing import Final

NOT_A_PDF: Final = "not_a_pdf"
BROKEN: Final = "pdf_broken"
ENCRYPTED: Final = "pdf_encrypted"
NO_TEXT: Final = "pdf_no_text"
TOO_LARGE: Final = "pdf_too_large"


class DocumentError(Exception):
    """A document that cannot be read; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def too_large(what: str) -> DocumentError:
    """The error for a document beyond a limit; `what` names it, such as "has more than 500 pages"."""
    return DocumentError(TOO_LARGE, f"The PDF {what}. Split it and upload the parts.")
