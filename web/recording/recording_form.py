"""The form of one entry of a case: its questions, what was typed, the entry that this makes, and what is wrong with it.

The draft of the form has the id of its entry, so a form sent twice records one entry. It knows how many entries the file held
when it was opened, so what a colleague recorded meanwhile is shown before this entry is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import abort

from domain.aggregates.amendments import as_last_read, subjects
from domain.aggregates.case_file import CaseFile, recording_default
from domain.entries import refusals
from domain.entries.case_entries import (
    AppointmentMade,
    AppointmentOutcomeRecorded,
    Entry,
    EntryWithdrawn,
    QualityJudged,
)
from domain.entries.schemas import ShapeError
from domain.working.drafts import Draft
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine, outstanding
from projections.history.history import History
from web.presentation.fact_words import type_title
from web.presentation.formatting import numeric_date
from web.recording.entries_as_read import as_it_reads, named_as_read
from web.recording.entry_forms import Field, fields_of
from web.recording.limits_by_hand import limit_problem
from web.recording.next_booking import FIELDS, NOTHING, NextBooking
from web.recording.offered_entries import offered_entries
from web.recording.offered_fields import filled_in, offered
from web.recording.problem_words import problems_in_words
from web.recording.refused_by_hand import check_by_hand
from web.recording.typed_entries import correction_of, whole_entry
from web.recording.typed_values import typed_of
from web.services import current_cases
from web.site import access_control, clock

Problems = dict[str, str]
"""Question -> what to do, in words; empty when all is well."""

SIGNED_JUDGEMENT = ("framework", "by", "by_id", "role", "second", "prompts")
"""What the service fills in of a judgement; who signed an entry is not corrected: another is recorded in its place."""


class RecordingForm:
    """The form of one entry of a case, for the person signed in. ``file``: of the case, with its texts.

    ``of``: the id of the entry that it corrects, if any.
    """

    def __init__(self, file: CaseFile, fact_type: type[Entry], draft: Draft, of: str = ""):
        self.who = access_control.account()
        self.reference, self.fact_type, self.draft = file.reference, fact_type, draft
        self.now = clock.recording_time()
        self.file = file
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

    @cached_property
    def history(self) -> History:
        """The case with everything recorded to date."""
        return current_cases.repository().history(self.reference, None)

    @cached_property
    def read_now(self) -> Mapping[str, Entry]:
        """Every entry of the file as it reads; one that is withdrawn as it read before."""
        return as_last_read(self.file.entries.values())

    @property
    def is_new(self) -> bool:
        """Whether nothing was kept of this form yet."""
        return not self.draft.typed

    @property
    def title(self) -> str:
        """What the form does: of a correction and a withdrawal what they will do, of another entry what it is."""
        if self.of is not None:
            return f"Correct: {self.named(self.of.entry)}"
        return "Withdraw an entry" if self.fact_type is EntryWithdrawn else type_title(self.fact_type.__name__)

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

    def type_in(self, typed: Mapping[str, Sequence[str]], *, checked: bool) -> None:
        """Take what was typed into the draft, as far as the form asks for it. ``checked``: whether the check was asked for."""
        asked = {field.name for field in (*self.fields, *self.more)}
        said = {name: texts for name, texts in typed.items() if name in asked}
        self.draft = replace(self.draft, typed=said, checked=checked)
        self.__dict__.pop("typed", None)

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
        made = self.read_now.get(about)
        return {"occurred_on": [numeric_date(made.for_on)]} if self.more and isinstance(made, AppointmentMade) else {}

    def settled(self, about: str, problems: Problems) -> dict[str, str]:
        """Question -> the entry that answers it, in words, where the address names it (``about``): others need not be listed.

        Of a withdrawal the entry that was chosen stands so too, since any entry of the case might be chosen.
        """
        if self.of is not None:
            return {}
        found = {}
        for field in self.fields:
            chosen = next(iter(self.typed.get(field.name, ())), "")
            named = chosen == about or self.fact_type is EntryWithdrawn
            if field.kind == "entry" and named and field.name not in problems and chosen in dict(field.options):
                found[field.name] = dict(field.options)[chosen]
        return found

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
            check_by_hand(fact, self.file, self.history)
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
        return self.next.problems(self.history, clock.today(), self.draft.id)

    def in_words(self, reasons: Mapping[str, str]) -> Problems:
        """Field -> reason, as question -> what to do, in the order of the questions."""
        asked = {field.name: field for field in self.fields}
        return problems_in_words(reasons.items(), asked, self.type.__name__, self.typed)

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

    def named(self, entry: str) -> str:
        """An entry of the file in words, as it now reads; any other value as it is."""
        fact = self.read_now.get(entry)
        return entry if fact is None else named_as_read(fact, self.read_now)

    def _base(self, of: str) -> Entry:
        """The entry as it read when the form was opened."""
        found = as_it_reads(self.file, of, self.draft.opened) or as_it_reads(self.file, of)
        if found is None:
            abort(404, f"There is no entry {of} to correct in {self.reference}.")
        return found

    def _entries(self, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        """The entries of these types that the form offers, as (id, words)."""
        return offered_entries(self.type, kinds, self.file, self.history, self.read_now)

    def _offering(self, field: Field) -> Field:
        """The field with what the corrected entry has there now, though nobody could choose it any more."""
        if self.of is None or field.kind not in ("entry", "entries", "choice", "choices"):
            return field
        there = dict(field.options)
        missing = [one for one in typed_of(self.of).get(field.name, ()) if one not in there]
        more = tuple((one, f"{self.named(one)} (as it stands)") for one in missing)
        return replace(field, options=(*field.options, *more))
