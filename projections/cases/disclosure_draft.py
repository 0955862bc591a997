"""A draft of what is disclosed to a person about themselves: every entry of their files, opened, for somebody to read and redact.

Staff are named by role and date, never by name. Free text may be about somebody else: each is marked, to be checked by a person.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.accounts.access_lines import Line
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected
from domain.entries.schemas import dump_entry
from domain.sealing.sealed_fields import FIELDS, taken_out
from domain.store.erasing import cases_of, linked_crns
from domain.store.stored_entries import Stored
from projections.cases.case_repository import CaseRepository
from projections.cases.erasure_check import handed_out

LAW = (
    "For a request under the right of access of the Data Protection Act 2018, part 3, section 45 (recalled, not seen: check it). "
    "Whether all of this must or may be given is for a person to decide."
)

CHECK = "check: may be about somebody else"

STAFF = frozenset(
    (
        "officer",
        "officer_id",
        "assessor",
        "assessor_id",
        "by",
        "by_id",
        "recorded_by",
        "stored_by",
        "earlier",
        "excluded",
    )
)
"""The fields of entries that name staff. They are left out; roles and grades stay."""

OWN = frozenset(("person.name", "person.date_of_birth", "person.pnc", "name", "date_of_birth", "pnc"))
"""The texts that are the person's own."""

NOT_IN_IT = (
    "Not in this draft: what inspections wrote about their samples as a whole, and the searches that staff made, which are "
    "kept sealed."
)


def draft(
    book: CaseRepository, crns: Iterable[str], lines: Iterable[Line], roles: Mapping[str, str], *, at: datetime,
    shown: Callable[[CaseFile], CaseFile] = lambda file: file, exports: Iterable[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The draft as JSON can hold it. ``lines``: of the access log on these CRNs. ``roles``: user name -> role.

    ``shown``: a file as far as whoever asks for the draft may see it. ``exports``: those that hold the person, in words.
    """
    crns, lines = list(crns), list(lines)
    cases = [case for crn in crns for case in cases_of(book.files, crn)]
    stored = [one for case in cases for one in book.stored(case).values()]
    return {
        "draft": "not for disclosure as it stands: read and redact it first",
        "law": LAW,
        "made_at": at.isoformat(),
        "crns": crns,
        "linked": sorted({one for crn in crns for one in linked_crns(book.files, crn)} - set(crns)),
        "sources": sorted(
            {one.by.source or "recorded by hand, or imported for no registered source" for one in stored}
        ),
        "recipients": handed_out(lines, roles),
        "exports": list(exports),
        "readers": _readers(lines, roles),
        "not_in_it": NOT_IN_IT,
        "cases": [{"case": case, "entries": _entries(book, shown(book.file(case)), roles)} for case in cases],
    }


def texts_to_check(found: Mapping[str, Any]) -> int:
    """How many texts of a draft are marked."""
    return sum(len(entry["check"]) for case in found["cases"] for entry in case["entries"])


def _readers(lines: Iterable[Line], roles: Mapping[str, str]) -> list[dict[str, str]]:
    """Who was shown something of the person: each day, role, purpose and what was done, once, in order."""
    found = {
        (line.at.date().isoformat(), roles.get(line.username, line.username if line.username == "operator" else "staff"),
         line.purpose, line.action)
        for line in lines
    }  # fmt: skip
    return [{"day": day, "role": role, "for": purpose, "what": action} for day, role, purpose, action in sorted(found)]


def _entries(book: CaseRepository, held: CaseFile, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    file, stored = book.opened_file(held), book.stored(held.reference)
    types = {entry: type(fact) for entry, fact in file.entries.items()}
    return [_entry(fact, types, stored.get(fact.entry), roles) for fact in file.entries.values()]


def _entry(
    fact: Entry, types: Mapping[str, type[Entry]], stored: Stored | None, roles: Mapping[str, str]
) -> dict[str, Any]:
    """An entry without the names of staff; ``check``: the paths of the texts that may be about somebody else."""
    _, texts = taken_out(fact, types.get(fact.of) if isinstance(fact, EntryCorrected) else None)
    own = {path for path in texts if path.removeprefix(f"{FIELDS}.") in OWN}
    values = _without_staff(dump_entry(fact))
    if isinstance(values.get("with"), str):
        texts["with"] = values["with"]
    return {
        **values,
        "recorded_by_role": roles.get(fact.recorded_by or "", "staff") if fact.recorded_by else None,
        "stored_on": None if stored is None else stored.at.date().isoformat(),
        "source": None if stored is None else stored.by.source or None,
        "check": dict.fromkeys(sorted(texts.keys() - own), CHECK),
    }


def _without_staff(values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in STAFF}
    if isinstance(kept.get(FIELDS), dict):
        kept[FIELDS] = {name: value for name, value in kept[FIELDS].items() if name not in STAFF}
    return kept
