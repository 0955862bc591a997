"""Enforcement and recall as an object-centric event log (OCEL 2.0, JSON): what happened, and to which objects it happened.

Objects: case, order or licence, person, appointments, absences and other failures, warnings, breach actions, recalls. An event is
an entry as the file reads at the moment of the export, and names the objects that it is about, each with a qualifier.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, Any, Final, NamedTuple

from domain.aggregates.other_file_ids import crn_of
from domain.calendar.london_time import start_of_day
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.entries.code_lists import label
from domain.entries.entry_words import title_of
from projections.exports.pseudonyms import Pseudonyms
from projections.history.appointments import APPOINTMENTS, Appointment
from projections.history.history import History

TIME_KNOWN = "time known"
"""The attribute of every event that says whether the time of day was recorded; else it is the beginning of the day in London."""

EVENTS: Final[Mapping[type[Entry], tuple[str, ...]]] = {
    case_entries.SupervisionStarted: ("order",),
    case_entries.AppointmentMade: ("contact type",),
    case_entries.UnpaidWorkSession: ("outcome",),
    case_entries.AppointmentOutcomeRecorded: ("outcome",),
    case_entries.AbsenceJudged: ("acceptable",),
    case_entries.WarningGiven: ("stage",),
    case_entries.BreachInitiated: (),
    case_entries.BreachDecided: ("outcome",),
    case_entries.RecallRequested: ("emergency",),
    case_entries.RecallDecided: ("outcome",),
    case_entries.CustodyStarted: ("reason",),
    case_entries.CustodyEnded: (),
    case_entries.SupervisionEnded: ("reason",),
}
"""The types of entry that are events, each with the attributes of its events beside ``RECORDED`` and ``TIME_KNOWN``."""

RECORDED = "recorded at"

OBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "case": ("area", "team"), "person": (), "order": ("kind",), "licence": ("kind",), "appointment": ("for",), "absence": (),
    "failure": (),
    "warning": ("stage",), "breach action": (), "recall": ("emergency",),
}  # fmt: skip

_FIELDS: Final[Mapping[str, str]] = {
    "contact type": "contact_type", "outcome": "outcome", "stage": "stage", "reason": "reason", "emergency": "emergency",
    "acceptable": "acceptable", "order": "order_type",
}  # fmt: skip


class Relation(NamedTuple):
    """A qualified relation to an object."""

    object: str
    qualifier: str

    @property
    def written(self) -> dict[str, str]:
        return {"objectId": self.object, "qualifier": self.qualifier}


@dataclass
class CaseLog:
    """The objects and events of one case. ``case``, ``person``: what stands for them. ``numbers``: of entries, by id."""

    history: History
    case: str
    person: str
    numbers: Mapping[str, int]

    def objects(self) -> Iterator[dict[str, Any]]:
        """The objects of the case, each with its relations to others."""
        started = self.history.started
        if started is None or self.history.start is None:
            return
        begun, of_case = self._at(started), [Relation(self.case, "of the case")]
        place = self.history.held_by(self.history.start.on)
        yield _object(
            self.case, "case", begun, {"area": place.area, "team": place.team}, [Relation(self.person, "of the person")]
        )
        yield _object(self.person, "person", begun)
        kind = self._order.rpartition(":")[2]
        yield _object(self._order, kind, begun, {"kind": label(started.order_type)}, of_case)
        for fact in self.history.ordered(*APPOINTMENTS):
            at, named = self._at(fact), self._name("appointment", fact.entry)
            for_on = getattr(fact, "for_on", fact.occurred_on)
            yield _object(named, "appointment", at, {"for": str(for_on)}, [Relation(self._order, "under"), *of_case])
            if (failed := self._missed(fact.entry)) is not None:
                missed = self._name(failed, fact.entry)
                yield _object(missed, failed, at, {}, [Relation(named, "from the appointment"), *of_case])
        for type_, kind in ACTIONS.items():
            for fact in self.history.ordered(type_):
                about = [
                    Relation(self._name("appointment", one), "for the failure at")
                    for one in _named(fact)
                    if self._has(one)
                ]
                values = {name: _text(getattr(fact, _FIELDS[name])) for name in OBJECTS[kind]}
                yield _object(self._name(kind, fact.entry), kind, self._at(fact), values, [*about, *of_case])

    def events(self) -> Iterator[dict[str, Any]]:
        """The events of the case in order of time."""
        if self.history.started is None or self.history.start is None:
            return
        for fact in sorted(self.history.ordered(*EVENTS), key=lambda one: (self._at(one), one.recorded_at)):
            of: type[Entry] = type(fact)
            values = {name: _text(self._value(fact, name)) for name in EVENTS[of]}
            values[RECORDED] = fact.recorded_at.astimezone(UTC).isoformat()
            values[TIME_KNOWN] = "yes" if fact.occurred_at else "no"
            yield {
                "id": self._name("event", fact.entry), "type": title_of(of), "time": self._at(fact),
                "attributes": [{"name": name, "value": value} for name, value in values.items()],
                "relationships": [one.written for one in self._about(fact)],
            }  # fmt: skip

    def _about(self, fact: Entry) -> Iterator[Relation]:
        yield Relation(self.case, "of the case")
        match fact:
            case case_entries.SupervisionStarted():
                yield Relation(self.person, "of the person")
                yield Relation(self._order, "begins")
            case case_entries.AppointmentMade() | case_entries.UnpaidWorkSession():
                yield Relation(self._name("appointment", fact.entry), "offers")
                yield Relation(self._order, "under")
                if isinstance(fact, case_entries.UnpaidWorkSession) and (kind := self._missed(fact.entry)) is not None:
                    yield Relation(self._name(kind, fact.entry), "shows")
            case case_entries.AppointmentOutcomeRecorded() | case_entries.AbsenceJudged():
                decides = isinstance(fact, case_entries.AbsenceJudged)
                yield from self._of_appointment(fact.appointment, "decides" if decides else "shows")
            case case_entries.WarningGiven() | case_entries.BreachInitiated():
                kind = ACTIONS[type(fact)]
                yield Relation(self._name(kind, fact.entry), "begins" if kind == "breach action" else "gives")
                for one in fact.appointments:
                    yield from self._of_appointment(one, "answers")
            case case_entries.RecallRequested():
                yield Relation(self._name("recall", fact.entry), "begins")
                yield Relation(self._order, "asks to end")
            case case_entries.BreachDecided() | case_entries.RecallDecided():
                for begun in self._decided_by(fact):
                    yield Relation(self._name(ACTIONS[type(begun)], begun.entry), "decides")
                yield Relation(self._order, "on")
            case _:
                yield Relation(self._order, "on")

    def _of_appointment(self, entry: str, qualifier: str) -> Iterator[Relation]:
        if not self._has(entry):
            return
        yield Relation(self._name("appointment", entry), "of")
        if (kind := self._missed(entry)) is not None:
            yield Relation(self._name(kind, entry), qualifier)

    def _decided_by(self, fact: Entry) -> Iterator[Entry]:
        """The breach actions or recalls that this decision is the first to decide."""
        decisions = self.history.ordered(case_entries.BreachDecided, case_entries.RecallDecided)
        for begun in self.history.ordered(case_entries.BreachInitiated, case_entries.RecallRequested):
            after = (one for one in decisions if one.occurred_on >= begun.occurred_on)  # as ``History.actions``
            if next(after, None) is fact:
                yield begun

    def _has(self, entry: str) -> bool:
        return entry in self._appointments

    @cached_property
    def _appointments(self) -> Mapping[str, Appointment]:
        """The appointments with what became of each, sessions of unpaid work among them."""
        return {fact.entry: self.history.appointment(fact) for fact in self.history.ordered(*APPOINTMENTS)}

    def _missed(self, entry: str) -> str | None:
        """Whether an appointment was an ``absence``, or kept and a ``failure``; None: neither."""
        one = self._appointments.get(entry)
        if one is None:
            return None
        return "absence" if one.absent else "failure" if one.failed_from is not None else None

    @property
    def _order(self) -> str:
        started = self.history.started
        kind = "licence" if started is not None and started.order_type == "licence" else "order"
        return f"{self.case}:{kind}"

    def _name(self, kind: str, entry: str) -> str:
        return f"{self.case}:{kind}:{self.numbers[entry]}"

    def _at(self, fact: Entry) -> str:
        at = fact.occurred_at.astimezone(UTC) if fact.occurred_at else start_of_day(fact.occurred_on)
        return at.isoformat()

    def _value(self, fact: Entry, name: str) -> Any:
        return getattr(fact, _FIELDS[name])


ACTIONS: Final[Mapping[type[Entry], str]] = {
    case_entries.WarningGiven: "warning", case_entries.BreachInitiated: "breach action", case_entries.RecallRequested: "recall",
}  # fmt: skip


def _named(fact: Entry) -> Iterable[str]:
    return getattr(fact, "appointments", ())


def _object(
    name: str, kind: str, at: str, values: Mapping[str, str] | None = None, relations: Iterable[Relation] = ()
) -> dict[str, Any]:
    return {
        "id": name, "type": kind,
        "attributes": [{"name": one, "value": value, "time": at} for one, value in (values or {}).items()],
        "relationships": [one.written for one in relations],
    }  # fmt: skip


def _text(value: Any) -> str:
    """A value as the log has it: OCEL's schema knows texts alone."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return label(value)


def declared(attributes: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """Types with the names of their attributes, as the log declares them."""
    return [
        {"name": name, "attributes": [{"name": one, "type": _type_of(one)} for one in of]}
        for name, of in attributes.items()
    ]


def _type_of(attribute: str) -> str:
    return "time" if attribute == RECORDED else "string"


EVENT_TYPES: Final = {title_of(of): (*attributes, RECORDED, TIME_KNOWN) for of, attributes in EVENTS.items()}


def write_log(stream: IO[str], beside: IO[str], cases: Iterable[CaseLog]) -> tuple[int, int]:
    """Write the log; returns how many objects and events it has. ``beside``: an empty file in which events wait meanwhile."""
    types = json.dumps({"objectTypes": declared(OBJECTS), "eventTypes": declared(EVENT_TYPES)})
    stream.write(types.removesuffix("}") + ',\n"objects": [')
    persons: set[str] = set()
    objects = events = 0
    for one in cases:
        for found in one.objects():
            if found["type"] == "person":
                if one.person in persons:
                    continue
                persons.add(one.person)
            stream.write(",\n" if objects else "\n")
            stream.write(json.dumps(found, ensure_ascii=False))
            objects += 1
        for event in one.events():
            beside.write(",\n" if events else "\n")
            beside.write(json.dumps(event, ensure_ascii=False))
            events += 1
    stream.write('],\n"events": [')
    beside.seek(0)
    while part := beside.read(1 << 20):
        stream.write(part)
    stream.write("]}\n")
    return objects, events


def case_log(
    reference: str, entries: Mapping[str, Entry], known_at: datetime | None, pseudonyms: Pseudonyms
) -> CaseLog:
    """The log of one case from all entries of its file, as it reads at a moment (None: with hindsight)."""
    numbers = {entry: number for number, entry in enumerate(entries, 1)}
    case, person = pseudonyms.of("case", reference), pseudonyms.of("person", crn_of(reference))
    return CaseLog(History.of(entries.values(), known_at), case, person, numbers)
