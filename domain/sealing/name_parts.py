"""What a person is found by: the parts of their name, the beginnings of these of three letters or more, how they sound; the date
of birth.

Capitals and accents make no difference. Only keyed digests of these are stored (``domain.store.name_digests``).
"""

import re
import unicodedata
from collections.abc import Iterator

SHORTEST = 3
"""Letters of the shortest beginning. A whole part may be shorter."""

NAMES = ("person.name", "name", "fields.name", "fields.person.name")
"""The paths of texts that are names of a person."""

BIRTHS = ("person.date_of_birth", "date_of_birth", "fields.date_of_birth", "fields.person.date_of_birth")
"""The paths of texts that are dates of birth."""

FOUND_BY = NAMES + BIRTHS
"""The paths of the texts that a person is found by."""

_PART = re.compile(r"\w+")

_SOUNDS = {letter: digit for digit, letters in {
    "1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r",
}.items() for letter in letters}  # fmt: skip
"""The groups of consonants of Soundex (the code of the National Archives of the United States)."""


def parts_of(name: str) -> list[str]:
    """The parts of a name, without capitals and accents: ``Zoë O'Brien`` has ``zoe``, ``o``, ``brien`` and ``obrien``."""
    return list(dict.fromkeys(_PART.findall(_plain(name)) + searched(name)))


def searched(words: str) -> list[str]:
    """The parts that are looked for: ``O'Brien`` has ``obrien`` alone."""
    return _PART.findall(re.sub("['\u2019-]", "", _plain(words)))


def _plain(name: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))


def written(name: str) -> Iterator[str]:
    """What is indexed of how a name is written: each part and its beginnings."""
    for part in parts_of(name):
        yield from {part, *(part[:length] for length in range(SHORTEST, len(part)))}


def sounds(name: str) -> Iterator[str]:
    """How each part of a name sounds, by Soundex: a letter and three digits. Parts of fewer than three letters have none."""
    yield from dict.fromkeys(_soundex(part) for part in parts_of(name) if len(part) >= SHORTEST and part.isalpha())


def _soundex(part: str) -> str:
    code, last = part[0], _SOUNDS.get(part[0], "")
    for letter in part[1:]:
        digit = _SOUNDS.get(letter, "")
        if digit and digit != last:
            code += digit
        if letter not in "hw":
            last = digit
    return code[:4].ljust(4, "0")
