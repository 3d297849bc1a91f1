"""Makes usernames from people's names: `first.last` in plain ASCII."""

import unicodedata

_LONGEST_PART = 30
_NAMELESS = "user"

# Latin letters that Unicode does not decompose into a base and a mark.
_LATIN = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "ħ": "h",
    "ŋ": "n",
}

# Devanagari as in passports, without marks: a consonant has an "a" unless a vowel sign or a virama follows.
_CONSONANTS = {
    letter: sound
    for letters, sounds in (
        ("कखगघङ", ("k", "kh", "g", "gh", "n")),
        ("चछजझञ", ("ch", "chh", "j", "jh", "n")),
        ("टठडढण", ("t", "th", "d", "dh", "n")),
        ("तथदधन", ("t", "th", "d", "dh", "n")),
        ("पफबभम", ("p", "ph", "b", "bh", "m")),
        ("यरलवळ", ("y", "r", "l", "v", "l")),
        ("शषसह", ("sh", "sh", "s", "h")),
    )
    for letter, sound in zip(letters, sounds, strict=True)
}
_VOWEL_SOUNDS = ("a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o")
_VOWELS = {"अ": "a", **dict(zip("आइईउऊऋएऐओऔऑ", _VOWEL_SOUNDS, strict=True))}
_VOWEL_SIGNS = dict(zip("ािीुूृेैोौॉ", _VOWEL_SOUNDS, strict=True))
_VIRAMA = "\N{DEVANAGARI SIGN VIRAMA}"
_NUKTA = "\N{DEVANAGARI SIGN NUKTA}"
_OTHER = {
    "\N{DEVANAGARI SIGN ANUSVARA}": "n",
    "\N{DEVANAGARI SIGN CANDRABINDU}": "n",
    "\N{DEVANAGARI SIGN VISARGA}": "h",
}


def username_base(first_name: str, last_name: str) -> str:
    """The username for a person if it is not taken.

    Accents are dropped, Devanagari is transliterated, other scripts are left out; an empty result becomes `user`.
    """
    parts = [_plain(part)[:_LONGEST_PART] for part in (first_name, last_name)]
    return ".".join(part for part in parts if part) or _NAMELESS


def _plain(name: str) -> str:
    # Compatibility forms come first: mathematical capitals have no lower case of their own.
    letters = unicodedata.normalize("NFKD", _transliterated(name)).casefold()
    latin = "".join(_LATIN.get(letter, letter) for letter in letters)
    return "".join(letter for letter in latin if letter.isascii() and letter.isalnum())


def _transliterated(name: str) -> str:
    return " ".join(_transliterated_word(word) for word in unicodedata.normalize("NFC", name).split())


def _transliterated_word(word: str) -> str:
    letters = unicodedata.normalize("NFD", word).replace(_NUKTA, "") if _has_devanagari(word) else word
    out: list[str] = []
    for at, letter in enumerate(letters):
        following = letters[at + 1 : at + 2]
        if letter in _CONSONANTS:
            # The last "a" of a word is written but not spoken: Ram, not Rama.
            is_bare = following in _VOWEL_SIGNS or following == _VIRAMA or (not following and len(letters) > 1)
            out.append(_CONSONANTS[letter] + ("" if is_bare else "a"))
        else:
            out.append(_VOWELS.get(letter) or _VOWEL_SIGNS.get(letter) or _OTHER.get(letter, letter))
    return "".join(out)


def _has_devanagari(word: str) -> bool:
    return any("\u0900" <= letter <= "\u097f" for letter in word)
