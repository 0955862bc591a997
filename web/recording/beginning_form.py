"""The form by which a case is begun: the questions of ``SupervisionStarted``, who holds it, and what is wrong with the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from domain.entries.case_entries import SupervisionStarted
from domain.entries.code_lists import NOBODY_IN_POST, label
from domain.entries.schemas import ShapeError, load_entry
from projections.history.dated_values import Place
from web.presentation.formatting import long_date
from web.recording.begin_search import Sought
from web.recording.entry_forms import Field, fields_of
from web.recording.problem_words import problems_in_words
from web.recording.typed_values import values_of
from web.services import following_read_model
from web.services.current_cases import today as this_moment
from web.site import access_control
from web.site.date_field import EARLIEST, LATEST, read_day

PLACE = tuple(name for name in Place._fields)
IDENTITY = ("person.crn", "person.name", "person.date_of_birth")
"""Questions that are asked before, to find who is alike."""

PUNISHMENT = ("community_punishment_order", "community_punishment_and_rehabilitation_order")

TITLES = {
    "occurred_on": "Date supervision began", "ends_on": "Last day of the order or licence", "released_on": "Date of release",
    "sentenced_on": "Date of sentence",
}  # fmt: skip

ALSO_REQUIRED = {"requirements": "Select at least one requirement. This decides which contact is asked for."}
"""Questions that an import may leave open, and a form may not, since they decide what is owed: what to do where they are."""

UNALLOCATED = "Not allocated yet"
"""The printed name of the officer where nobody has the case yet."""


def holders() -> Mapping[str, Place]:
    """Who may be given the case: the officers of the reader's teams, and of each team nobody yet; by an id for the form."""
    who, at = access_control.account(), following_read_model.as_at(this_moment())
    mine = [place for place in at.places if who.answers_for(place) and place.officer_grade != NOBODY_IN_POST]
    teams = dict.fromkeys(
        place._replace(officer=UNALLOCATED, officer_grade=NOBODY_IN_POST, officer_id="") for place in mine
    )
    return {_id(place): place for place in (*mine, *teams)}


def _id(place: Place) -> str:
    return sha256("\x1f".join(place).encode()).hexdigest()[:16]


def _words(place: Place) -> str:
    if place.officer_grade == NOBODY_IN_POST:
        return f"{place.team}: {UNALLOCATED.lower()}"
    return f"{place.officer} ({label(place.officer_grade)}), {place.team}"


class BeginningForm:
    """The form, for a person who was searched for. ``typed``: the answers as sent."""

    def __init__(self, sought: Sought, typed: Mapping[str, Sequence[str]], today: date):
        self.sought, self.typed, self.today = sought, typed, today
        self.places = holders()
        options = tuple((name, _words(place)) for name, place in self.places.items())
        held = Field("holder", "choice", "Officer", True, "Who holds the case, and in which team", options)
        asked = fields_of(SupervisionStarted, lambda _: [])
        shown = [field for field in asked if field.name not in (*PLACE, *IDENTITY)]
        order = sorted(shown, key=lambda field: not field.name.startswith("person."))
        self.fields: list[Field] = [*map(_titled, order), held]

    def groups(self) -> dict[str, list[Field]]:
        """The questions by their group, those of the person first."""
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            found.setdefault("Person" if field.group else "Order or licence", []).append(replace(field, group=""))
        return found

    def problems(self) -> dict[str, str]:
        """Question -> what to do, in the order of the questions; empty where the answers make an entry."""
        asked = {field.name: replace(field, group="") for field in self.fields}
        refused = _shape_problems(self._values("form-000000000000", "nobody", "2000-01-01T00:00:00+00:00"))
        said = problems_in_words(refused, asked, "SupervisionStarted", self.typed)
        said |= self._own_problems(values_of(self.fields, self.typed))
        return {name: said[name] for name in (*asked, *said) if name in said}

    def fact(self, entry: str, who: str, now: str) -> SupervisionStarted:
        """The entry that the answers make."""
        found = load_entry("SupervisionStarted", self._values(entry, who, now))
        assert isinstance(found, SupervisionStarted)
        return found

    def _values(self, entry: str, who: str, now: str) -> dict[str, Any]:
        """The answers as interchange values."""
        values = values_of([field for field in self.fields if field.name != "holder"], self.typed)
        born = self.sought.day
        person = {"crn": self.sought.crn, "name": self.sought.name, "date_of_birth": born.isoformat() if born else ""}
        place = self.places.get(next(iter(self.typed.get("holder", ())), ""))
        held = {name: text for name, text in place._asdict().items() if text} if place is not None else {}
        given = {"entry": entry, "recorded_at": now, "recorded_by": who}
        return {**values, **held, **given, "person": {**values.get("person", {}), **person}}

    def _own_problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """What an import may say or leave open, and a form may not."""
        found = {name: words for name, words in ALSO_REQUIRED.items() if not values.get(name)}
        if next(iter(self.typed.get("holder", ())), "") not in self.places:
            found["holder"] = "Select the officer. This decides whose case it is."
        works = "unpaid_work" in values.get("requirements", ()) or values.get("order_type") in PUNISHMENT
        if works and not values.get("unpaid_work_hours"):
            found["unpaid_work_hours"] = "Enter the hours of unpaid work. They decide when the order is worked off."
        if values.get("order_type") == "licence" and not values.get("released_on"):
            found["released_on"] = "Enter the date of release. This decides when the first appointment is due."
        return found | self._date_problems()

    def _date_problems(self) -> dict[str, str]:
        days = {name: read_day(next(iter(self.typed.get(name, ())), "")) for name in TITLES}
        began, found = days["occurred_on"], {}
        for name, day in days.items():
            if day is not None and not EARLIEST <= day.year <= LATEST:
                found[name] = f"{TITLES[name]} must be between {EARLIEST} and {LATEST}. You entered {long_date(day)}."
        if began is None or found:
            return found
        if began > self.today:
            found["occurred_on"] = (
                f"{TITLES['occurred_on']} must be today or in the past. You entered {long_date(began)}."
            )
        if (ends := days["ends_on"]) is not None and ends < began:
            found["ends_on"] = f"{TITLES['ends_on']} must be on or after the day supervision began, {long_date(began)}."
        for name in ("sentenced_on", "released_on"):
            if (day := days[name]) is not None and day > self.today:
                found[name] = f"{TITLES[name]} must be today or in the past. You entered {long_date(day)}."
        return found


LABELS = {
    **TITLES, "person.pnc": "PNC number", "received_on": "Date it was received from another area",
    "received_from": "Area it was received from",
}  # fmt: skip
"""Questions whose own words do not say enough here."""


def _titled(field: Field) -> Field:
    title = LABELS.get(field.name, field.label)
    return replace(field, label=title, required=field.required or field.name in ALSO_REQUIRED)


def _shape_problems(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    try:
        load_entry("SupervisionStarted", dict(values))
    except ShapeError as error:
        return [(name, reason) for name, reason in error.problems if name not in PLACE]
    return []
