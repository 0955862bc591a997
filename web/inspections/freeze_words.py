"""How and when it was fixed which files a frozen inspection rests on: for its sheet, its report and the report's JSON."""

from datetime import datetime
from typing import NamedTuple

from domain.aggregates.inspection import Inspection
from domain.calendar.london_time import day_of
from web.presentation.clock_words import whose_clock
from web.presentation.formatting import count_noun, long_date

HOW = {
    "freeze": "when the inspection was frozen",
    "import": "at the end of the import that brought {them}",
    "update": "when a later version of the program first opened this record: the freeze of before did not say how far {they} went",
    "publication": "before the sheet was published",
}
"""What fixed files -> in words."""


class Fixing(NamedTuple):
    """One time at which files were fixed: by what, when, how many, and the last entry of the record then."""

    by: str
    at: datetime
    files: int
    position: int
    hash: str


def fixings(found: Inspection) -> list[Fixing]:
    """Every time at which files of a frozen inspection were fixed, in order."""
    frozen, made = found.frozen, list[Fixing]()
    if frozen is not None and frozen.position is not None and frozen.hash is not None:
        made.append(Fixing("freeze", frozen.recorded_at, len(frozen.files), frozen.position, frozen.hash))
    made += [
        Fixing(fact.fixed_by, fact.recorded_at, len(fact.files), fact.position, fact.hash) for fact in found.files.fixed
    ]
    return made


def how_fixed(found: Inspection) -> list[str]:
    """Sentences on a frozen inspection: what its figures rest on. None while it is not frozen."""
    if found.frozen is None:
        return []
    lines = [
        f"{count_noun(one.files, 'file')} {'was' if one.files == 1 else 'were'} fixed on {long_date(day_of(one.at))}"
        f"{whose_clock(one.at)} "
        f"{_how(one)} (entry {one.position:,} of the record)."
        for one in fixings(found)
    ]
    if lines:
        lines.append("Entries stored after that do not count in its figures, whatever their dates.")
    if missing := found.files.unfixed(found.sample):
        lines.append(f"{count_noun(len(missing), 'case')} of its sample {'is' if len(missing) == 1 else 'are'} not fixed yet: "
                     "nothing of it is in this record, or the import that brings it has not ended.")  # fmt: skip
    return lines


def _how(one: Fixing) -> str:
    alone = one.files == 1
    return HOW[one.by].format(them="it" if alone else "them", they="it" if alone else "they")
