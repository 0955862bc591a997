"""Fixing how many entries of each file a freeze rests on, where the freeze does not name it.

It is done once, when the files are there: at the end of the import that brought them, when this version first opens a
record of before, or before the sheet is published. From then on nothing that is stored moves a figure of the inspection.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from domain.aggregates.case_file import CaseFile
from domain.aggregates.inspection import Inspection
from domain.aggregates.other_file_ids import crn_of
from domain.calendar.london_time import day_of
from domain.entries.code_lists import FixedBy
from domain.entries.inspection_entries import FreezeFixed, InspectionFrozen, InspectionOpened, Leaf
from domain.entries.refusals import BusyFile, Refused
from domain.store.preparation import PREPARED_BY

if TYPE_CHECKING:
    from domain.store.application import Files

ATTEMPTS = 4


def fix_freeze(
    files: "Files", name: str, *, fixed_by: FixedBy, now: datetime, actor: str, cases: Collection[str] | None = None
) -> bool:
    """Put on record how far the files of a frozen inspection go that are not fixed yet; whether there were any.

    ``cases``: only these of its sample (None: all). A case of which nothing is stored is left for the import that brings it;
    by the ``publication`` nothing of it counts. ``BusyFile`` where others keep writing to the inspection's file.
    """
    for _ in range(ATTEMPTS):
        file = files.read(name)
        found = Inspection.of(file.entries.values())
        if found.frozen is None or not (leaves := _to_fix(files, name, found, cases, fixed_by)):
            return False
        position, digest = files.recorder.head()
        fact = FreezeFixed(
            entry=_fresh_id(file), occurred_on=day_of(now), recorded_at=now, files=leaves, fixed_by=fixed_by,
            position=position, hash=digest,
        )  # fmt: skip
        try:
            files.record(name, [fact], actor=actor, now=now)
        except Refused:
            continue  # somebody else has fixed some of it meanwhile
        return True
    raise BusyFile(f"{name}: others kept writing to this inspection; nothing was recorded, try again")


def fix_older_freezes(files: "Files") -> None:
    """Fix every freeze of a record of before, at the number of entries that its files hold now."""
    for name in files.references(InspectionOpened):
        fix_freeze(files, name, fixed_by="update", now=files.recorder.clock(), actor=PREPARED_BY)


def every_file(files: "Files", sample: Collection[str]) -> list[Leaf]:
    """How many entries each file of a sample, and each other file of its persons, holds now: what a freeze names."""
    people = files.people.files_of(sample)
    held = files.people.entries_now(dict.fromkeys(file for case in sample for file in people[case]))
    return [Leaf(case=file, entries=entries) for file, entries in held.items() if entries]


def _fresh_id(file: CaseFile) -> str:
    number = 1
    while (found := f"freeze-fixed-{number}") in file.entries:
        number += 1
    return found


def _to_fix(
    files: "Files", name: str, found: Inspection, cases: Collection[str] | None, fixed_by: FixedBy
) -> list[Leaf]:
    asked = [case for case in found.sample if cases is None or case in cases]
    fresh = found.files.unfixed(asked)
    people = files.people.files_of(fresh)
    held = files.people.entries_now({*(file for case in fresh for file in people[case]), *found.files.entries, *asked})
    now = held if fixed_by == "import" else {**held, **_when_frozen(files, name, found, people)}
    fixed: dict[str, int] = {}
    for case in (case for case in fresh if held[case]):
        for file in (file for file in people[case] if file not in found.files.entries):
            fixed[file] = min(now[file], found.files.stated.get(file, now[file]))
    if fixed_by == "publication":
        fixed |= {case: 0 for case in asked if not held[case] and found.files.entries.get(case, 1)}
    fixed |= _never_held(files, found, [case for case in asked if held[case]], held)
    return [Leaf(case=file, entries=entries) for file, entries in sorted(fixed.items())]


def _when_frozen(
    files: "Files", name: str, found: Inspection, people: Mapping[str, Collection[str]]
) -> Mapping[str, int]:
    """Where a freeze by hand named the files of the sample alone: what the other files held when it was stored."""
    others = {file for case in people for file in people[case]} - found.files.stated.keys()
    if not found.files.stated or not others:
        return {}
    numbers = (n for n, fact in enumerate(files.read(name).entries.values(), 1) if isinstance(fact, InspectionFrozen))
    return files.people.entries_when(sorted(others), name, next(numbers))


def _never_held(files: "Files", found: Inspection, there: Collection[str], held: Mapping[str, int]) -> dict[str, int]:
    """The files that count with more entries than they hold here: the freeze was made on a longer file than the one that came.

    Only those of persons whose case of the sample is there; other files may still come.
    """
    crns = set[str]().union(*files.people.crns_of(there).values())
    named = found.files.entries.items()
    return {
        file: held[file]
        for file, entries in named
        if held[file] < entries and (file in there if file in found.sample else crn_of(file) in crns)
    }
