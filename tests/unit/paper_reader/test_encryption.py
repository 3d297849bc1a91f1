"""Papers locked against changes, read as Lambda reads them: by the ciphers that the layer brings."""

import io
from pathlib import Path

import pytest
from pypdf import PdfWriter

from paper_reader.errors import ENCRYPTED, DocumentError
from paper_reader.isolation import extract_isolated
from tests.factories.papers import mock_paper


@pytest.fixture(autouse=True)
def as_in_lambda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides `cryptography`, which is installed here but not in the layer, from the process that reads."""
    (tmp_path / "cryptography.py").write_text("raise ImportError\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def locked(algorithm: str, *, user_password: str = "") -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(mock_paper()))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_paper_locked_against_changes_is_read_without_help(algorithm: str) -> None:
    paper = extract_isolated(locked(algorithm), seconds=30)

    assert [question.answer for question in paper.questions] == ["B", "A,C", "A", "12.5"]


@pytest.mark.parametrize("algorithm", ["AES-128", "AES-256"])
def test_a_paper_with_a_password_is_refused(algorithm: str) -> None:
    with pytest.raises(DocumentError) as raised:
        extract_isolated(locked(algorithm, user_password="secret"), seconds=30)

    assert raised.value.code == ENCRYPTED
