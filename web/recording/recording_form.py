"""The form of one entry of a case: its questions, what was typed, the entry that this makes, and what is wrong with it.

The draft of the form has the id of its entry, so a form sent twice records one entry. It knows how many entries the file held
when it was opened, so what a colleague recorded meanwhile is shown before this entry is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import abort

from domain.aggregates.amendments import amended, subjects, withdrawn
from domain.aggregates.case_file import CaseFile, recording_default
from domain.entries import refusals
from domain.entries.case_entries import (
    AppointmentMade,
    AppointmentOutcomeRecorded,
    AssessmentCompleted,
    AssessmentCountersigned,
    AssessmentReturned,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    QualityJudged,
)
from domain.entries.references import reference_fields
from domain.entries.schemas import ShapeError
from domain.working.drafts import Draft
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine, outstanding
from projections.history.appointments import APPOINTMENTS
from web.presentation.formatting import numeric_date
from web.presentation.phrases import fact_named, fact_title, type_title
from web.recording.booking_problems import appointment_problem
from web.recording.entry_forms import Field, fields_of
from web.recording.limits_by_hand import limit_problem
from web.recording.next_booking import FIELDS, NOTHING, NextBooking
from web.recording.offered_appointments import offered_for_outcome, why_no_outcome
from web.recording.offered_fields import filled_in, offered
from web.recording.problem_words import place_of, problem_words
from web.recording.typed_entries import correction_of, whole_entry
from web.recording.typed_values import typed_of
from web.services import current_cases, entry_rights
from web.site import access_control, clock

Problems = dict[str, str]
"""Question -> what to do, in words; empty when all is well."""

SIGNED_JUDGEMENT = ("framework", "by", "by_id", "role", "second")
"""What the service fills in of a judgement; who signed an entry is not corrected: another is recorded in its place."""


class RecordingForm:
    """The form of one entry of a case, for the person signed in. ``of``: the id of the entry that it corrects, if any."""

    def __init__(self, reference: str, fact_type: type[Entry], draft: Draft, of: str = ""):
        self.who = access_control.account()
        self.reference, self.fact_type, self.draft = reference, fact_type, draft
        self.now = clock.recording_time()
        self.file: CaseFile = current_cases.shown_file(reference)
        self.of = None if not of else self._base(of)
        self.type = fact_type if self.of is None else type(self.of)
        """The type whose questions are asked."""
        self.filled_in = filled_in(fact_type, self.who) if self.of is None else {}
        asked = fields_of(self.type, self._entries, self.of)
        unasked = {*self.filled_in, *self.type.use.signed}
        if self.of is not None and isinstance(self.of, QualityJudged):
            unasked |= set(SIGNED_JUDGEMENT)
        self.fields = [self._offering(offered(f, self.who)) for f in asked if f.name not in unasked]
        self.more: Sequence[Field] = FIELDS if fact_type is AppointmentOutcomeRecorded else ()
        """Questions about another entry that the same form makes: the next appointment, beside an outcome."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was kept of this form yet."""
        return not self.draft.typed

    @property
    def title(self) -> str:
        return f"Correct: {fact_title(self.of)}" if self.of is not None else type_title(self.fact_type.__name__)

    @cached_property
    def typed(self) -> Mapping[str, Sequence[str]]:
        """What the form shows: the draft; of a new form what is filled in already."""
        if not self.is_new:
            return self.draft.typed
        if self.of is not None:
            return {name: texts for name, texts in typed_of(self.of).items() if name in {f.name for f in self.fields}}
        names = {field.name for field in self.fields}
        mine = {"assessor": self.who.name, "occurred_on": numeric_date(clock.today())}
        return {name: [value] for name, value in mine.items() if name in names}

    def presetting(self, about: str, clause: str = "") -> None:
        """Fill a new form in with the entry that it is to name, and the clause that it is about."""
        if about and self.is_new and self.of is None:
            named = {
                f.name: [about] for f in self.fields if f.kind in ("entry", "entries") and about in dict(f.options)
            }
            self.typed = {**self.typed, **named, **(self._its_day(about) if named else {})}
        if clause and self.is_new and any(f.name == "clause" and clause in dict(f.options) for f in self.fields):
            self.typed = {**self.typed, "clause": [clause], "from_on": [numeric_date(clock.today())]}

    def _its_day(self, about: str) -> dict[str, list[str]]:
        """The day of an outcome: that of its appointment."""
        made = as_it_reads(self.file, about)
        return {"occurred_on": [numeric_date(made.for_on)]} if self.more and isinstance(made, AppointmentMade) else {}

    def read(self) -> Entry:
        """The entry that was typed, or the correction; ``ShapeError`` with everything that is wrong in it."""
        recorded: dict[str, Any] = {
            "entry": self.draft.id, "recorded_at": self.now.isoformat(), "recorded_by": self.who.username,
        }  # fmt: skip
        if self.of is None:
            fact = whole_entry(self.fact_type, self.fields, self.typed, self.filled_in | recorded)
        else:
            recorded["occurred_on"] = clock.today().isoformat()
            fact = correction_of(self.of, self.fields, self.typed, recorded)
        return recording_default(self.file, fact)

    @property
    def next(self) -> NextBooking:
        """The next appointment as it was typed."""
        return NextBooking.typed(self.typed) if self.more else NOTHING

    def also(self, fact: Entry) -> list[Entry]:
        """The entries that are recorded with the form's own. The form has no problems."""
        more = self.next.facts(fact.entry, self.who.username, clock.today(), self.now)
        return [recording_default(self.file, one) for one in more]

    def tried(self) -> tuple[Entry | None, Problems]:
        """The entry, where it could be recorded now; else what is wrong, in words, in the order of the questions."""
        try:
            fact = self.read()
            self._check_subject(fact)
            current_cases.repository().files.would_record(self.reference, fact, now=self.now)
        except ShapeError as error:
            return None, self.in_words(dict(error.problems)) | self._next_problems()
        except refusals.Refused as error:
            return None, self.in_words({error.field.removeprefix("fields."): error.reason})
        if problem := limit_problem(fact, self.file):
            return None, {"excluded": problem}
        if problems := self._next_problems():
            return None, problems
        return fact, {}

    def _next_problems(self) -> Problems:
        """What is wrong with the next appointment."""
        if not self.more:
            return {}
        history = current_cases.repository().history(self.reference, None)
        return self.next.problems(history, clock.today(), self.draft.id)

    def in_words(self, reasons: Mapping[str, str]) -> Problems:
        """Field -> reason, as question -> what to do, in the order of the questions."""
        asked = {field.name: field for field in self.fields}
        placed = {place_of(name, asked): reason for name, reason in reasons.items()}
        order = list(asked)
        return {
            place: problem_words(
                placed[place], asked.get(place), self.type.__name__, "\n".join(self.typed.get(place, ()))
            )
            for place in sorted(placed, key=lambda place: order.index(place) if place in asked else len(order))
        }

    def owed(self) -> list[DutyLine]:
        """The open duties of the case that an entry of this type can meet."""
        today = current_cases.today()
        history = current_cases.repository().history(self.reference, today.known_at)
        if self.of is not None or history.start is None or history.start.on > today.on:
            return []
        owed = outstanding(CaseSnapshot.of_history(self.reference, today, history))
        return [duty for duty in owed if any(by.type is self.fact_type for by in duty.clause.entries)]

    def unseen(self) -> list[Entry]:
        """What others recorded on the case since the writer last looked."""
        return [fact for fact in self.file.since(self.draft.seen) if fact.recorded_by != self.who.username]

    def changed_meanwhile(self) -> list[Entry]:
        """What others recorded about the entry that is corrected, since the form was opened."""
        if self.of is None:
            return []
        about = subjects(self.file.amending)
        later = self.file.since(self.draft.opened)
        return [f for f in later if about.get(f.entry) == self.of.entry and f.recorded_by != self.who.username]

    def standing(self) -> Entry | None:
        """The entry that is corrected as it reads now; None where it is withdrawn."""
        return None if self.of is None else as_it_reads(self.file, self.of.entry)

    def corrected(self, fact: Entry) -> Entry | None:
        """The entry that is corrected, or withdrawn, as it reads once this is recorded."""
        of = getattr(fact, "of", "")
        entries = {**self.file.entries, fact.entry: fact}
        return as_it_reads(CaseFile(self.reference, self.file.version + 1, entries), of)

    def _base(self, of: str) -> Entry:
        """The entry as it read when the form was opened."""
        found = as_it_reads(self.file, of, self.draft.opened) or as_it_reads(self.file, of)
        if found is None:
            abort(404, f"There is no entry {of} to correct in {self.reference}.")
        return found

    def _check_subject(self, fact: Entry) -> None:
        """Refuse what changes an entry that is withdrawn, or not theirs to change; what is not due; and signing their own work."""
        if isinstance(fact, AppointmentOutcomeRecorded) and fact.entry not in self.file.entries:
            self._check_outcome(fact)
        self._check_appointment(fact)
        if isinstance(fact, AssessmentCountersigned | AssessmentReturned):
            made = self.file.entries.get(fact.assessment)
            if isinstance(made, AssessmentCompleted) and entry_rights.is_own_assessment(made, self.file):
                said = "you made, recorded or corrected this assessment; another manager countersigns it"
                raise refusals.Refused("assessment", said)
        if not isinstance(fact, EntryCorrected | EntryWithdrawn) or fact.of not in self.file.entries:
            return
        subject = self.file.entries[fact.of]
        if not entry_rights.may_change(subject, self.file):
            raise refusals.Refused("of", f"{fact_title(subject)}: that is not yours to correct or withdraw")
        if fact.entry not in self.file.entries and fact.of in withdrawn(_withdrawals(self.file)):
            said = "withdraw that withdrawal first; what you typed is kept" if self.of is not None else "choose another"
            raise refusals.Refused("of", f"this entry is withdrawn already: {said}")

    def _check_appointment(self, fact: Entry) -> None:
        """Refuse an appointment, made or corrected, for a day on which nobody can be supervised."""
        moved = isinstance(fact, EntryCorrected) and "for_on" in fact.fields
        made = self.corrected(fact) if moved else fact
        if not isinstance(made, AppointmentMade) or fact.entry in self.file.entries:
            return
        history = current_cases.repository().history(self.reference, None)
        if problem := appointment_problem(made, history, clock.today()):
            raise refusals.Refused("fields.for_on" if moved else "for_on", problem)

    def _check_outcome(self, fact: AppointmentOutcomeRecorded) -> None:
        history = current_cases.repository().history(self.reference, None)
        made = next((one for one in history.entries if one.entry == fact.appointment), None)
        if (
            made is not None
            and isinstance(made, APPOINTMENTS)
            and (why := why_no_outcome(made, history, clock.today()))
        ):
            raise refusals.Refused("appointment", f"{fact_named(made)}: {why}.")

    def _entries(self, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        """The entries of these types, the latest first, as (id, words). Withdrawn ones are left out; corrections and
        withdrawals are offered to be withdrawn alone. For an outcome, only the appointments that wait for one are offered.
        """
        history = current_cases.repository().history(self.reference, None)
        found = [
            fact for fact in history.entries
            if fact.entry in self.file.entries and (not kinds or type(fact).__name__ in kinds)
            and not isinstance(fact, EntryCorrected | EntryWithdrawn)
        ]  # fmt: skip
        if self.fact_type is EntryWithdrawn:
            gone = withdrawn(_withdrawals(self.file))
            found += [fact for fact in self.file.amending if fact.entry not in gone]
            found.sort(key=lambda fact: fact.recorded_at)
            found = [fact for fact in found if entry_rights.may_change(fact, self.file)]
        found.reverse()
        if self.type is AppointmentOutcomeRecorded:
            return offered_for_outcome(found, history, clock.today())
        return [(fact.entry, self._named(fact)) for fact in found]

    def _offering(self, field: Field) -> Field:
        """The field with what the corrected entry has there now, though nobody could choose it any more."""
        if self.of is None or field.kind not in ("entry", "entries", "choice", "choices"):
            return field
        there = dict(field.options)
        missing = [one for one in typed_of(self.of).get(field.name, ()) if one not in there]
        more = tuple((one, f"{self.named(one)} (as it stands)") for one in missing)
        return replace(field, options=(*field.options, *more))

    def named(self, entry: str) -> str:
        """An entry of the file in words; any other value as it is."""
        fact = self.file.entries.get(entry)
        return entry if fact is None else self._named(fact)

    def _named(self, fact: Entry) -> str:
        if not isinstance(fact, EntryCorrected | EntryWithdrawn):
            return fact_named(fact)
        subject = self.file.entries.get(fact.of)
        return f"{fact_named(fact)}: {'?' if subject is None else self._named(subject)}"


def as_it_reads(file: CaseFile, entry: str, stored: int | None = None) -> Entry | None:
    """An entry as its file reads, with the first ``stored`` entries of it (None: all); None where it is withdrawn or not there."""
    entries = list(file.entries.values())[:stored]
    return next((fact for fact in amended(entries) if fact.entry == entry), None)


def naming(file: CaseFile, entry: str) -> list[Entry]:
    """The entries of the file that name an entry and stand; corrections and withdrawals are none of them."""
    read = [
        fact for fact in amended(list(file.entries.values())) if not isinstance(fact, EntryCorrected | EntryWithdrawn)
    ]
    return [fact for fact in read if entry in _named_by(fact)]


def _named_by(fact: Entry) -> list[str]:
    values = [getattr(fact, name) for name, _, _ in reference_fields(type(fact))]
    return [one for value in values for one in (value if isinstance(value, list) else [value]) if one]


def _withdrawals(file: CaseFile) -> list[EntryWithdrawn]:
    return [fact for fact in file.amending if isinstance(fact, EntryWithdrawn)]


def check_may_change(fact: Entry, file: CaseFile) -> None:
    """403 where the person signed in may not correct or withdraw this entry."""
    if not entry_rights.may_change(fact, file):
        abort(403, f"{fact_title(fact)}, entry {fact.entry}: that is not yours to correct or withdraw.")
