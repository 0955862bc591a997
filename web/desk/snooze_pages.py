"""Hiding a row from one's own list of what is to be done for some working days, and showing it again: forms that are sent."""

from datetime import date

from flask import Flask, flash, redirect, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from domain.working.snoozes import LONGEST, ListRow, SnoozeRefused
from projections.lists.todo_lines import TodoLine, lines_of
from web.desk.desk_home import blueprint
from web.desk.desk_reading import desk_reading
from web.desk.hidden_rows import may_hide, row_of, snoozes
from web.presentation.formatting import long_date
from web.services import current_cases
from web.site import access_control, clock, links
from web.site.access_control import open_to

FIELDS = ("case", "kind", "name", "since", "entry")


@blueprint.post("/desk/hide")
@open_to(*WORKERS)
def hide() -> Response:
    """Hide a row of the reader's own list."""
    line, days = _line(_asked()), request.form.get("days", "")
    if not may_hide(line):
        raise BadRequest(
            "Only today's list can be changed, and nothing at very high risk, never assessed or on an enforcement clock is hidden."
        )
    who = access_control.account().username
    try:
        number = int(days) if days.isdecimal() and len(days) < 3 else 0
        made = access_control.register().snoozes.snooze(
            who, row_of(line), line.due_on, clock.today(), number, clock.now()
        )
    except SnoozeRefused as refused:
        flash(str(refused))
    else:
        access_control.shown(line.case.reference)
        flash(
            f"Hidden from your list until {long_date(made.until)}; nobody else's list and no figure changes. To undo it, open "
            "what you have snoozed, below the list."
        )
    return redirect(links.back_to(request.form.get("back")) or url_for("desk.index"))


@blueprint.post("/desk/show-again")
@open_to(*WORKERS)
def show_again() -> Response:
    """Show a hidden row on the reader's own list again; within ten minutes as if it had not been hidden."""
    row = _asked()
    done = access_control.register().snoozes.show_again(
        access_control.account().username, row, clock.today(), clock.now()
    )
    flash("It is on your list again." if done else "It is on your list already.")
    return redirect(links.back_to(request.form.get("back")) or url_for("desk.index"))


def _asked() -> ListRow:
    """The row that the form names. ``BadRequest`` where it names none."""
    said = {name: request.form.get(name, "") for name in FIELDS}
    try:
        since = date.fromisoformat(said["since"])
    except ValueError:
        raise BadRequest("The form does not say which row. Open your list again.") from None
    return ListRow(said["case"], said["kind"], said["name"], since, said["entry"])


def _line(row: ListRow) -> TodoLine:
    """The line of the reader's own list that a row is. ``BadRequest`` where it is not there, or not there any more."""
    reading = desk_reading()
    number = reading.counted.selection.columns.number(row.reference)
    items = reading.every_item
    of_case = items.only(items.case == (-1 if number is None else number))
    lines = lines_of(of_case, reading.counted.snapshots(of_case.case), current_cases.entries_of)
    found = next((line for line in lines if row_of(line) == row), None)
    if found is None:
        raise BadRequest("That row is not on your list; it may have been done meanwhile. Open your list again.")
    return found


def attach(app: Flask) -> None:
    """Let the templates of lists ask which rows are hidden, and which may be."""
    app.jinja_env.globals.update(
        snooze_can_be_undone=lambda one: one.can_be_undone(clock.now()),
        row_of=row_of,
        snoozed=lambda line: snoozes().get(row_of(line)),
        may_hide=may_hide,
        longest_snooze=LONGEST,
    )
