"""The cipher that opens papers locked against changes, by the examples of its standard and on whole papers."""

import io
import struct
from collections.abc import Callable

import pytest
from pypdf import PdfWriter, _crypt_providers, _encryption
from pypdf._crypt_providers import _fallback
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from paper_reader.errors import ENCRYPTED, DocumentError
from paper_reader.extract import extract
from paper_reader.pdf import aes
from tests.factories.papers import mock_paper

PLAIN = bytes.fromhex("00112233445566778899aabbccddeeff")


@pytest.fixture
def as_in_lambda(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes away the compiled cipher that is installed here: pypdf is left with nothing for AES."""

    def take_away() -> None:
        monkeypatch.setattr(_crypt_providers, "crypt_provider", _fallback.crypt_provider)
        for name in ("CryptAES", "aes_cbc_decrypt", "aes_cbc_encrypt", "aes_ecb_decrypt"):
            monkeypatch.setattr(_encryption, name, getattr(_fallback, name))

    return take_away


def locked(algorithm: str, *, user_password: str = "") -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(mock_paper()))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# FIPS 197, appendix C
@pytest.mark.parametrize(
    ("key_size", "expected"),
    [
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ],
)
def test_the_examples_of_the_standard(key_size: int, expected: str) -> None:
    cipher = aes.Aes(bytes(range(key_size)))
    words = struct.unpack(">4I", PLAIN)

    encrypted = cipher.encrypt(words)

    assert struct.pack(">4I", *encrypted).hex() == expected
    assert cipher.decrypt(encrypted) == words


# NIST SP 800-38A, F.2.1
def test_chained_blocks() -> None:
    key, iv = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    expected = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"

    assert aes.cbc_encrypt(key, iv, plain).hex() == expected
    assert aes.cbc_decrypt(key, iv, bytes.fromhex(expected)) == plain
    assert aes.ecb_decrypt(key, aes.cbc_encrypt(key, bytes(16), plain[:16])) == plain[:16]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16, 24 or 32"):
        aes.Aes(b"short")


@pytest.mark.parametrize("algorithm", ["AES-128", "AES-256-R5", "AES-256"])
def test_a_paper_locked_against_changes_is_read_without_help(algorithm: str, as_in_lambda: Callable[[], None]) -> None:
    data = locked(algorithm)
    as_in_lambda()

    assert [question.answer for question in extract(data).questions] == ["B", "A,C", "A", "12.5"]


@pytest.mark.parametrize("algorithm", ["AES-128", "AES-256"])
def test_a_paper_with_a_password_is_refused(algorithm: str, as_in_lambda: Callable[[], None]) -> None:
    data = locked(algorithm, user_password="secret")
    as_in_lambda()

    with pytest.raises(DocumentError) as raised:
        extract(data)

    assert raised.value.code == ENCRYPTED


def test_pictures_are_not_deciphered(as_in_lambda: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan of 40 MB would take a minute, for nothing."""
    writer = PdfWriter(clone_from=io.BytesIO(mock_paper()))
    picture = StreamObject()
    picture.set_data(b"\x00" * 5000)
    picture.update(
        {NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"),
         NameObject("/Width"): NumberObject(50), NameObject("/Height"): NumberObject(100)}
    )  # fmt: skip
    content = StreamObject()
    content.set_data(b"q 50 0 0 50 0 0 cm /Im Do Q")
    page = writer.pages[0]
    resources = page["/Resources"]
    assert isinstance(resources, DictionaryObject)
    named = DictionaryObject({NameObject("/Im"): writer._add_object(picture)})
    resources[NameObject("/XObject")] = named
    contents = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([contents, writer._add_object(content)])
    writer.encrypt(user_password="", owner_password="owner", algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    deciphered: list[int] = []
    decrypt = aes.cbc_decrypt

    def watched(key: bytes, iv: bytes, data: bytes) -> bytes:
        deciphered.append(len(data))
        return decrypt(key, iv, data)

    monkeypatch.setattr(aes, "cbc_decrypt", watched)
    as_in_lambda()

    assert len(extract(out.getvalue()).questions) == 4
    assert deciphered
    assert max(deciphered) < 5000
