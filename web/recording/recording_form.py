"""The form of one entry of a case: shown, checked with what the entry would change, and recorded.

The form carries the id of its entry, so a form sent twice records one entry. It carries the number of entries on the file
when it was opened, so what a colleague recorded meanwhile is shown before this entry is kept. A form that is refused is
shown again with everything that was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.aggregates.case_file import CaseFile, recording_default
from domain.aggregates.person_files import file_named
from domain.entries import refusals
from domain.entries.case_entries import (
    AppointmentOutcomeRecorded,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
)
from domain.entries.schemas import ShapeError
from projections.cases.case_differences import DutyChange, duty_changes
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine, outstanding
from projections.history.history import History
from projections.obligations.derive import obligations
from web.presentation.formatting import short_date
from web.presentation.phrases import fact_details, fact_named, fact_title, type_title
from web.recording.entry_forms import Field, fields_of
from web.recording.limits_by_hand import ask_to_lift, lifted, limit_problem
from web.recording.offered_appointments import offered_for_outcome, outcome_warning
from web.recording.offered_fields import filled_in, offered
from web.recording.problem_words import place_of, problem_words
from web.recording.typed_entries import correction_of, form_token, whole_entry
from web.services import current_cases
from web.site import access_control, clock, two_people


class RecordingForm:
    """The form of one entry of a case, for the person signed in. ``of``: the entry that it corrects, if any."""

    def __init__(self, reference: str, fact_type: type[Entry], of: Entry | None = None):
        who = access_control.account()
        if not who.may_enter(fact_type):
            abort(403, f"{type_title(fact_type.__name__)}: that is not yours to record.")
        self.reference, self.fact_type, self.of, self.who = reference, fact_type, of, who
        self.now = clock.recording_time()
        self.file: CaseFile = current_cases.shown_file(reference)
        self.filled_in = filled_in(fact_type, who) if of is None else {}
        asked = fields_of(type(of) if of is not None else fact_type, self._entries)
        unasked = {*self.filled_in, *(fact_type.use.signed if of is None else ())}
        self.fields = [offered(f, who) for f in asked if f.name not in unasked]

    def defaults(self) -> dict[str, list[str]]:
        """What a new form has filled in already: field -> its values."""
        names = {field.name for field in self.fields}
        mine = {"assessor": self.who.name}
        return {name: [value] for name, value in mine.items() if name in names}

    def whole(self, typed: Mapping[str, Sequence[str]]) -> Entry:
        """The entry that was typed; ``ShapeError`` with everything that is wrong in it."""
        return whole_entry(self.fact_type, self.fields, typed, self.filled_in | self._recorded(typed))

    def correction(self, typed: Mapping[str, Sequence[str]]) -> Entry:
        """A correction of the fields that were changed or emptied; ``ShapeError`` where none was."""
        assert self.of is not None
        recorded = {"occurred_on": clock.today().isoformat(), **self._recorded(typed)}
        return correction_of(self.of, self.fields, typed, recorded)

    def _recorded(self, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        return {
            "entry": form_token(typed),
            "recorded_at": self.now.isoformat(),
            "recorded_by": self.who.username,
        }

    def answer(self, read: Callable[[Mapping[str, Sequence[str]]], Entry]) -> str | Response:
        """The reply to a form that was sent: the form again, the check, or the case with the entry recorded."""
        typed = request.form.to_dict(flat=False)
        step = request.form.get("step", "show")
        if step == "show":
            return self.show(typed)
        try:
            fact = recording_default(self.file, read(typed))
            if isinstance(fact, EntryWithdrawn) and fact.of in self.file.entries:
                check_may_change(self.file.entries[fact.of])
            fresh = current_cases.repository().files.would_record(self.reference, fact, now=self.now)
        except ShapeError as error:
            return self.show(typed, dict(error.problems))
        except refusals.EntryRepeats:
            return self.show(
                typed, {"entry": "You have recorded this entry already. To change it, correct it on the case page"}
            )
        except refusals.Refused as error:
            return self.show(typed, {error.field.removeprefix("fields."): error.reason})
        if problem := limit_problem(fact, self.file):
            return self.show(typed, {"excluded": problem})
        unseen = self._unseen(typed) if fresh else []
        if step == "check" or unseen:
            return self._check(typed, fact, unseen if step != "check" else [])
        return self._record(typed, fact, fresh=bool(fresh))

    def _record(self, typed: Mapping[str, Sequence[str]], fact: Entry, *, fresh: bool) -> str | Response:
        """Record the entry and go to it on the case page. ``fresh``: it is not on the file yet."""
        if fresh and (staff := lifted(fact, self.file)):
            outcome = ask_to_lift(self.reference, fact, staff, self.file)
            flash(
                f"{fact_title(fact)}: {'recorded' if outcome == 'alone' else 'asked for'}. {two_people.OUTCOMES[outcome]}"
            )
            return redirect(url_for("requests.index"))
        try:
            current_cases.repository().files.record(
                self.reference, [fact], actor=access_control.stored_by_account(self.who.username), now=self.now
            )
        except (refusals.Refused, refusals.BusyFile) as error:
            return self.show(typed, {"entry": f"{error}. Look at the entries made meanwhile, and send it again"})
        if fresh:
            access_control.log("recorded", self.reference, detail=f"{type(fact).__name__} {fact.entry}")
        flash(f"{fact_title(fact)}: recorded.")
        crn, _, number = self.reference.partition("/")
        return redirect(
            url_for("cases.show", crn=crn, number=number, as_at=None, known=None, _anchor=f"entry-{fact.entry}")
        )

    def show(self, typed: Mapping[str, Sequence[str]], problems: Mapping[str, str] | None = None) -> str:
        """The form with what was typed. ``problems``: field -> reason, shown in the order of the questions."""
        asked = {field.name: field for field in self.fields}
        reasons = {place_of(name, asked): reason for name, reason in (problems or {}).items()}
        placed = {
            place: problem_words(reasons[place], asked.get(place))
            for place in sorted(reasons, key=lambda place: [*asked, place].index(place))
        }
        groups: dict[str, list[Field]] = {}
        for field in self.fields:
            groups.setdefault(field.group, []).append(field)
        return render_template(
            "recording/record_entry.html", form=self, title=self._title(), groups=groups, typed=typed, problems=placed,
            entry_id=form_token(typed), seen=self._seen(typed), owed=self._owed(),
        )  # fmt: skip

    def _check(self, typed: Mapping[str, Sequence[str]], fact: Entry, unseen: Sequence[Entry]) -> str:
        pairs = [(name, text) for name, texts in typed.items() for text in texts]
        dropped = ("step", "csrf_token", "entry", "seen")
        return render_template(
            "recording/record_check.html", form=self, title=self._title(), fact=fact, unseen=unseen, effects=self._effects(fact),
            lifted=sorted(lifted(fact, self.file)), self_out=self.who.is_shut_out(getattr(fact, "excluded", ())),
            warning=self._warning(fact),
            typed=[(name, text) for name, text in pairs if name not in dropped],
            entry_id=form_token(typed), seen=self.file.version, day=clock.today(),
        )  # fmt: skip

    def _warning(self, fact: Entry) -> str:
        """What is odd about an outcome; empty for one that is not."""
        return outcome_warning(fact, current_cases.repository().history(self.reference, None), clock.today())

    def details(self, fact: Entry) -> list[tuple[str, str]]:
        """The fields of the entry in words. Other entries that it names are described, not given by id."""
        words = {value: text for f in self.fields if f.kind in ("entry", "entries") for value, text in f.options}
        return [(name, ", ".join(words.get(x, x) for x in text.split(", "))) for name, text in fact_details(fact)]

    def named(self, entry_id: str) -> str:
        """How a sentence names an entry: by its date, or as the one being recorded."""
        if file_named(entry_id) is not None:
            return current_cases.named_entry(entry_id)
        known = self.file.entries.get(entry_id)
        return f"of {short_date(known.occurred_on)}" if known is not None else "being recorded"

    def _effects(self, fact: Entry) -> list[DutyChange]:
        """The duties that this entry meets, raises or ends, as the file stands today."""
        entries = {**self.file.entries, fact.entry: fact}
        person = current_cases.repository().person(self.reference)
        reached = person._replace(file=CaseFile(self.reference, self.file.version + 1, entries)).reached
        clauses = [clause for clause in current_cases.framework().clauses if clause.of_standards]
        before = obligations(current_cases.repository().history(self.reference, None), clauses)
        after = obligations(History.of(reached.entries, elsewhere=reached.elsewhere), clauses)
        return duty_changes(before, after, clock.today(), clock.today())

    def _owed(self) -> list[DutyLine]:
        """The open duties of the case that an entry of this type can meet."""
        today = current_cases.today()
        history = current_cases.repository().history(self.reference, today.known_at)
        if history.start is None or history.start.on > today.on:
            return []
        owed = outstanding(CaseSnapshot.of_history(self.reference, today, history))
        return [duty for duty in owed if any(by.type is self.fact_type for by in duty.clause.entries)]

    def _unseen(self, typed: Mapping[str, Sequence[str]]) -> list[Entry]:
        """The entries recorded on the case since the form was opened."""
        return self.file.since(self._seen(typed))

    def _seen(self, typed: Mapping[str, Sequence[str]]) -> int:
        seen = next(iter(typed.get("seen", ())), "")
        return int(seen) if seen.isdecimal() and len(seen) < 9 else self.file.version

    def _entries(self, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        """The entries of these types, the latest first, as (id, words). Corrections and withdrawn entries are left out.

        For an outcome, the appointments that wait for one come first.
        """
        history = current_cases.repository().history(self.reference, None)
        found = [
            fact for fact in history.entries
            if fact.entry in self.file.entries
            and (not kinds or type(fact).__name__ in kinds) and not isinstance(fact, EntryCorrected)
            and (self.fact_type is not EntryWithdrawn or self.who.may_change(fact))
        ]  # fmt: skip
        found.reverse()
        if self.fact_type is AppointmentOutcomeRecorded:
            return offered_for_outcome(found, history, clock.today())
        return [(fact.entry, fact_named(fact)) for fact in found]

    def _title(self) -> str:
        return f"Correct: {fact_title(self.of)}" if self.of is not None else type_title(self.fact_type.__name__)


def check_may_change(fact: Entry) -> None:
    """403 where the person signed in may not correct or withdraw this entry."""
    if not access_control.account().may_change(fact):
        abort(403, f"{fact_title(fact)}, entry {fact.entry}: that is not yours to correct or withdraw.")
