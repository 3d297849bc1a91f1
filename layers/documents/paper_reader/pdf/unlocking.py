"""Opening what is encrypted without a password, where pypdf has nobody to decipher AES for it.

pypdf has no public way to be given a cipher, nor to be told what need not be deciphered.
"""

from typing import Any

from pypdf import PdfReader, _encryption
from pypdf import _crypt_providers as providers
from pypdf.generic import StreamObject

from paper_reader.pdf import aes

_BLOCK = 16


class _Cipher:
    """AES as PDF uses it on strings and streams: the initial vector in front, padding at the end."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, data: bytes) -> bytes:
        """Papers are read, not written."""
        raise NotImplementedError

    def decrypt(self, data: bytes, *, strict: bool = True) -> bytes:  # noqa: ARG002 - pypdf's signature
        """The data; what is damaged deciphers to something else, as any damaged stream does."""
        if len(data) < 2 * _BLOCK:
            return b""
        plain = aes.cbc_decrypt(self._key, data[:_BLOCK], data[_BLOCK:])
        padding = plain[-1]
        return plain[:-padding] if 1 <= padding <= _BLOCK else plain


def lend_cipher() -> None:
    """Give pypdf this project's AES, unless it has found one that is compiled."""
    if providers.crypt_provider[0] == "local_crypt_fallback":
        install()


def install() -> None:
    """Give pypdf this project's AES in any case."""
    module: Any = _encryption
    module.CryptAES = _Cipher
    module.aes_cbc_decrypt = aes.cbc_decrypt
    module.aes_cbc_encrypt = aes.cbc_encrypt
    module.aes_ecb_decrypt = aes.ecb_decrypt


def leave_images(reader: PdfReader) -> None:
    """Let pictures stay as they are: nobody looks at them, and they are most of what a file holds."""
    encryption: Any = reader._encryption  # noqa: SLF001 - see the module's docstring
    decrypt = encryption.decrypt_object

    def decrypt_object(found: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(found, StreamObject) and found.get("/Subtype") == "/Image":
            return found
        return decrypt(found, *arguments, **named)

    encryption.decrypt_object = decrypt_object
