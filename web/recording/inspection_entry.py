"""Entries of an inspection made by hand: read from a form, checked by the schemas, recorded on its file."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.aggregates.case_file import recording_default
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import closed_to
from domain.entries import refusals
from domain.entries.entry import Entry
from domain.entries.refusals import Stage
from domain.entries.schemas import ShapeError, load_entry
from web.presentation.formatting import count_noun
from web.recording.entry_forms import TYPED, Field
from web.recording.problem_words import in_plain_words, place_of, problem_words
from web.recording.typed_values import values_of
from web.services import current_cases, current_inspections
from web.site import access_control, clock

Problems = dict[str, str]
"""Field -> what to do, in words; empty when all is well."""

CLOSED: Mapping[Stage, str] = {
    "published": "This inspection is published: nothing of it changes any more. Another one can follow it.",
    "frozen": "This inspection is frozen: only findings can be added before it is published.",
    "read": "Cases have been read: their frame and sample stay as they were drawn.",
}
"""Stage of an inspection -> why a page can no longer be used."""

_TOKEN = re.compile(r"form-[0-9a-f]{12}(-[A-Za-z0-9.]{1,20})?")


def token() -> str:
    """A new id for the entry that a form will make."""
    return f"form-{secrets.token_hex(6)}"


def inspection_to_run(name: str) -> Inspection:
    """The inspection, for whoever runs it: one of its inspectors, or the manager who opened it.

    404 where there is none that the person signed in may read; 403 where they may read it and do not run it.
    """
    opened = current_inspections.inspection(name)
    if not current_inspections.runs(name):
        abort(403, f"{opened.title} is run by somebody else; you can read its sheet.")
    return current_inspections.seen(name)


def redirect_if_closed(name: str, found: Inspection, fact_type: type[Entry]) -> Response | None:
    """None while the inspection takes entries of this type. After that, a redirect with the reason as a message."""
    stage = closed_to(found, fact_type)
    if stage is None:
        return None
    flash(CLOSED[stage])
    return redirect(url_for("inspecting.work", inspection=name))


def inspection_to_read(name: str) -> Inspection:
    """The inspection, for whoever runs it or reads cases for it. 404 and 403 as in ``inspection_to_run``."""
    if not current_inspections.assesses(name):
        opened = current_inspections.inspection(name)
        abort(403, f"{opened.title} is run by somebody else; you can read its sheet.")
    return current_inspections.seen(name)


def read_form(fields: Sequence[Field]) -> tuple[dict[str, Any], Problems]:
    """The values of the form that was sent, as interchange values; and the problems in them.

    A problem is a question that must be answered and is not, or a choice that was not offered.
    """
    values = values_of(fields, request.form.to_dict(flat=False))
    problems = {
        f.name: f"{'Enter' if f.kind in TYPED else 'Choose an answer for'} “{f.label}”"
        for f in fields
        if f.required and f.name not in values
    }
    for f in fields:
        offered, chosen = {value for value, _ in f.options}, values.get(f.name, [])
        given = {str(one) for one in (chosen if isinstance(chosen, list) else [chosen])}
        unknown = given - offered if f.kind in ("choice", "choices") else set()
        if unknown:
            problems[f.name] = f"Choose “{f.label}” from the list: '{min(unknown)}' is not in it"
    return values, problems


def enter(
    inspection: str, type_: str, values: Mapping[str, Any], *, entry: str = "", texts: Iterable[Mapping[str, Any]] = (),
    asked: Sequence[Field] = (),
) -> Problems:  # fmt: skip
    """Record one entry of the inspection, dated today, by the person signed in. Returns why it was refused, if it was.

    ``entry``: its id, the same however often a form is sent (default: the form's ``entry`` field, or a fresh one). ``texts``:
    the texts of policy that are recorded with it, before it (``PolicyKept``). ``asked``: the questions of the form, at which
    and in whose words a problem stands.
    """
    who, now = access_control.account(), clock.recording_time()
    sent = entry or request.form.get("entry", "")
    made = {"occurred_on": clock.today().isoformat(), "recorded_at": now.isoformat(), "recorded_by": who.username}
    meant = {
        "entry": sent if _TOKEN.fullmatch(sent) else token(),
        **made,
        **{name: value for name, value in values.items() if value not in (None, "", [])},
    }
    try:
        file = current_cases.repository().file(inspection)
        kept = [load_entry("PolicyKept", {**made, **one}) for one in texts if one["entry"] not in file.entries]
        fact = recording_default(file, load_entry(type_, meant))
        fresh = current_cases.repository().files.record(
            inspection, [*kept, fact], actor=access_control.stored_by_account(who.username), now=now
        )
    except ShapeError as error:
        return _said(error.problems, asked, type_)
    except refusals.EntryRepeats:
        return {"entry": "This has been sent before, with other answers. Open the page again to see what stands"}
    except refusals.Refused as error:
        return _said([(error.field, error.reason)], asked, type_)
    except refusals.BusyFile as error:
        return {"entry": f"{error}. Send it again"}
    if fresh:
        access_control.log("recorded", detail=f"{inspection}: {type_} {fact.entry}")
    return {}


def record_on_case(case: str, type_: str, values: Mapping[str, Any], *, asked: Sequence[Field] = ()) -> Problems:
    """Record one entry of an inspection on the file of a case, by the person signed in. Returns why it was refused.

    ``asked``: as for ``enter``.
    """
    who, at = access_control.account(), clock.recording_time()
    common = {
        "entry": f"alert-{secrets.token_hex(6)}", "occurred_on": clock.today().isoformat(), "recorded_at": at.isoformat(),
        "recorded_by": who.username,
    }  # fmt: skip
    try:
        fact = load_entry(type_, {**common, **values})
        current_cases.repository().files.record(
            case, [fact], actor=access_control.stored_by_account(who.username), now=at
        )
    except ShapeError as error:
        return _said(error.problems, asked, type_)
    except refusals.Refused as error:
        return _said([(error.field, error.reason)], asked, type_)
    except refusals.BusyFile as error:
        return {"entry": f"{error}. Send it again"}
    access_control.log("recorded", case, detail=type_)
    return {}


def _said(reasons: Iterable[tuple[str, str]], asked: Sequence[Field], type_: str) -> Problems:
    """Reasons of a refusal, by field, in the words of a form; what is about a question of it stands there."""
    by_name, typed = {field.name: field for field in asked}, request.form.to_dict(flat=False)
    found = {}
    for name, reason in reasons:
        place = place_of(name, by_name)
        if place:
            found[place] = problem_words(reason, by_name[place], type_, "\n".join(typed.get(place, ())))
        else:
            found[name] = in_plain_words(reason.replace("write it as 2005-10-03", "enter it like 3/10/2005"), type_)
    return found


def unfinished(found: Inspection) -> list[str]:
    """The readings and ratings that are not finished, in words."""
    criteria = len(found.framework.management)
    standards = [s.id for s in found.framework.sections if s.rated_by == "evidence"]
    bare = len([name for name in standards if name not in found.rated])
    unread, again, unrated = len(found.unread), len(found.second_to_finish), criteria - len(found.managed)
    not_given, drawn = len(found.second_not_given), len(found.second_drawn)
    counted = [
        (unread, f"{unread} of {count_noun(len(found.sample), 'case')} not read"),
        (not_given, f"{not_given} of {count_noun(drawn, 'second reading')} that were drawn not given out"),
        (again, f"{count_noun(again, 'second reading')} not finished"),
        (unrated, f"{unrated} of {count_noun(criteria, 'criterion', 'criteria')} of management neither rated nor left out"),
        (bare, f"{bare} of {count_noun(len(standards), 'standard')} not rated by evidence"),
    ]  # fmt: skip
    return [words for count, words in counted if count]
