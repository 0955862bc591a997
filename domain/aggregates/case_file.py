"""The supervised case: what a file holds, and the rules by which an entry is admitted to it.

``decide`` is pure: it admits an entry or raises ``Refused`` with the reason. ``evolve`` applies a stored entry and
never refuses. What is unusual but possible, such as a review dated before its plan, is admitted; the pages report it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct, structs

from domain.aggregates.amendments import AMENDING, as_corrected_before, values_of
from domain.aggregates.approvers import check_approver
from domain.aggregates.beginnings import beginnings, check_brings_back
from domain.aggregates.calibration_rules import answerer, check_calibrating, check_calibration_answer
from domain.aggregates.dates_together import check_together
from domain.aggregates.entry_content import check_content
from domain.aggregates.entry_dates import check_dates
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import (
    check,
    check_adjudication,
    check_answer,
    check_reopened_answer,
    check_second_reading,
)
from domain.aggregates.repeated_entries import differences
from domain.aggregates.same_person import check_person
from domain.entries import refusals
from domain.entries.case_entries import (
    DispensationGiven,
    EntryCorrected,
    EntryWithdrawn,
    EvidenceAttached,
    QualityJudged,
    SupervisionStarted,
)
from domain.entries.entry import CASE, CLAIMED, INSPECTION, Entry
from domain.entries.inspection_entries import InspectionOpened
from domain.entries.references import reference_fields, references
from domain.entries.schemas import NEVER_GIVEN, ShapeError, load_entry

CASE_OR_INSPECTION = {"case": re.compile(CASE), "inspection": re.compile(INSPECTION)}
"""Kind of file -> the pattern of its references."""

NEVER_CORRECTED = ("entry", "type", "recorded_at", NEVER_GIVEN, *CLAIMED)

BEGINNINGS = (SupervisionStarted, InspectionOpened)
"""The first entry of every file is of one of these types; no later entry is."""


class RecordedEntry(Struct, frozen=True, gc=False):
    """An entry with its file and its number in that file, from 1: the domain event of the library ``eventsourcing``.

    ``texts``: those to be sealed and stored with it, by path; ``ciphertexts``: the same, sealed. What is read has neither.
    """

    originator_id: str
    originator_version: int
    fact: Entry
    texts: dict[str, str] | None = None
    ciphertexts: dict[str, str] | None = None


@dataclass(slots=True)
class CaseFile:
    """The entries of one case (or inspection) by entry id, in the order in which they were stored."""

    reference: str
    version: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    amending: list[Entry] = field(init=False)
    """The corrections and withdrawals among the entries."""
    _begun: list[SupervisionStarted] | None = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        self.amending = [fact for fact in self.entries.values() if type(fact) in AMENDING]

    @property
    def first_entry(self) -> Entry | None:
        """The entry that opened the file; None where nothing is stored."""
        return next(iter(self.entries.values()), None)

    @property
    def begun(self) -> SupervisionStarted | None:
        """How supervision began, as the file reads now; None where nothing says so, or it was withdrawn."""
        if self._begun is None:
            self._begun = beginnings(self.entries.values(), self.amending)
        return self._begun[0] if self._begun else None

    def add(self, fact: Entry) -> None:
        """Add a stored entry at the end."""
        self.entries[fact.entry] = fact
        if type(fact) in AMENDING:
            self.amending.append(fact)
            self._begun = None
        elif type(fact) is SupervisionStarted:
            self._begun = None

    def since(self, entries: int) -> list[Entry]:
        """All but the first ``entries`` entries, in the order of storing."""
        return list(self.entries.values())[entries:]


def evolve(file: CaseFile, recorded: RecordedEntry) -> CaseFile:
    """Add one stored entry to the file and return the file. Never refuses."""
    file.version = recorded.originator_version
    file.add(recorded.fact)
    return file


def inspection_named(file: CaseFile, fact: Entry) -> str | None:
    """The id of the inspection whose rules apply to a new entry: an answer or what is attached to it, or what changes one.

    None for any other entry, and for one that is on the file already.
    """
    if fact.entry in file.entries:
        return None
    about = file.entries.get(fact.of) if isinstance(fact, EntryCorrected | EntryWithdrawn) else fact
    return about.inspection if isinstance(about, QualityJudged | EvidenceAttached) else None


def decide(
    file: CaseFile, fact: Entry, now: datetime, inspection: Inspection | None = None, given: Entry | None = None
) -> list[Entry]:
    """Decide a new entry. Returns what to store: the entry, or nothing where the file has the same one already.

    ``given``: the entry with its texts, where ``fact`` is without them (sealed). What it says by itself is judged by these.

    Raises ``Refused`` with the reason where the file does not take it. ``inspection``: the one that the entry names (see
    ``inspection_named``), as it is now; None where none is on record.
    """
    standing = file.entries.get(fact.entry)
    if standing is not None:
        changed = differences(standing, fact)
        if not changed:
            return []
        raise refusals.EntryRepeats(
            "entry", f"'{fact.entry}' is already in {file.reference} with other content ({', '.join(changed)}); "
            "record an EntryCorrected that names it"
        )  # fmt: skip
    first = file.first_entry
    _check_first_entry(file, first, fact)
    check_brings_back(file.reference, file.entries, file.amending, fact)
    if fact.kept_on == "inspection":
        check(Inspection.of(file.entries.values()), fact)
    given = given or fact
    _check_entry(file, given, now)
    if isinstance(given, EntryCorrected):
        _check_correction(file, given, now)
    check_together(file.entries, file.amending, given)
    if inspection is not None:
        _check_answer(file, fact, inspection)
    return [fact]


def recording_default(file: CaseFile, fact: Entry) -> Entry:
    """The entry, with the ``recorded_at`` of the same entry on the file. It is for sources that give no such times.

    Unchanged where the file does not have the entry.
    """
    standing = file.entries.get(fact.entry)
    return fact if standing is None else structs.replace(fact, recorded_at=standing.recorded_at)


def _check_entry(file: CaseFile, fact: Entry, now: datetime) -> None:
    """The entry by itself, and against those that it names."""
    check_dates(file.begun, fact, now)
    if isinstance(fact, SupervisionStarted) and not file.reference.startswith(fact.person.crn + "/"):
        raise refusals.Refused("person.crn", f"'{fact.person.crn}' is not the CRN of the case {file.reference}")
    _check_references(file, fact)
    check_content(fact)
    check_person(file.reference, file.entries, file.amending, fact)
    if isinstance(fact, DispensationGiven):
        check_approver(file.entries, file.amending, fact)


def _check_first_entry(file: CaseFile, first: Entry | None, fact: Entry) -> None:
    begins = isinstance(fact, BEGINNINGS)
    if first is None:
        if begins:
            return
        needed = "InspectionOpened" if fact.kept_on == "inspection" else "SupervisionStarted"
        raise refusals.NoSuchCase(
            fact.kept_on, f"there is no {fact.kept_on} {file.reference}; its first entry must be {needed}"
        )
    if first.kept_on != fact.kept_on:
        raise refusals.Refused(
            "type", f"{file.reference} is a file of another kind; this entry belongs to one of a {fact.kept_on}"
        )
    standing = (first if first.kept_on == "inspection" else file.begun) if begins else None
    if standing is not None:
        raise refusals.AlreadyStarted(
            "type", f"{file.reference} has already begun, by entry '{standing.entry}'; "
            "correct or withdraw that entry, or use another reference"
        )  # fmt: skip


def _check_references(file: CaseFile, fact: Entry) -> None:
    if not reference_fields(type(fact)):
        return
    for name, entry, kinds in references(fact):
        subject = file.entries.get(entry)
        if subject is None:
            raise refusals.NoSuchEntry(name, f"there is no entry '{entry}' in {file.reference}", entry)
        kind = type(subject).__name__
        if kinds and kind not in kinds:
            raise refusals.WrongKindOfEntry(name, f"'{entry}' is of type {kind}; expected {' or '.join(kinds)}")


def _check_answer(file: CaseFile, fact: Entry, inspection: Inspection) -> None:
    """An answer of an inspection, or the correction or withdrawal of one, against the inspection's own rules."""
    if isinstance(fact, QualityJudged) and fact.calibration:
        check_calibration_answer(inspection, file.reference, fact)
    elif isinstance(fact, QualityJudged) and fact.reopening is not None:
        check_reopened_answer(inspection, file.reference, fact)
    elif isinstance(fact, QualityJudged) and fact.adjudicates:
        check_adjudication(inspection, file.reference, fact)
    elif isinstance(fact, QualityJudged):
        check_answer(inspection, file.reference, second=fact.second, recorded_at=fact.recorded_at)
    elif isinstance(fact, EvidenceAttached):
        again = not fact.second and inspection.process.reopening_of(file.reference) is not None
        check_answer(inspection, file.reference, second=fact.second, recorded_at=None if again else fact.recorded_at)
    elif isinstance(fact, EntryCorrected | EntryWithdrawn):
        about = file.entries[fact.of]
        if isinstance(about, QualityJudged) and about.calibration:
            check_calibrating(inspection, file.reference, answerer(about), fact.recorded_at)
        elif isinstance(about, QualityJudged | EvidenceAttached) and about.second:
            check_second_reading(inspection, file.reference, fact.recorded_at)


def _check_correction(file: CaseFile, fact: EntryCorrected, now: datetime) -> None:
    subject = file.entries[fact.of]
    for name in NEVER_CORRECTED:
        if name in fact.fields:
            raise refusals.BadCorrection(f"fields.{name}", "cannot be corrected; withdraw the entry and record another")
    if isinstance(subject, EntryCorrected | EntryWithdrawn):
        raise refusals.BadCorrection("of", f"'{fact.of}' is itself a {type(subject).__name__}; withdraw it instead")
    reads = as_corrected_before(subject, file.amending, fact)
    try:
        corrected = load_entry(type(subject).__name__, {**values_of(reads), **fact.fields})
        _check_entry(file, structs.replace(corrected, recorded_at=fact.recorded_at), now)
    except ShapeError as error:
        raise refusals.BadCorrection(f"fields.{error.problems[0][0]}", error.problems[0][1]) from None
    except refusals.NoSuchEntry as error:  # the entry named may still follow, so this stays NoSuchEntry
        raise refusals.NoSuchEntry(f"fields.{error.field}", error.reason, error.entry) from None
    except refusals.Refused as error:
        if error.later_may_mend:
            raise type(error)(f"fields.{error.field}", error.reason) from None
        raise refusals.BadCorrection(f"fields.{error.field}", error.reason) from None
