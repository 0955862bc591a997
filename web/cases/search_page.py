"""Search, in the header of every page: by a name, a CRN or a date of birth, among the cases that the reader may open.

What was typed comes by POST and is kept, sealed, in the reader's own cookie until they search again or sign out: no name stands in
an address. The access log keeps it sealed, as all that is searched for.
"""

import re
from collections import Counter
from typing import NamedTuple

from flask import Blueprint, Flask, current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries.tidy_text import words
from domain.outside_key import NotSealed
from domain.sealing.name_parts import searched, sounds
from domain.working.recent_cases import NotNoted
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.person_details import PersonDetails
from projections.columns.column_schema import Array
from projections.lists.case_finding import Finder, Matches
from projections.lists.picked_numbers import ascending, numbers_of
from projections.lists.shown_cases import shown_cases
from web.presentation.formatting import count_noun
from web.services import case_finder, current_cases, person_banner
from web.site import access_control, clock
from web.site.date_field import is_like_a_day, read_day

blueprint = Blueprint("search", __name__)

LONGEST = 120
"""Characters that may be searched for."""

MOST = 50
"""Cases shown of each kind: found, and sounding alike."""

SOUGHT, PURPOSE = "sought", "search"
"""The name in the cookie, and what it is sealed for."""


_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2}")


class FoundCase(NamedTuple):
    """A line of the results. ``person``: None where the case has none that is known by the moment."""

    case: CaseSnapshot
    person: PersonDetails | None

    @property
    def name(self) -> str:
        return person_banner.shown_name(self.person)


class Results(NamedTuple):
    """``found`` and ``alike``: the first lines of each. ``numbers``: how many there are. ``sounding``: name -> how many."""

    found: list[FoundCase]
    alike: list[FoundCase]
    numbers: tuple[int, int]
    sounding: list[tuple[str, int]]


@blueprint.post("/search")
@access_control.open_to(*READERS)
def index() -> Response:
    """Take what is searched for, then show what is found."""
    who, sought = access_control.account(), words(request.form.get("sought", ""))
    session[SOUGHT] = access_control.register().key.seal(PURPOSE, who.username, sought[: 2 * LONGEST])
    return redirect(url_for("search.show", show="results"))


@blueprint.get("/search")
@access_control.open_to(*READERS)
def show() -> str:
    """What was found last (``?show=results``), and the recent cases."""
    sought = _sought() if request.args.get("show") == "results" else None
    problem = search_problem(sought) if sought is not None else ""
    finder = case_finder.finder()
    results = None
    if sought is not None and not problem:
        results = results_of(finder, sought)
    recent = recent_lines()
    return render_template(
        "cases/search.html", searched={"text": sought or "", "problem": problem}, results=results, recent=recent,
        among=_among(finder.among), most=MOST,
    )  # fmt: skip


def results_of(finder: Finder, sought: str) -> Results:
    """What is found, with a line in the access log that keeps sealed what was searched for."""
    access_control.log("searched", sought=sought)
    day = read_day(sought)
    results = _results(finder.by_words(sought) if day is None else finder.by_birth(day), sought)
    access_control.shown(*(line.case.reference for line in results.found + results.alike))
    return results


def recent_lines() -> list[FoundCase]:
    """The recent cases of the person signed in that they may open, with their line in the access log."""
    recent = _lines(_recent())
    access_control.shown(*(line.case.reference for line in recent))
    return recent


def _sought() -> str | None:
    """What was searched for last; None: nothing, or it cannot be read any more."""
    try:
        sealed = str(session.get(SOUGHT, ""))
        return access_control.register().key.unseal(PURPOSE, access_control.account().username, sealed)
    except NotSealed:
        return None


def search_problem(sought: str) -> str:
    """What is wrong with what is searched for, and what to do; empty: nothing is."""
    if not sought:
        return "Enter a name, a CRN or a date of birth"
    if len(sought) > LONGEST:
        return f"What you search for must be {LONGEST} characters or fewer"
    if is_like_a_day(sought) and read_day(sought) is None:
        return "Date of birth must be a real date, like 12 3 1971"
    if _SHORT_YEAR.fullmatch(sought):
        return "Date of birth must include a year of four digits, like 12 3 1971"
    return ""


def _results(matches: Matches, sought: str) -> Results:
    found, alike = _lines(matches.found[:MOST]), _lines(matches.alike[:MOST])
    by_name = Counter(name for line in alike for name in _sounding(line.name, sought))
    return Results(found, alike, (len(matches.found), len(matches.alike)), sorted(by_name.items()))


def _sounding(name: str, sought: str) -> set[str]:
    """The parts of a name that sound like a word that was searched for, and are written in another way."""
    wanted, written = set(sounds(sought)), set(searched(sought))
    return {part for part in name.split() if wanted & set(sounds(part)) and not written & set(searched(part))}


def _lines(cases: Array) -> list[FoundCase]:
    """The lines of these cases (numbers), in order of name, then reference."""
    snapshots = shown_cases(current_cases.reached().selection, ascending(cases), tables=())
    people = case_finder.details([one.reference for one in snapshots])
    lines = [FoundCase(one, people.get(one.reference)) for one in snapshots]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.case.reference))


def _recent() -> Array:
    """The numbers of the recent cases that the reader may open and that had begun at the moment."""
    selection = current_cases.reached().selection
    mine = current_cases.opened() & selection.there
    numbers = map(
        selection.columns.number, access_control.register().recent_cases.of(access_control.account().username)
    )
    return numbers_of(number for number in numbers if number is not None and mine[number])


def _among(number: int) -> str:
    """Where was searched: ``the 14 cases of Gloucester``."""
    who = access_control.account()
    if who.inspects:
        return f"the {count_noun(number, 'case')} of the inspections that you read"
    if who.holds_cases:
        return f"your {count_noun(number, 'case')}"
    return f"the {count_noun(number, 'case')} of {' and '.join(who.places) or 'no place'}"


def _note_opened(response: Response) -> Response:
    """Put a case that was opened first among the recent ones."""
    if request.blueprint == "cases" and request.method == "GET" and response.status_code == 200:
        values = request.view_args or {}
        reference = f"{values.get('crn')}/{values.get('number')}"
        if person_banner.was_opened(reference):
            try:
                username = access_control.account().username
                access_control.register().recent_cases.note(username, reference, clock.now())
            except NotNoted as error:  # a list of one's own must not keep anybody from a case
                current_app.logger.warning("recent cases: %s", type(error).__name__)
    return response


def attach(app: Flask) -> None:
    app.after_request(_note_opened)
