"""Recording an entry by hand: a form, a look at what it meets, and then the file.

A form carries the id of its entry, so that a second click records nothing twice, and the number of entries its reader
had seen, so that a colleague's entry in between is shown before this one is kept. Nothing typed is lost on the way.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.account_rules import unknown_names
from domain.accounts.roles import READERS, Account
from domain.aggregates.case_file import CaseFile, recording_default
from domain.entries import refusals
from domain.entries.case_entries import ENTRY_TYPES, AccessLimited, Entry, EntryCorrected, EntryWithdrawn, QualityJudged
from domain.entries.entry import FormGroup
from domain.entries.schemas import ShapeError, dump_entry, load_entry
from projections.cases.case_differences import DutyChange, duty_changes
from projections.cases.caseload import DutyLine, outstanding
from projections.history.history import History
from projections.inspections.blind_reading import recorded_meanwhile
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from web.presentation.formatting import numeric_date
from web.presentation.phrases import fact_details, fact_named, fact_title, type_title
from web.recording.entry_forms import NOT_ASKED, TYPED, Field, fields_of, typed_of, values_of
from web.services import current_cases, following_read_model
from web.site import access_control, clock

blueprint = Blueprint("recording", __name__)


_TOKEN = re.compile(r"form-[0-9a-f]{12}")
_SPECIAL = ("EntryCorrected", "EntryWithdrawn")
_OF_CASES = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case"}


@blueprint.get("/cases/<crn>/<int:number>/record")
@access_control.open_to(*READERS)
def index(crn: str, number: int) -> str:
    """What may be recorded on this case."""
    reference = _open(crn, number)
    mine = [
        name for name, kind in _OF_CASES.items() if access_control.account().may_enter(kind) and name not in _SPECIAL
    ]
    groups = {
        title: [name for name in mine if _OF_CASES[name].use.form_group == title] for title in get_args(FormGroup)
    }
    return render_template("recording/record.html", reference=reference, groups={k: v for k, v in groups.items() if v})


@blueprint.route("/cases/<crn>/<int:number>/record/<type_>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def entry(crn: str, number: int, type_: str) -> str | Response:
    """One entry: the form, the check, the record."""
    reference = _open(crn, number)
    fact_type = _OF_CASES.get(type_)
    if fact_type is None or fact_type is EntryCorrected:
        abort(404, f"There is no form for {type_}.")
    form = _Form(reference, fact_type)
    if request.method == "GET":
        about = request.args.get("about", "")
        preset = {f.name: [about] for f in form.fields if about and f.kind in ("entry", "entries")}
        return form.show({"occurred_on": [numeric_date(clock.today())], **form.defaults(), **preset})
    return form.answer(form.whole)


@blueprint.route("/cases/<crn>/<int:number>/correct/<entry_id>", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def correct(crn: str, number: int, entry_id: str) -> str | Response:
    """A correction: the entry's own form as it stands, and the fields that were changed in it."""
    reference = _open(crn, number)
    file = current_cases.shown_file(reference)
    subject = file.entries.get(entry_id)
    if subject is None or isinstance(subject, EntryCorrected | EntryWithdrawn):
        abort(404, f"There is no entry {entry_id} to correct in {reference}.")
    read = {fact.entry: fact for fact in current_cases.casebook().history(reference, None).entries}
    standing = read.get(entry_id, subject)
    _changes(standing)
    form = _Form(reference, EntryCorrected, of=standing)
    if request.method == "GET":
        return form.show(typed_of(standing))
    return form.answer(form.correction)


def answered_by(duty: Obligation) -> dict[str, str] | None:
    """The entry that would meet a duty, for a link to its form: type, title, and the entry that it is about."""
    for by in duty.clause.entries:
        if access_control.account().may_enter(by.type):
            title = type_title(by.type.__name__)
            return {"type": by.type.__name__, "title": title, "about": (by.naming and duty.raised_by) or ""}
    return None


class _Form:
    """One form for one entry of a case, in the hands of the person signed in."""

    def __init__(self, reference: str, fact_type: type[Entry], of: Entry | None = None):
        who = access_control.account()
        if not who.may_enter(fact_type):
            abort(403, f"{type_title(fact_type.__name__)}: that is not yours to record.")
        self.reference, self.fact_type, self.of, self.who = reference, fact_type, of, who
        self.now = clock.recording_time()
        self.file: CaseFile = current_cases.casebook().file(reference)
        self.fixed = _fixed(fact_type, who) if of is None else {}
        asked = fields_of(type(of) if of is not None else fact_type, self._entries)
        self.fields = [_offered(f, who) for f in asked if f.name not in self.fixed]

    def defaults(self) -> dict[str, list[str]]:
        names = {field.name for field in self.fields}
        mine = {"assessor": self.who.name, "national_standards": "yes"}
        return {name: [value] for name, value in mine.items() if name in names}

    def whole(self, typed: Mapping[str, Sequence[str]]) -> Entry:
        """The whole entry; ``ShapeError`` with everything that is wrong in it and every question not answered."""
        asked = values_of(self.fields, typed)
        problems = [
            (f.name, "missing") for f in self.fields if f.required and "." not in f.name and f.name not in asked
        ]
        problems += [
            (f.name, "choose one of those that are offered")
            for f in self.fields
            if f.kind == "choice" and f.name in asked and str(asked[f.name]) not in dict(f.options)
        ]
        meant = {
            **asked, **self.fixed, "entry": _token(typed), "recorded_at": self.now.isoformat(),
            "recorded_by": self.who.username,
        }  # fmt: skip
        try:
            fact = load_entry(self.fact_type.__name__, meant)
        except ShapeError as error:
            problems += [(name, reason) for name, reason in error.problems if (name, "missing") not in problems]
        if problems:
            raise ShapeError(problems)
        return fact

    def correction(self, typed: Mapping[str, Sequence[str]]) -> Entry:
        """A correction of the fields that were changed or emptied; ``ShapeError`` where none was."""
        assert self.of is not None
        before, after = dump_entry(self.of), values_of(self.fields, typed)
        load_entry(type(self.of).__name__, {**{k: v for k, v in before.items() if k in NOT_ASKED}, **after})
        changed = {}
        for name in dict.fromkeys(field.name.split(".")[0] for field in self.fields):
            standing = before.get(name, getattr(self.of, name, None))
            now = after.get(name, [] if isinstance(standing, list) else None)
            if not _same(standing, now):
                changed[name] = now
        if not changed:
            raise ShapeError([("occurred_on", "nothing is changed; change what is wrong")])
        meant = {
            "of": self.of.entry, "fields": changed, "entry": _token(typed),
            "occurred_on": clock.today().isoformat(), "recorded_at": self.now.isoformat(),
            "recorded_by": self.who.username,
        }  # fmt: skip
        return load_entry("EntryCorrected", meant)

    def answer(self, read: Callable[[Mapping[str, Sequence[str]]], Entry]) -> str | Response:
        """To what was sent: the form again, the check, or the case with the entry in it."""
        typed = request.form.to_dict(flat=False)
        step = request.form.get("step", "show")
        if step == "show":
            return self.show(typed)
        try:
            fact = recording_default(self.file, read(typed))
            if isinstance(fact, EntryWithdrawn) and fact.of in self.file.entries:
                _changes(self.file.entries[fact.of])
            fresh = current_cases.casebook().files.would_record(self.reference, fact, now=self.now)
        except ShapeError as error:
            return self.show(typed, dict(error.problems))
        except refusals.EntryRepeats:
            return self.show(
                typed, {"entry": "You have recorded this entry already. To change it, correct it on the case page"}
            )
        except refusals.Refused as error:
            return self.show(typed, {error.field.removeprefix("fields."): error.reason})
        unseen = self._unseen(typed) if fresh else []
        if step == "check" or unseen:
            return self._check(typed, fact, unseen if step != "check" else [])
        try:
            current_cases.casebook().files.record(self.reference, [fact], actor=self.who.username, now=self.now)
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
        asked = {field.name: field for field in self.fields}
        said = {_place(name, asked): reason for name, reason in (problems or {}).items()}
        placed = {
            place: _in_words(said[place], asked.get(place))
            for place in sorted(said, key=lambda place: [*asked, place].index(place))
        }
        groups: dict[str, list[Field]] = {}
        for field in self.fields:
            groups.setdefault(field.group, []).append(field)
        return render_template(
            "recording/record_entry.html", form=self, title=self._title(), groups=groups, typed=typed, problems=placed,
            entry_id=_token(typed), seen=self._seen(typed), owed=self._owed(),
        )  # fmt: skip

    def _check(self, typed: Mapping[str, Sequence[str]], fact: Entry, unseen: Sequence[Entry]) -> str:
        pairs = [(name, text) for name, said in typed.items() for text in said]
        dropped = ("step", "csrf_token", "entry", "seen")
        return render_template(
            "recording/record_check.html", form=self, title=self._title(), fact=fact, unseen=unseen, effects=self._effects(fact),
            strangers=_strangers(fact),
            typed=[(name, text) for name, text in pairs if name not in dropped],
            entry_id=_token(typed), seen=self.file.version, day=clock.today(),
        )  # fmt: skip

    def details(self, fact: Entry) -> list[tuple[str, str]]:
        """What the entry says, the entries that it refers to in words."""
        words = {value: text for f in self.fields if f.kind in ("entry", "entries") for value, text in f.options}
        return [(name, ", ".join(words.get(x, x) for x in text.split(", "))) for name, text in fact_details(fact)]

    def named(self, entry_id: str) -> str:
        """An entry's id, in a sentence about the entry that is being recorded."""
        return entry_id if entry_id in self.file.entries else "being recorded"

    def _effects(self, fact: Entry) -> list[DutyChange]:
        """The duties that this entry meets, raises or ends, as the file stands today."""
        entries = list(self.file.entries.values())
        clauses = [clause for clause in current_cases.framework().clauses if clause.of_standards]
        before = obligations(current_cases.casebook().history(self.reference, None), clauses)
        after = obligations(History.of([*(e for e in entries if e.entry != fact.entry), fact]), clauses)
        return duty_changes(before, after, clock.today(), clock.today())

    def _owed(self) -> list[DutyLine]:
        """The duties still open that an entry of this type may meet."""
        today = following_read_model.views().case_snapshots(
            current_cases.today(), references=[self.reference], unmet=True
        )
        return [o for c in today for o in outstanding(c) if any(by.type is self.fact_type for by in o.clause.entries)]

    def _unseen(self, typed: Mapping[str, Sequence[str]]) -> list[Entry]:
        """What was recorded on the case since the reader opened the form."""
        return recorded_meanwhile(self.file, self._seen(typed), current_cases.shown_file(self.reference).entries)

    def _seen(self, typed: Mapping[str, Sequence[str]]) -> int:
        said = next(iter(typed.get("seen", ())), "")
        return int(said) if said.isdecimal() and len(said) < 9 else self.file.version

    def _entries(self, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        """The entries that stand and are of these types, the latest first, as (id, words)."""
        shown = current_cases.shown_file(self.reference).entries
        found = [
            fact for fact in current_cases.casebook().history(self.reference, None).entries
            if fact.entry in shown and (not kinds or type(fact).__name__ in kinds) and not isinstance(fact, EntryCorrected)
            and (self.fact_type is not EntryWithdrawn or self.who.may_change(fact))
        ]  # fmt: skip
        return [(fact.entry, fact_named(fact)) for fact in reversed(found)]

    def _title(self) -> str:
        return f"Correct: {fact_title(self.of)}" if self.of is not None else type_title(self.fact_type.__name__)


def _open(crn: str, number: int) -> str:
    """The case, when it is open to the reader today: to record on it, it must be theirs now."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    if not current_cases.may_record(reference):
        abort(403, f"{reference} is held by somebody else now; what it says can be read, not added to.")
    current_cases.viewed(reference)
    return reference


def _strangers(fact: Entry) -> list[str]:
    """The staff that a limit of access names and that no account is called: most often a slip of the keys."""
    if not isinstance(fact, AccessLimited):
        return []
    return unknown_names(fact.excluded, access_control.register().accounts())


def _changes(fact: Entry) -> None:
    """403 in words where it is not for the person signed in to say that this entry is wrong."""
    if not access_control.account().may_change(fact):
        abort(403, f"{fact_title(fact)}, entry {fact.entry}: that is not yours to correct or withdraw.")


def _fixed(fact_type: type[Entry], who: Account) -> dict[str, Any]:
    """What the service fills in from who is signed in: nobody signs for another."""
    if fact_type is QualityJudged:
        return {
            "framework": current_cases.framework().id,
            "by": who.name,
            "role": who.judges_as,
            "second": False,
        }
    signature = {"by": who.name, "grade": who.signs_as}
    return {name: signature[name] for name in fact_type.use.signed}


def _offered(field: Field, who: Account) -> Field:
    """The field with its choices, where these are known to the service and not to the entry's type."""
    if field.name == "question":
        options = tuple(
            (q.id, f"{c.id}: {q.text}") for c in current_cases.framework().criteria for q in c.questions
        )  # fmt: skip
        return Field(field.name, "choice", "Question", True, "", options)
    if field.name == "inspection":
        options = tuple(
            (name, opened.title) for name, opened in current_cases.inspections().items() if current_cases.assesses(name)
        )
        hint = "" if who.inspects else "Leave empty for your own audit"
        return Field(field.name, "choice", "Inspection", who.inspects, hint, options)
    return field


def _same(one: Any, other: Any) -> bool:
    """Whether two values say the same: codes chosen from a list have no order."""
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(item, str) for item in (*one, *other)):
        return sorted(one) == sorted(other)
    return bool(one == other)


def _token(typed: Mapping[str, Sequence[str]]) -> str:
    """The id that this form's entry will have: the same however often it is sent."""
    said = next(iter(typed.get("entry", ())), "")
    return said if _TOKEN.fullmatch(said) else f"form-{secrets.token_hex(6)}"


def _place(name: str, asked: Mapping[str, Field]) -> str:
    """Where on the form a problem with a field is said: at its question, or the first one of its group."""
    if name == "recorded_at":
        return "occurred_on"
    return next((each for each in asked if each == name or each.startswith(f"{name}.")), "entry")


def _in_words(reason: str, field: Field | None) -> str:
    """What is wrong, as it stands beside the question and, with the question's name, above the form."""
    if reason.startswith("missing") and field is not None:
        return f"{'Enter' if field.kind in TYPED else 'Choose an answer for'} “{field.full}”"
    if reason.startswith("Not a valid") and field is not None:
        return f"Enter a number for “{field.full}”{' without decimals' if 'integer' in reason else ''}"
    if reason.startswith("Longer than") and field is not None:
        longest = int(re.sub(r"\D", "", reason))
        return f"“{field.full}” must have no more than {longest:,} characters"
    return reason[:1].upper() + reason[1:].replace("write it as 2005-10-03", "enter it like 3/10/2005")


def attach(app: Flask) -> None:
    app.add_template_global(answered_by)
