"""Beginning a case: first a search that shows who is alike, then the form, the check, and the case with its first entry.

A person who is on the record with a CRN keeps it: the case gets the next number. A CRN of which no case is open to the reader is
not begun here. The form carries the id of its entry, so however often it is sent, one case is begun.
"""

from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import MANAGERS
from domain.aggregates.case_file import CaseFile, recording_default
from domain.entries import refusals
from domain.entries.case_entries import SupervisionStarted
from domain.store.sealer import PersonErased
from projections.cases.entry_effects import EntryEffects, entry_effects
from projections.history.history import History
from projections.obligations.derive import obligations
from web.presentation.fact_words import fact_details
from web.recording import after_recording
from web.recording.begin_search import Alike, Sought, alike, files_of, number_of
from web.recording.beginning_form import BeginningForm
from web.recording.entry_check import holidays_words, why_it_stays
from web.recording.problem_words import refusal_words
from web.recording.recorded_by_hand import recorded
from web.recording.typed_entries import token_sent
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("begin", __name__)

NOT_HERE = (
    "CRN: a case with this one cannot be begun here. Look whether it is right, and search again. If it is right, a case with it "
    "is held where you may not open it: ask your information manager."
)
MEANWHILE = "A case with this CRN was begun while you were writing. Look whether it is the one you mean; what you typed is kept."

_OWN = ("csrf_token", "step", "crn", "name", "born", "entry", "known", "same")


@blueprint.route("/begin-a-case", methods=["GET", "POST"])
@access_control.open_to(*MANAGERS)
@access_control.keeps_what_was_typed
def index() -> str | Response:
    """The search; who is alike; the form; the check; then the case."""
    if request.method == "GET":
        return render_template("recording/begin_search.html", sought=Sought(), problems={})
    sought, step = Sought.typed(request.form), request.form.get("step", "search")
    problems = sought.problems(clock.today())
    if problems or step == "again":
        return render_template("recording/begin_search.html", sought=sought, problems=problems)
    if step in ("search", "form"):
        found = alike(sought)
        problem = _choice_problem(sought, found) if step == "form" else ""
        if problem or step == "search":
            return _alike(sought, found, problem)
        sought = _chosen(sought, found)
    form = BeginningForm(sought, _typed(), clock.today())
    if step in ("form", "show"):
        return _form(form, {})
    problems = form.problems()
    if not problems:
        problems = _refused(form)
    if problems:
        return _form(form, problems)
    return _check(form) if step == "check" else _record(form)


def _alike(sought: Sought, found: Sequence[Alike], problem: str = "", meanwhile: str = "") -> str:
    """Who is alike among the cases open to the reader."""
    access_control.log("searched", sought=f"{sought.crn} {sought.name} {sought.born}")
    access_control.shown(*(one.case.reference for one in found))
    return render_template(
        "recording/begin_alike.html", sought=sought, found=found, meanwhile=meanwhile, crns=_crns(found), entry_id=_token(),
        typed=_pairs(), problems={"same": problem} if problem else {},
    )  # fmt: skip


def _crns(found: Sequence[Alike]) -> list[tuple[str, str]]:
    """The persons among those alike, by CRN, with their names."""
    return list({one.crn: (one.crn, f"{one.name}, {one.crn}") for one in found}.values())


def _choice_problem(sought: Sought, among: Sequence[Alike]) -> str:
    """What is wrong with the answer whether it is one of those alike."""
    found = dict(_crns(among))
    same = request.form.get("same", "")
    if not found or same in found:
        return ""
    if same == "none":
        clash = sought.crn in found
        return (
            f"{sought.crn} is the CRN of {found[sought.crn]}. Select that person, or correct the CRN." if clash else ""
        )
    return "Select whether it is one of these people."


def _chosen(sought: Sought, among: Sequence[Alike]) -> Sought:
    """The person sought; where one of those alike was chosen, with that person's CRN."""
    same = request.form.get("same", "")
    return sought._replace(crn=same) if same in dict(_crns(among)) else sought


def _open(sought: Sought) -> list[str]:
    """The cases of the CRN that are open to the reader."""
    return [reference for reference in files_of(sought.crn) if current_cases.is_open(reference)]


def _typed() -> dict[str, list[str]]:
    return {name: texts for name, texts in request.form.to_dict(flat=False).items() if name not in _OWN}


def _pairs() -> list[tuple[str, str]]:
    return [(name, text) for name, texts in _typed().items() for text in texts]


def _token() -> str:
    return token_sent(request.form.get("entry", ""))


def _fact(form: BeginningForm) -> SupervisionStarted:
    return form.fact(_token(), access_control.account().username, clock.recording_time().isoformat())


def _form(form: BeginningForm, problems: Mapping[str, str]) -> str:
    return render_template(
        "recording/begin_form.html", form=form, sought=form.sought, problems=problems, typed=form.typed, entry_id=_token(),
        known=_known(form),
    )  # fmt: skip


def _known(form: BeginningForm) -> int:
    """How many cases of the CRN the reader knew of when the form was opened."""
    sent = request.form.get("known", "")
    return int(sent) if sent.isdecimal() and len(sent) < 4 else len(_open(form.sought))


def _refused(form: BeginningForm) -> dict[str, str]:
    """Why the file would not take the entry: question -> reason."""
    reference = f"{form.sought.crn}/999999999"  # an empty file: which number the case gets makes no difference to its first entry
    try:
        current_cases.repository().files.would_record(reference, _fact(form), now=clock.recording_time())
    except PersonErased:
        return {"entry": NOT_HERE}
    except refusals.Refused as error:
        name = "occurred_on" if error.field == "recorded_at" else error.field
        return {name: refusal_words(error)}
    return {}


def _check(form: BeginningForm) -> str:
    fact, opened = _fact(form), _open(form.sought)
    access_control.shown(*opened)
    return render_template(
        "recording/begin_check.html", form=form, sought=form.sought, fact=fact, details=fact_details(fact), opened=opened,
        effects=_effects(fact), why_it_stays=why_it_stays, holidays=holidays_words,
        entry_id=_token(), known=_known(form), pairs=_pairs(),
    )  # fmt: skip


def _effects(fact: SupervisionStarted) -> EntryEffects:
    """The duties that the beginning lays by itself: what other cases of the person say may be out of the reader's reach."""
    clauses = [clause for clause in current_cases.framework().clauses if clause.of_standards]
    return entry_effects([], obligations(History.of([fact]), clauses), clock.today(), None, [fact])


def _record(form: BeginningForm) -> str | Response:
    """Begin the case under the next number of its CRN, once however often it is sent."""
    every = files_of(form.sought.crn)
    begun = next((one for one in every if _token() in current_cases.repository().file(one).entries), None)
    if begun is not None:
        after_recording.note(begun, _token(), back=url_for("caseload.index"))
        return after_recording.go_back(begun)
    opened = _open(form.sought)
    if every and not opened:
        access_control.log("refused", detail="begin: the CRN has cases that are not open")
        return _form(form, {"entry": NOT_HERE})
    if len(opened) > _known(form):
        return _alike(form.sought, alike(form.sought), meanwhile=MEANWHILE)
    reference = f"{form.sought.crn}/{1 + max(map(number_of, every), default=0)}"

    def unless_begun(file: CaseFile) -> None:
        if file.first_entry is not None and _token() not in file.entries:
            raise refusals.AlreadyStarted("entry", MEANWHILE)

    try:
        fact = recording_default(current_cases.repository().file(reference), _fact(form))
        recorded(reference, [fact], back=url_for("caseload.index"), unless=unless_begun)
    except refusals.AlreadyStarted:
        return _alike(form.sought, alike(form.sought), meanwhile=MEANWHILE)
    except (refusals.Refused, refusals.BusyFile) as error:
        return _form(form, {"entry": f"{refusal_words(error)} Nothing is recorded yet; send it again."})
    return after_recording.go_back(reference)
