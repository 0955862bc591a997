"""After *Record*: back to the page one came from, with a banner that says what was met, what is next, and how to undo it."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from domain.aggregates.amendments import subjects, withdrawn
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import AssessmentReturned, Entry, EntryCorrected
from domain.outside_key import NotSealed
from projections.cases.entry_effects import EntryEffects
from web.presentation.fact_words import fact_title
from web.recording import duty_said
from web.recording.effects_today import effects_of
from web.services import current_cases
from web.services.asked_of_reader import officer_today
from web.site import access_control, clock, links

UNDO_WITHIN = timedelta(minutes=10)

SHOWN = 20
"""Entries that one banner names."""

WHOLE = 4
"""Of so many entries the banner says what each did; of more it names them, each in a line with its *Undo*."""

_PURPOSE, _KEPT = "just recorded", "just recorded"

LIST = "desk.index"
"""The page of the reader's own list."""

LEFT_AND_NEXT = "left and next"
"""The extension of the app that says how many lines are left on the reader's list, and which is next."""


class NextLine(Protocol):
    """The next line of a list: of which case, whose it is, in words, and the address of its form."""

    @property
    def reference(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def href(self) -> str: ...


LeftAndNext = Callable[[str], tuple[int, NextLine | None]]
"""From the case that was just recorded on to how many lines are left, and the next of them."""


class JustRecorded(NamedTuple):
    """One entry that was just recorded, as the banner says it. ``undo_until``: None where it cannot be undone.

    ``effects``: None where so many were recorded that the banner only names them. ``with_officer``: to whom an assessment was
    returned; empty for any other entry.
    """

    reference: str
    name: str
    fact: Entry
    title: str
    effects: EntryEffects | None
    undo_until: datetime | None
    with_officer: str = ""


class Banner(NamedTuple):
    """What the banner says. ``left``: None where nothing counts it."""

    recorded: Sequence[JustRecorded]
    back: str
    left: int | None
    next: NextLine | None

    @property
    def list_href(self) -> str:
        """The address of the list that the reader came from; empty where this page is it."""
        if self.back and self.back != request.full_path.rstrip("?"):
            return self.back
        return "" if self.left is None or request.endpoint == LIST else url_for("home.index")


def note(reference: str, *entries: str, back: str = "") -> None:
    """Have the next page say that these entries of a case were recorded. Of several calls in one request all are told.

    ``back``: a page of this site; another address is left out.
    """
    told: list[list[str]] = g.setdefault("just_recorded", [])
    told += [[reference, entry] for entry in entries]
    who = access_control.account().username
    said = json.dumps([told[:SHOWN], links.back_to(back)])
    session[_KEPT] = access_control.register().key.seal(_PURPOSE, who, said)


def go_back(reference: str, back: str = "") -> Response:
    """To the page that the reader came from, at its top; else to the page of the case."""
    if found := links.back_to(back):
        return redirect(found)
    crn, _, number = reference.partition("/")
    return redirect(url_for("cases.show", crn=crn, number=int(number), as_at=None, known=None))


def may_undo_until(reference: str, fact: Entry) -> datetime | None:
    """Until when the person signed in may undo an entry; None where they may not, or no longer.

    The correction of an entry that is withdrawn is not undone: nothing reads by it.
    """
    stored = current_cases.repository().stored(reference).get(fact.entry)
    if stored is None or fact.recorded_by != access_control.account().username:
        return None
    if stored.by.account != fact.recorded_by or is_undone(reference, fact.entry) or corrects_none(reference, fact):
        return None
    until = stored.at + UNDO_WITHIN
    return until if stored.at - timedelta(minutes=1) <= clock.now() < until else None


def is_undone(reference: str, entry: str) -> bool:
    """Whether the entry is withdrawn, as the file stands."""
    return entry in withdrawn(current_cases.repository().file(reference).amending)


def corrects_none(reference: str, fact: Entry) -> bool:
    """Whether it corrects an entry that is withdrawn."""
    return isinstance(fact, EntryCorrected) and is_undone(reference, fact.of)


def banner() -> Banner | None:
    """What was just recorded, told once: on the next page that is shown after it."""
    if request.method != "GET" or _KEPT not in session or "just_recorded" in g:
        return None
    sealed, who = session.pop(_KEPT), access_control.signed_in()
    try:
        told, back = json.loads(access_control.register().key.unseal(_PURPOSE, who.username if who else "", sealed))
    except NotSealed:
        return None
    brief = len(told) > WHOLE
    found = [one for reference, entry in told if (one := _told(reference, entry, brief=brief)) is not None]
    if not found:
        return None
    left, following = _left_and_next(found[-1].reference)
    return Banner(found, back, left, following)


def _told(reference: str, entry: str, *, brief: bool) -> JustRecorded | None:
    if not current_cases.is_open(reference) or not current_cases.may_record(reference):
        return None
    fact = current_cases.repository().file(reference).entries.get(entry)
    if fact is None:
        return None
    access_control.shown(reference)
    name = current_cases.names([reference], current_cases.today()).get(reference, "")
    effects = None if brief else effects_of(reference, fact)
    officer = officer_today(reference) if isinstance(fact, AssessmentReturned) else ""
    return JustRecorded(
        reference, name, fact, _title(reference, fact), effects, may_undo_until(reference, fact), officer
    )


def _title(reference: str, fact: Entry) -> str:
    """What was recorded; a correction or withdrawal with what it is about."""
    file = current_cases.repository().file(reference)
    about = file.entries.get(subjects(file.amending).get(fact.entry, ""))
    if about is None:
        return fact_title(fact)
    return f"{'Correction' if isinstance(fact, EntryCorrected) else 'Withdrawal'} of: {fact_title(about)}"


def _left_and_next(reference: str) -> tuple[int | None, NextLine | None]:
    asked: LeftAndNext | None = current_app.extensions.get(LEFT_AND_NEXT)
    return (None, None) if asked is None else asked(reference)


def local_time(at: datetime) -> str:
    """``10:14``, in Europe/London."""
    return f"{at.astimezone(LONDON):%H:%M}"


def attach(app: Flask) -> None:
    """Give the templates the banner."""
    app.add_template_global(banner, "just_recorded")
    app.add_template_global(may_undo_until)
    app.add_template_filter(local_time)
    duty_said.attach(app)
