"""The reasons for which an entry is refused, in the words of a form: which question, what was expected, what was entered."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from domain.entries.code_lists import label
from web.presentation.fact_words import type_title
from web.recording.booking_problems import LONGEST_SAID


class Asked(NamedTuple):
    """The question at which a reason stands: its name as a sentence begins with it, and what stands at it."""

    label: str
    typed: str

    @property
    def within(self) -> str:
        """The name of the question within a sentence: abbreviations keep their capitals."""
        return self.label if self.label[:2].isupper() else self.label[:1].lower() + self.label[1:]

    @property
    def entered(self) -> str:
        """What was entered, as a sentence after a blank; empty where that is nothing or long."""
        return f" You entered {self.typed.strip()}." if self.typed.strip() and len(self.typed) <= LONGEST_SAID else ""


def _not_offered(asked: Asked, _: re.Match[str]) -> str:
    return f"{asked.label} must be one of those that are offered. Select one of them."


def _no_entry(asked: Asked, _: re.Match[str]) -> str:
    return f"{asked.label} must be one of those that are offered: that entry is not on the file of this case. Select another."


def _wrong_kind(asked: Asked, found: re.Match[str]) -> str:
    kinds = " or ".join(f"“{type_title(name)}”" for name in found[1].split(" or "))
    return f"{asked.label} must be {kinds}. Select another."


def _bounds(asked: Asked, found: re.Match[str]) -> str:
    least, most = (
        re.search(r"greater than or equal to (\S+?)\.?(?:\s|$)", found[0]),
        re.search(r"less than or equal to (\S+?)\.?$", found[0]),
    )
    parts = [*([f"{least[1]} or more"] if least else []), *([f"{most[1]} or less"] if most else [])]
    return f"{asked.label} must be {' and '.join(parts)}.{asked.entered}"


REASONS: Mapping[str, Callable[[Asked, re.Match[str]], str]] = {
    r"choose one of those that are offered": _not_offered,
    r"'.*' is not known.*": _not_offered,
    r"there is no entry '.*' in .*": _no_entry,
    r"'.*' is of type \w+; expected ([\w ]+)": _wrong_kind,
    r"Must be (?:greater|less) than.*": _bounds,
    r"(\S+) is outside the range of (\w+), (\d+) to (\d+)": lambda asked, found: (
        f"{asked.label} must be from {found[3]} to {found[4]} for {label(found[2])}. You entered {found[1]}."
    ),
    r"(\w+) gives no likelihood-of-reoffending score": lambda asked, found: (
        f"{asked.label} must be left empty: {label(found[1])} gives none."
    ),
    r"'(.*)' is not a time of day;.*": lambda asked, found: (
        f"{asked.label} must be a time of day. You entered {found[1]}. For example, 09:30."
    ),
    r"'(.*)' is not a CRN;.*": lambda asked, found: (
        f"{asked.label} must be a letter and six digits. You entered {found[1]}. For example, X123456."
    ),
    r"'(.*)' is not a case reference;.*": lambda asked, found: (
        f"{asked.label} must be a CRN, a slash and the number of the sentence. You entered {found[1]}. For example, X123456/1."
    ),
    r"cannot be corrected;.*": lambda asked, _: (
        f"{asked.label} cannot be corrected. Withdraw the entry and record another."
    ),
}
"""Reason, as the schemas and the file give it -> its words."""


def reason_words(reason: str, asked: Asked) -> str:
    """The reason as one or more sentences that name the question; empty where its own words must do."""
    for pattern, words in REASONS.items():
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return words(asked, found)
    return ""


def named(said: str, asked: Asked) -> str:
    """The sentence with the name of the question before it, unless it has that in it already."""
    if asked.label.casefold() in said.casefold():
        return said
    first = said[:1] if said[1:2].isupper() else said[:1].lower()
    return f"{asked.label}: {first}{said[1:]}"
