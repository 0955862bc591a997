"""The person banner: who the case of this page is about, on every page of a case, as at the moment of the page.

It is made from the reading that the page itself opened. So it shows nothing that the page was not allowed to read, and no
file is read for it.
"""

from typing import NamedTuple, cast

from flask import Flask, g, request

from domain.entries.code_lists import label
from projections.cases.case_reading import Reading
from projections.cases.person_details import PersonDetails
from projections.history.access_limits import excluded
from web.presentation.formatting import count_noun, sentence, short_date

HIDDEN = {"erased": "Name erased", "redacted": "Name redacted", "sealed": "Name cannot be opened"}


class PersonBanner(NamedTuple):
    """``said``: what stands beside the name. ``limited``: that access to the case is limited; empty: it is not."""

    reference: str
    name: str
    said: list[str]
    limited: str


def opened(reading: Reading) -> Reading:
    """Note a reading that the person signed in was let read, with its texts, and give it back."""
    cast("dict[str, Reading]", g.setdefault("readings_opened", {}))[reading.reference] = reading
    return reading


def was_opened(reference: str) -> bool:
    """Whether this request let the person signed in read this case, with its texts."""
    return reference in g.get("readings_opened", {})


def shown_name(person: PersonDetails | None) -> str:
    """The name as pages print it, or why it is not shown; empty: there is none."""
    if person is None:
        return ""
    return HIDDEN[person.hidden] if person.hidden else person.name


def person_banner() -> PersonBanner | None:
    """The banner of this page. None: it is no page of a case, or the reader was not let read the case."""
    values = request.view_args or {}
    reading: Reading | None = g.get("readings_opened", {}).get(f"{values.get('crn')}/{values.get('number')}")
    if reading is None:
        return None
    person = PersonDetails.on(reading.history, reading.moment.on)
    born = [f"born {short_date(person.born)}"] if person is not None and person.born is not None else []
    return PersonBanner(reading.reference, shown_name(person), [*born, *_said(reading)], _limited(reading))


def _said(reading: Reading) -> list[str]:
    if not reading.has_begun:
        return ["not begun by this day"]
    spell = reading.snapshot.spell
    risk = f"{sentence(label(spell.risk))} risk of harm" if spell.risk else "Risk of harm not assessed"
    mappa = [f"MAPPA {spell.mappa_level}"] if spell.mappa_level else []
    place = spell.place
    ended = [f"ended {short_date(spell.ended_on)}"] if spell.ended_on else []
    return [risk, *mappa, f"{place.officer} ({label(place.officer_grade)})", *ended]


def _limited(reading: Reading) -> str:
    staff = excluded(reading.history)
    return f"Access limited: closed to {count_noun(len(staff), 'person', 'people')}" if staff else ""


def attach(app: Flask) -> None:
    """Give the templates ``person_banner``."""
    app.add_template_global(person_banner)
