"""What of a case was stored late, and which of its answers and duties rest on that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.aggregates.other_file_ids import id_elsewhere
from domain.entries.case_entries import Entry, QualityJudged, about_inspections
from domain.store.stored_entries import Stored
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.history.moment import Moment
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import Answer


@dataclass(frozen=True, slots=True)
class StoredLate:
    """Entries stored late, on so many cases, and how many answers rest on them. ``taken_over``: counted apart, never late."""

    entries: int = 0
    cases: int = 0
    answers: int = 0
    taken_over: int = 0
    not_held: int = 0
    """Cases of which this service held nothing at the moment, where they are read as received here."""

    @classmethod
    def of(cls, book: CaseRepository, inspection: str, readings: Iterable[Reading], moment: Moment) -> "StoredLate":
        """Of the readings of an inspection's sample. What was stored after its freeze does not count in them, nor here."""
        read, sample = list(readings), book.inspection(inspection).sample
        counted = {one.reference: _known(book, one.reference, moment, inspection) for one in read}
        late = {reference: _late_of_record(known) for reference, known in counted.items()}
        answers = sum(
            bool(late_in_answer(answer, grounds, moment.on))
            for one in read
            if (grounds := late_grounds(book, one.reference, moment, inspection))
            for answer in one.answers
        )
        taken = sum(stored.taken_over for known in counted.values() for _, stored in known)
        missing = len(set(sample) - late.keys()) if moment.received else 0
        return cls(sum(map(len, late.values())), sum(map(bool, late.values())), answers, taken, missing)


def late_entries(book: CaseRepository, reference: str, moment: Moment) -> list[str]:
    """The entries of a file that are known at a moment and were stored late; none that was recorded for an inspection."""
    return _late_of_record(_known(book, reference, moment))


def _late_of_record(known: Iterable[tuple[Entry, Stored]]) -> list[str]:
    every = list(known)
    apart = about_inspections(fact for fact, _ in every)
    late = (fact for fact, stored in every if stored.late and not isinstance(fact, QualityJudged))
    return [fact.entry for fact in late if fact.entry not in apart]


def late_grounds(book: CaseRepository, reference: str, moment: Moment, inspection: str | None = None) -> set[str]:
    """The ids by which duties and answers of a case name entries that were stored late, or were corrected by such.

    Those of the other files of its person are among them.
    """
    found: set[str] = set()
    for file in (reference, *(other.reference for other in book.person(reference).others)):
        late = (fact for fact, stored in _known(book, file, moment, inspection) if stored.late)
        ids = {name for fact in late for name in (fact.entry, getattr(fact, "of", fact.entry))}
        found |= ids if file == reference else {id_elsewhere(file, name) for name in ids}
    return found


def _known(
    book: CaseRepository, reference: str, moment: Moment, inspection: str | None = None
) -> list[tuple[Entry, Stored]]:  # fmt: skip
    """The entries of a file that are known at a moment, with how each was stored.

    ``inspection``: none that its freeze leaves out.
    """
    stored, held = book.stored(reference), book.counted(inspection, reference, moment)
    facts = list(book.file(reference).entries.values())[:held]
    return [(fact, stored[fact.entry]) for fact in facts if fact.entry in stored and _is_known(fact, stored, moment)]


def _is_known(fact: Entry, stored: Mapping[str, Stored], moment: Moment) -> bool:
    if moment.known_at is None:
        return True
    since = max(fact.recorded_at, stored[fact.entry].at) if moment.received else fact.recorded_at
    return since < moment.known_at


def entries_of_duty(duty: Obligation, day: date) -> Sequence[str]:
    """The entries that raised a duty, or had met it by a day."""
    met = duty.met_by if duty.met_on is not None and duty.met_on <= day else ()
    return [*([duty.raised_by] if duty.raised_by else []), *met]


def late_in_answer(answer: Answer, late: Collection[str], day: date) -> list[str]:
    """Those of some entries stored late on which an answer rests, each once, in the order of its reasons."""
    found: dict[str, None] = {}
    for reason in answer.because:
        if reason.obligation is not None:
            found |= dict.fromkeys(entries_of_duty(reason.obligation, day))
        if reason.judgement is not None:
            found[reason.judgement.entry] = None
    return [entry for entry in found if entry in late]
