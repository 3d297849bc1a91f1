"""The cipher of FIPS 197, for papers that are locked against changes but open to readers without a password.

pypdf leaves it to packages of compiled code, which are larger than all else that reads papers. What is deciphered here
are a page's operations and small tables, a few hundred kilobytes a paper: a second at most.
"""

import struct
from functools import lru_cache
from typing import Final

_BLOCK: Final = 16
_Tables = tuple[list[int], ...]


class Aes:
    """A key, for blocks of 16 bytes.

    Raises:
        ValueError: the key has not 16, 24 or 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) not in {16, 24, 32}:
            raise ValueError("an AES key has 16, 24 or 32 bytes")
        self._forth = _schedule(key)
        self._back = _inverse_schedule(self._forth)

    def encrypt(self, words: tuple[int, ...]) -> tuple[int, int, int, int]:
        """A block, as four words."""
        box, _ = _boxes()
        return _rounds(words, self._forth, _tables()[0], box, 1)

    def decrypt(self, words: tuple[int, ...]) -> tuple[int, int, int, int]:
        """A block, as four words."""
        _, box = _boxes()
        return _rounds(words, self._back, _tables()[1], box, 3)


def cbc_encrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Whole blocks, chained, without padding."""
    cipher = Aes(key)
    a, b, c, d = struct.unpack(">4I", iv)
    out: list[int] = []
    words = _words(data)
    for at in range(0, len(words), 4):
        a, b, c, d = cipher.encrypt((a ^ words[at], b ^ words[at + 1], c ^ words[at + 2], d ^ words[at + 3]))
        out += (a, b, c, d)
    return struct.pack(f">{len(out)}I", *out)


def cbc_decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Whole blocks, chained, padding and all."""
    cipher = Aes(key)
    words = (*struct.unpack(">4I", iv), *_words(data))
    out: list[int] = []
    decrypt = cipher.decrypt
    for at in range(4, len(words), 4):
        a, b, c, d = decrypt(words[at : at + 4])
        out += (a ^ words[at - 4], b ^ words[at - 3], c ^ words[at - 2], d ^ words[at - 1])
    return struct.pack(f">{len(out)}I", *out)


def ecb_decrypt(key: bytes, data: bytes) -> bytes:
    """Whole blocks, each by itself."""
    cipher = Aes(key)
    words = _words(data)
    out = [word for at in range(0, len(words), 4) for word in cipher.decrypt(words[at : at + 4])]
    return struct.pack(f">{len(out)}I", *out)


def _words(data: bytes) -> tuple[int, ...]:
    data = data[: len(data) - len(data) % _BLOCK]
    return struct.unpack(f">{len(data) // 4}I", data)


def _rounds(
    words: tuple[int, ...], keys: list[int], tables: _Tables, box: bytes, step: int
) -> tuple[int, int, int, int]:
    """All rounds; rows shift by `step` columns, which is back for 3."""
    t0, t1, t2, t3 = tables
    a, b, c, d = words
    a, b, c, d = a ^ keys[0], b ^ keys[1], c ^ keys[2], d ^ keys[3]
    at = 4
    while at < len(keys) - 4:
        if step == 1:
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ keys[at],
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ keys[at + 1],
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ keys[at + 2],
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ keys[at + 3],
            )
        else:
            a, b, c, d = (
                t0[a >> 24] ^ t1[d >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[b & 255] ^ keys[at],
                t0[b >> 24] ^ t1[a >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[c & 255] ^ keys[at + 1],
                t0[c >> 24] ^ t1[b >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[d & 255] ^ keys[at + 2],
                t0[d >> 24] ^ t1[c >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[a & 255] ^ keys[at + 3],
            )
        at += 4
    columns = (a, b, c, d)
    last = [
        (
            box[columns[index] >> 24] << 24
            | box[columns[(index + step) % 4] >> 16 & 255] << 16
            | box[columns[(index + 2) % 4] >> 8 & 255] << 8
            | box[columns[(index + 3 * step) % 4] & 255]
        )
        ^ keys[at + index]
        for index in range(4)
    ]
    return last[0], last[1], last[2], last[3]


def _doubled(value: int) -> int:
    """Twice a value in the field that the cipher reckons in."""
    value <<= 1
    return value ^ 0x11B if value & 0x100 else value


def _product(one: int, other: int) -> int:
    result = 0
    while other:
        if other & 1:
            result ^= one
        one, other = _doubled(one), other >> 1
    return result


@lru_cache(maxsize=1)
def _boxes() -> tuple[bytes, bytes]:
    """What bytes are exchanged for, and back."""
    powers = [1]
    while len(powers) < 255:
        powers.append(powers[-1] ^ _doubled(powers[-1]))  # three generates the field
    logarithms = {value: power for power, value in enumerate(powers)}
    box = bytearray(256)
    for value in range(256):
        inverse = powers[-logarithms[value] % 255] if value else 0
        mixed = inverse
        for _ in range(4):
            inverse = (inverse << 1 | inverse >> 7) & 255
            mixed ^= inverse
        box[value] = mixed ^ 0x63
    back = bytearray(256)
    for value, exchanged in enumerate(box):
        back[exchanged] = value
    return bytes(box), bytes(back)


@lru_cache(maxsize=1)
def _tables() -> tuple[_Tables, _Tables]:
    """Exchange and mixing of a column in one look-up for each row, forth and back."""
    box, back = _boxes()
    forth = [_column(value, (2, 1, 1, 3)) for value in box]
    inverse = [_column(value, (14, 9, 13, 11)) for value in back]
    return _rotated(forth), _rotated(inverse)


def _column(value: int, factors: tuple[int, int, int, int]) -> int:
    a, b, c, d = (_product(value, factor) for factor in factors)
    return a << 24 | b << 16 | c << 8 | d


def _rotated(table: list[int]) -> _Tables:
    return tuple([(word >> shift | word << 32 - shift) & 0xFFFFFFFF for word in table] for shift in (0, 8, 16, 24))


def _schedule(key: bytes) -> list[int]:
    """The key of each round, word by word."""
    box, _ = _boxes()
    count = len(key) // 4
    words = list(struct.unpack(f">{count}I", key))
    constant = 1
    for index in range(count, 4 * (count + 7)):
        word = words[-1]
        if index % count == 0:
            word = _exchanged((word << 8 | word >> 24) & 0xFFFFFFFF, box) ^ constant << 24
            constant = _doubled(constant)
        elif count == 8 and index % count == 4:
            word = _exchanged(word, box)
        words.append(words[index - count] ^ word)
    return words


def _inverse_schedule(words: list[int]) -> list[int]:
    """The same from the last round to the first, mixed as the inverse rounds need it."""
    box, _ = _boxes()
    t0, t1, t2, t3 = _tables()[1]
    keys: list[int] = []
    for at in range(len(words) - 4, -1, -4):
        block = words[at : at + 4]
        if 0 < at < len(words) - 4:
            block = [
                t0[box[word >> 24]] ^ t1[box[word >> 16 & 255]] ^ t2[box[word >> 8 & 255]] ^ t3[box[word & 255]]
                for word in block
            ]
        keys += block
    return keys


def _exchanged(word: int, box: bytes) -> int:
    return box[word >> 24] << 24 | box[word >> 16 & 255] << 16 | box[word >> 8 & 255] << 8 | box[word & 255]
