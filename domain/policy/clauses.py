"""Clauses: what a standard asks, as one of five kinds. ``clause_schema`` reads them from a cited document.

========== ==========================================================  =======================================
kind       what it says                                                example
========== ==========================================================  =======================================
within     within a length of time after something, it is done         plan within 15 working days of the order
every      so often, counted from the last time                        plan review every 16 weeks
frequency  at least n in each window of a phase                        weekly for 12 weeks, then fortnightly
response   to the nth failure in a period                              breach on the second failure in 12 months
while      while a condition holds, something must be on the file      a countersigned assessment at high risk
========== ==========================================================  =======================================
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal, get_args

from domain.calendar.workdays import Length
from domain.policy.clause_words import clause_words
from domain.policy.conditions import EntryPattern, When, fits

Kind = Literal["within", "every", "frequency", "response", "while"]
Trigger = Literal[
    "start",
    "release",
    "surrender",
    "receipt",
    "end",
    "transfer",
    "appointment",
    "absence",
    "failure",
    "risk_becomes_high",
    "risk_changes",
]
TRIGGERS: tuple[str, ...] = get_args(Trigger)

InCustody = Literal["runs", "pauses", "anew", "ends"]
"""What custody does to a duty that is running.

``runs``: nothing. ``pauses``: days in custody do not count. ``anew``: windows by the rules of ``contact_windows``.
``ends``: the duty lapses.
"""


WhenDispensed = Literal["not_met", "left_out"]
"""How figures count a duty that is dispensed with when it falls due: as one that is not met, or not at all."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a contact frequency: ``count`` (appointments or hours) in each window of length ``window``.

    It ends ``length`` after the end of the phase before or, where ``from_start``, ``length`` after the start of
    the first phase. With ``length`` None it has no end.
    """

    count: float
    window: Length
    length: Length | None
    from_start: bool
    text: str
    on_days: bool = False
    """Whether ``count`` is of different days, and not of appointments."""

    @property
    def a_week(self) -> float:
        """How many appointments (or hours, or days) it asks for a week, to compare phases."""
        return self.count / (self.window.count * {"week": 1.0, "month": 52 / 12}[self.window.unit])


@dataclass(frozen=True, slots=True)
class Value:
    """One row of a clause: the cases that it is for, what it asks of them, and where that is printed."""

    when: When
    cite: str
    sure: str
    citation: str = ""
    remark: str | None = None
    allow: Length | None = None
    on: str | None = None
    phases: tuple[Phase, ...] = ()
    failures: int = 0
    period: Length | None = None
    """The time within which the failures lie; None: at any time."""
    number: int = 0
    """Its place among the clause's values."""

    @property
    def text(self) -> str:
        """The value in words, as a page prints it."""
        if self.phases:
            return "; then ".join(phase.text for phase in self.phases)
        if self.on:
            return "by the date set"
        if self.failures:
            within = f" in {self.period}" if self.period else ""
            return f"{self.allow} of failure {self.failures}{within}"
        return str(self.allow)


@dataclass(frozen=True)
class Clause:
    """One clause of one edition, in force for duties that arise from ``start`` and before ``end`` (None: open)."""

    id: str
    kind: Kind
    subject: str
    wording: str
    """The sentence of its duties, with gaps for what a row and a case say (``clause_words``)."""
    values: tuple[Value, ...]
    edition: str = ""
    start: date | None = None
    """The first day of its edition, or the later one that the clause itself gives (``from`` in its document)."""
    end: date | None = None
    described: str | None = None
    """What its source is, where that lays no law: a tool's logic, a team's description of practice. It then drives nothing."""
    since: date | None = None
    """The first day of the unbroken run of editions that have a clause of this id (None: since always)."""
    when: When = ()
    during: When = ()
    after: Trigger | EntryPattern | None = None
    by: tuple[EntryPattern, ...] = ()
    counts: EntryPattern | None = None
    sum: str | None = None
    in_custody: InCustody = "runs"
    due_by_release: bool = False
    """Where the time would have run out in custody, it is due on the day of release (only with ``pauses``)."""
    whereabouts_unknown: Literal["runs", "pauses"] | None = None
    """What the time in which nobody knows where the person is does to it; None: as custody does, ``pauses`` or ``runs``."""
    earlier: tuple[EntryPattern, ...] = ()
    """What counts from the weeks before the start, beside ``by`` (``practice().earlier_work_weeks``)."""
    reviewed: tuple[EntryPattern, ...] = ()
    """What, after the start, makes one of ``earlier`` count that is older."""
    again: tuple[EntryPattern, ...] = ()
    """What meets it after release from a long recall or sentence, when it is owed again; for ``every``: what counts too."""
    first_contacts: tuple[str, ...] = ()
    """The clauses on a first contact that meets the window running when it came to be owed."""
    until_replaced: bool = False
    """Whether an entry that sets the date anew in good time ends the duty to keep the old date."""
    past_end: bool = False
    """Whether it is owed past the planned end of an order that nobody closed."""
    earlier_counts: bool = False
    from_next_day: bool = False
    by_recording: bool = False
    each: str | None = None
    stands_until: str | None = None
    when_dispensed: WhenDispensed = "not_met"

    @cached_property
    def says(self) -> str:
        """What the clause asks of all cases, in a sentence with the limits of all its rows."""
        return f"{clause_words(self.wording, self.values, self.sum)}."

    @property
    def of_standards(self) -> bool:
        """Whether it belongs to the national standards; otherwise it is an expectation of a framework."""
        return self.start is not None

    @property
    def entries(self) -> tuple[EntryPattern, ...]:
        """The entries that meet the clause, and those that it counts."""
        met = (*self.by, *self.earlier, *self.reviewed, *self.again)
        return met if self.counts is None else (*met, self.counts)

    @property
    def pauses(self) -> bool:
        """Whether days in custody do not count in its time."""
        return self.in_custody == "pauses"

    @property
    def pauses_unknown(self) -> bool:
        """Whether days do not count on which nobody knows where the person is."""
        return (self.whereabouts_unknown or self.in_custody) == "pauses"

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The attributes of a case that decide whether the clause is for it, and which row."""
        return tuple(sorted({name for when in (self.when, *(v.when for v in self.values)) for name, _ in when}))

    def row(self, attributes: Mapping[str, Any]) -> Value | None:
        """The first row that fits a case with these attributes; None when the clause is not for the case."""
        asked = self._asked(attributes)
        try:
            return self._rows[asked]
        except KeyError:
            found = next((v for v in self.values if fits(v.when, attributes)), None)
            self._rows[asked] = row = found if fits(self.when, attributes) else None
            return row

    @cached_property
    def _asked(self) -> Callable[[Mapping[str, Any]], Any]:
        return itemgetter(*self.asks) if self.asks else lambda _: None

    @cached_property
    def _rows(self) -> dict[Any, Value | None]:
        return {}

    def in_force(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def placed(self, edition: str, start: date | None, end: date | None, sources: Mapping[str, str]) -> "Clause":
        """This clause as part of an edition: with the days it is in force, and its citations in full."""
        values = tuple(replace(value, citation=sources.get(value.cite, "")) for value in self.values)
        first = start if self.start is None or start is None else max(start, self.start)
        return replace(self, edition=edition, start=first, end=end, values=values)
