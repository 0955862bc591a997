"""What was stored late on the cases that the person signed in may open."""

from flask import g, render_template
from markupsafe import Markup

from projections.lists.late_cases import READ, LateCases, duties_on_late
from web.services import current_cases


def late_cases() -> LateCases:
    """The cases that the reader may open on which entries were stored late."""
    if "late_cases" not in g:
        g.late_cases = LateCases.of(current_cases.repository(), current_cases.reached(), current_cases.moment())
    found: LateCases = g.late_cases
    return found


def duties_resting(cases: LateCases) -> int:
    """How many duties of these cases rest on entries stored late; of the first cases only, where they are very many."""
    book, framework = current_cases.repository(), current_cases.framework()
    return sum(duties_on_late(book, one.reference, cases.moment, framework) for one in cases.read)


def late_said(cases: LateCases) -> Markup:
    """What of some cases was stored late, in a sentence; empty where nothing was."""
    if not cases.entries:
        return Markup("")
    said = render_template("cases/late_said.html", cases=cases, duties=duties_resting(cases), read=READ)
    return Markup(said)  # noqa: S704 # made by a template, which escapes
