"""The one form of all the pages that run an inspection, and the blueprint of these pages."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import label
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, token

blueprint = Blueprint("inspecting", __name__)


def labelled(codes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Codes as the options of a choice: (code, its label)."""
    return tuple((code, sentence(label(code))) for code in codes)


def form_page(
    title: str,
    fields: Sequence[Field],
    typed: Mapping[str, Sequence[str]],
    problems: Problems,
    inspection: str | None = None,
    *,
    more: Sequence[tuple[str, str]] = (),
    said: str = "",
    stood: str = "",
) -> str:
    """The form with what was typed. A problem with no field of the form stands at the top.

    ``typed``: field -> the values in it. ``inspection``: None while it is not open yet. ``more``: further buttons, each the
    ``step`` that it sends and its words. ``said``: words above the form. ``stood``: what stands as the page is made, sent with the
    form.
    """
    names = {field.name for field in fields}
    placed = {name if name in names else "entry": words for name, words in problems.items()}
    return render_template(
        "inspections/inspection_form.html", title=title, fields=fields, typed=typed, problems=placed, inspection=inspection,
        more=more, said=said, stood=stood,
        entry_id=request.form.get("entry") or token(),
    )  # fmt: skip


def back_to_progress(inspection: str, problems: Problems, done: str, anchor: str) -> Response:
    """To the page of the inspection's progress, with the problems as messages, or ``done`` where there are none."""
    for words in problems.values() or [done]:
        flash(words)
    return redirect(url_for("inspecting.work", inspection=inspection, _anchor=anchor))


def by_key(found: Inspection, key: str, name: str = "") -> dict[str, str]:
    """An assessor as entries name one: the printed name and the id. Only a name where a file from elsewhere gave no id."""
    printed = found.named.get(key, name)
    return {"assessor": printed} if printed == key else {"assessor": printed, "assessor_id": key}
