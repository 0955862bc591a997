"""Who reads which case of an inspection: naming assessors, giving cases out."""

from collections import Counter
from collections.abc import Collection, Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, Account
from domain.aggregates.conflicts import applies
from domain.aggregates.inspection import Inspection, Task
from domain.entries.inspection_entries import ReadingAllocated
from projections.inspections.reader_conflicts import ReaderConflicts, held_on
from web.inspections.inspection_form import back_to_progress, blueprint, by_key
from web.presentation.formatting import count_noun
from web.recording.inspection_entry import enter, inspection_to_run, redirect_if_closed, token
from web.services import current_cases, current_inspections
from web.site import access_control, two_people

TAKE_BACK = "-"
"""The value in the form that takes a reading from its assessor."""

SHARES: Mapping[str, bool] = {"share": False, "share second": True}
"""Which button shares out first readings, and which those that were drawn for a second one."""


@blueprint.post("/inspections/<inspection>/assessors")
@access_control.open_to(*OPENERS)
def name_assessor(inspection: str) -> Response:
    """Name an assessor, by the user name of the account. An inspector may then open the cases of the inspection."""
    found = inspection_to_run(inspection)
    chosen = request.form.get("assessor", "")
    account = next((one for one in possible_assessors() if one.username == chosen), None)
    if account is None:
        words = "Choose who reads: somebody with an account that opens cases"
        return back_to_progress(inspection, {"assessor": words}, "", "assessors")
    # Named before by a staff key, in a file from elsewhere: one person is not made two assessors.
    key = next(filter(account.is_named, found.assessors), account.username)
    said = {**by_key(found, key, account.name), "role": request.form.get("role", "")}
    problems = enter(inspection, "AssessorNamed", said)
    waits = "" if problems else let_read(account, inspection)
    done = f"{account.name} reads for this inspection. {waits}".strip()
    return back_to_progress(inspection, problems, done, "assessors")


def possible_assessors() -> list[Account]:
    """The accounts that may be named as assessors."""
    return [account for account in access_control.register().accounts() if account.may_assess]


def let_read(account: Account, inspection: str) -> str:
    """Let the account read an inspection, where it needs that: an inspector does once a second person confirms it.

    Returns what the person signed in must know of that, in words.
    """
    changed = account.reading(inspection)
    if changed == account:
        return ""
    opened = current_cases.repository().inspections[inspection]
    outcome = two_people.ask_account(account, changed, reason=f"To read {opened.title}", area=opened.area)
    return two_people.OUTCOMES[outcome]


@blueprint.route("/inspections/<inspection>/allocation", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def allocation(inspection: str) -> str | Response:
    """The allocation: who reads which case, first and second readings."""
    found = inspection_to_run(inspection)
    if (late := redirect_if_closed(inspection, found, ReadingAllocated)) is not None:
        return late
    if not found.sample or not found.assessors:
        flash("Draw the sample and name assessors before cases are given out.")
        return redirect(url_for("inspecting.work", inspection=inspection))
    conflicts = reader_conflicts(found)
    if request.method == "GET":
        return _page(inspection, found, conflicts, {})
    step = request.form.get("step", "")
    wanted = found.shared_out(conflicts.every, second=SHARES[step]) if step in SHARES else _chosen(inspection, found)
    changed = {task: key for task, key in wanted.items() if found.allocated.get(task, TAKE_BACK) != key}
    despite = {task: said for task, key in changed.items() if (said := conflicts.every.get((task[0], key)))}
    reason = request.form.get("despite", "").strip()
    if despite and not reason:
        return _page(inspection, found, conflicts, changed)
    refused = _reallocate(inspection, changed, dict.fromkeys(despite, reason))
    for words in refused:
        flash(words)
    done = len(changed) - len(refused)
    if done or not refused:
        flash(f"{count_noun(done, 'reading')} changed." if changed else "Nothing was changed.")
    if step in SHARES:
        _say_left(found, {*found.allocated, *changed}, second=SHARES[step])
    return redirect(url_for("inspecting.allocation", inspection=inspection))


def _say_left(found: Inspection, given: Collection[Task], *, second: bool) -> None:
    """Say how many readings sharing out has left, and why."""
    asked = found.second_drawn if second else found.sample
    left = len([case for case in asked if (case, second) not in given])
    if left:
        why = "reads it already, or " if second else ""
        flash(
            f"{count_noun(left, 'case')} left: every assessor who could read one {why}has a conflict of interest in it."
        )


def reader_conflicts(found: Inspection) -> ReaderConflicts:
    """The conflicts of the assessors of an inspection, by the accounts of this service."""
    return ReaderConflicts(current_cases.repository(), found, _account_of)


def _account_of(key: str) -> Account | None:
    """The account of a staff key."""
    return next((one for one in access_control.register().accounts() if one.is_named(key)), None)


def _page(inspection: str, found: Inspection, conflicts: ReaderConflicts, chosen: Mapping[Task, str]) -> str:
    """The allocation. ``chosen``: what was chosen and not saved, because it needs a reason."""
    closed = current_inspections.closed(inspection, found.sample)
    access_control.shown(*(case for case in found.sample if case not in closed))
    readers = sorted(((key, found.called(key)) for key in found.assessors), key=lambda one: (one[1], one[0]))
    load = {key: Counter(second for _, second in found.tasks_of(key)) for key, _ in readers}
    unread = Counter(key for (case, key) in conflicts.every)
    return render_template(
        "inspections/allocation.html", inspection=inspection, opened=found.opened, found=found, closed=closed,
        sample=_form_names(found, closed), readers=readers, conflicts=conflicts.every, chosen=chosen,
        held={case: held_on(conflicts.book, found, case) for case in found.sample if case not in closed}, load=load, unread=unread,
        governed=applies(found), reason=request.form.get("despite", ""),
    )  # fmt: skip


def _form_names(found: Inspection, closed: Collection[str]) -> dict[str, str]:
    """Case -> how the form names it: its reference, or its place in the sample where it is closed to the reader."""
    return {case: f"closed {number}" if case in closed else case for number, case in enumerate(found.sample, 1)}


def _chosen(inspection: str, found: Inspection) -> dict[Task, str]:
    """The reader chosen in the form for each first and second reading; readings left empty are not in it."""
    return {
        (case, second): key
        for case, name in _form_names(found, current_inspections.closed(inspection, found.sample)).items()
        for second, field in ((False, "first"), (True, "second"))
        if (key := request.form.get(f"{field} {name}", ""))
    }


def _reallocate(inspection: str, changed: Mapping[Task, str], despite: Mapping[Task, str]) -> list[str]:
    """Give each reading to its new reader, or take it back. Returns why, for each that was refused.

    ``despite``: why a reading is given out in spite of a conflict of interest.
    """
    reasons = []
    found = current_cases.repository().inspection(inspection)
    for (case, second), key in changed.items():
        reading = {"case": case, **({"second": True} if second else {})}
        why = {"despite": despite[case, second]} if (case, second) in despite else {}
        if key == TAKE_BACK:
            problems = enter(inspection, "ReadingTakenBack", reading, entry=token())
        else:
            problems = enter(inspection, "ReadingAllocated", {**reading, **by_key(found, key), **why}, entry=token())
        reasons += list(problems.values())[:1]
    return reasons
