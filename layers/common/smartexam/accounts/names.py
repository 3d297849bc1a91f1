"""Decides which names people may have."""

import unicodedata

from smartexam.platform.texts import shows_nothing

LONGEST_NAME = 100
REFUSAL = f"must be 1 to {LONGEST_NAME} visible characters, and no name of an office"
# Control characters and unassigned code points.
_NEVER_IN_NAMES = frozenset({"Cc", "Cs", "Co", "Cn"})
# The format characters with which Indian scripts join letters. Others could reverse the direction of text, or make two
# names look alike.
_JOINERS = "\u200c\u200d"

# Names that would make an account look like the platform's staff.
_OFFICES = (
    "admin administrator administration superadmin sysadmin moderator support helpdesk helpline customercare "
    "supportteam adminteam examiner examcontroller controllerofexaminations examinationcell examcell invigilator "
    "proctor supervisor staff official system root superuser webmaster postmaster noreply security smartexam "
    "smartexamteam smartexamsupport smartexamadmin प्रशासक परीक्षक सहायता"
)
# Letters of other scripts, and digits, that look like Latin letters; small l, capital I and 1 count as one.
_LOOK_ALIKES = str.maketrans(
    {
        **dict(zip("аеорсухіјѕкмтнвԁӏг", "aeopcyxijskmthbdir", strict=True)),
        **dict(zip("αοεικνρτυχɑ", "aoeikvptuxa", strict=True)),
        **dict(zip("013457l|!@$", "oieastiiias", strict=True)),
    }
)


def person_name(text: str) -> str | None:
    """A first or last name with single spaces; None if it is not allowed.

    It must not be too long, invisible, the name of an office, or contain control or direction characters.
    """
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or shows_nothing(name):
        return None
    return None if any(map(_is_barred, name)) or is_office(name) else name


def is_office(name: str) -> bool:
    """Whether a whole name is that of an office such as `admin`, in any case, width or look-alike letters."""
    return _skeleton(name) in _OFFICE_SKELETONS


def _is_barred(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in _NEVER_IN_NAMES or (kind == "Cf" and letter not in _JOINERS)


def _skeleton(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_LOOK_ALIKES)
    return "".join(letter for letter in plain if letter.isalnum())


_OFFICE_SKELETONS = frozenset(map(_skeleton, _OFFICES.split()))
