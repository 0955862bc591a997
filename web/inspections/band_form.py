"""The form of a band: a standard rated by evidence, and a section that a panel places in the next band on a ground that holds."""

from typing import Any, cast

from flask import request

from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import DiscretionGround
from projections.scoring.score_bands import SectionBand, section_bands
from web.presentation.score_words import ground_words
from web.recording.inspection_entry import Problems, enter, token
from web.services import current_inspections


def record_band(inspection: str, found: Inspection, section: str) -> Problems:
    """Record what the form says of one section. Returns the problems, by field and section."""
    score = current_inspections.scored(inspection).score
    here = next(band for band in section_bands(found, score) if band.section.id == section)
    problems = _rate(inspection, here) if here.section.rated_by == "evidence" else _move(inspection, found, here)
    return {f"{name}-{section}": words for name, words in problems.items()}


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _rate(inspection: str, here: SectionBand) -> Problems:
    if not _typed("to"):
        return {"to": "Choose a band"}
    if not _typed("reason"):
        return {"reason": "Say why the standard is rated so"}
    values: dict[str, Any] = {
        "criterion": here.section.id, "band": _typed("to"), "reason": _typed("reason"), "evidence": _typed("evidence"),
        "agreed_by": request.form.getlist("agreed_by"),
    }  # fmt: skip
    found = enter(inspection, "StandardRated", values, entry=token())
    return {"to" if name == "band" else name: words for name, words in found.items()}


def _move(inspection: str, found: Inspection, here: SectionBand) -> Problems:
    to, grounds = _typed("to"), [one.ground for one in found.framework.discretion]
    ground = cast(DiscretionGround | None, _typed("ground") or None)
    own, adjusted = here.proposed is not None and to == here.proposed.title, found.adjusted.get(here.section.id)
    if own and adjusted is None:
        return {"to": f"It is in {to} already: choose another band"}
    if not own and ground is None and len(grounds) > 1:
        return {"ground": "Choose the ground on which the panel moves it"}
    if not own and not here.may_be(to, ground):
        return {"to": _does_not_hold(found, here, to, ground)}
    if not _typed("reason"):
        return {"reason": "Say why the band is adjusted"}
    values = {
        "criterion": here.section.id, "to": "" if own else to, "reason": _typed("reason"),
        "ground": None if own else ground, "agreed_by": request.form.getlist("agreed_by"),
    }  # fmt: skip
    return enter(inspection, "RatingAdjusted", values, entry=token())


def _does_not_hold(found: Inspection, here: SectionBand, to: str, ground: DiscretionGround | None) -> str:
    rules = found.framework.discretion
    if len(rules) == 1:
        return f"Choose a band whose boundary is within {rules[0].within} points of {here.printed}%"
    if ground is None or ground not in here.reach:
        said = ground_words(found.framework, ground) if ground in [r.ground for r in rules] else "This ground"
        return f"{said}: that does not hold for {here.section.id}, so it gives no discretion"
    return f"On that ground it may be placed in {' or '.join(here.reach[ground])}, not in {to or 'no band'}"
