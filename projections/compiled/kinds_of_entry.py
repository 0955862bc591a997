"""What an entry is to the law: its *kind*. Entries that differ in nothing that any clause asks for are of one kind."""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any, get_origin

import numpy as np
from msgspec import structs

from domain.entries import case_entries, code_lists
from domain.entries.case_entries import Entry
from projections.compiled.compiling import Array
from projections.compiled.law import OUTCOMES, TYPES, records
from projections.compiled.reading import Reading
from projections.history.appointments import ABSENT, FAILED
from projections.obligations.triggers import NOBODY_LEFT

(NO_ROLE, STARTS, ENDS, INTO_CUSTODY, OUT_OF_CUSTODY, SETS_TIER, SETS_MAPPA, ALLOCATES, ASSESSES, CHANGES_RISK,
 BOOKS, CAME_TO, JUDGES) = range(13)  # fmt: skip
"""What an entry does to the case beside being one that a clause may describe."""

ABSENT_BIT, FAILED_BIT, AWAITED_BIT = 1, 2, 4
"""Of an outcome: the person did not come; it counts as a failure; it does once a week of working days has passed."""


Key = Callable[[Any], Hashable]
Row = tuple[int, int, int, int, int, int]


class KindsOfEntry:
    """The kinds met so far, by what entries of each type are asked for."""

    def __init__(self, reading: Reading):
        self._reading = reading
        self._described = {t: [e for e in reading.entries if e.type is t] for t in TYPES}
        self._of: dict[type[Entry], tuple[Key, dict[Hashable, int]]] = {t: (self._key(t), {}) for t in TYPES}
        self._rows: list[Row] = []
        self._table: Array | None = None

    def numbers(self, fact_type: type[Entry], entries: list[Entry]) -> list[int]:
        """The kinds of some entries of one type."""
        key, numbers = self._of[fact_type]
        if key is _nothing:
            if not numbers:
                numbers[None] = self._add(entries[0])
            return [numbers[None]] * len(entries)
        keys = list(map(key, entries))
        try:
            return list(map(numbers.__getitem__, keys))
        except KeyError:
            for new in set(keys).difference(numbers):
                numbers[new] = self._add(entries[keys.index(new)])
            return list(map(numbers.__getitem__, keys))

    def _add(self, fact: Entry) -> int:
        fits = sum(1 << n for n, e in enumerate(self._reading.entries) if e.type is type(fact) and e.among([fact]))
        role, value, outcome, standing = self._does(fact)
        self._rows.append((fits, role, value, outcome, TYPES[type(fact)], standing))
        self._table = None
        return len(self._rows) - 1

    @property
    def table(self) -> Array:
        """The kinds by number: the descriptions that fit, as bits; role, and what goes with it; type."""
        if self._table is None:
            fits, role, value, outcome, of_type, standing = zip(*self._rows, strict=True)
            self._table = records(
                fits=np.array(fits, np.uint64), role=role, value=value, outcome=outcome, type=of_type, standing=standing
            )
        return self._table

    def _key(self, fact_type: type[Entry]) -> Key:
        """What tells the kinds of a type apart: the fields that some clause asks for, and what they do to the case."""
        asked = {
            (name, None if isinstance(wanted, frozenset) else wanted)
            for e in self._described[fact_type]
            for name, wanted in e.where
        }
        asked |= {(name, None) for name in _TELLING.get(fact_type, ())}
        lists = {f.name for f in structs.fields(fact_type) if get_origin(f.type) is list}
        plain = sorted(name for name, wanted in asked if wanted is None and name not in lists)
        if len(plain) == len(asked):
            return attrgetter(*plain) if plain else _nothing
        others = [
            _telling(name, wanted) for name, wanted in sorted(asked, key=repr) if wanted is not None or name in lists
        ]
        if not plain:
            return lambda fact: tuple([tell(fact) for tell in others])
        first = attrgetter(*plain)
        return lambda fact: (first(fact), *[tell(fact) for tell in others])

    def _does(self, fact: Entry) -> tuple[int, int, int, int]:
        """Role, value, outcome and standing."""
        worth = self._reading.worth
        match fact:
            case case_entries.SupervisionStarted():
                person = fact.person
                standing = sum(
                    worth(name, value)
                    for name, value in (
                        ("order_type", fact.order_type), ("gender", person.gender), ("ethnicity", person.ethnicity),
                        ("disability", person.disability),
                    )
                )  # fmt: skip
                return STARTS, fact.tier or 0, 0, standing
            case case_entries.SupervisionEnded():
                return ENDS, fact.reason in NOBODY_LEFT, 0, 0
            case case_entries.CustodyStarted():
                return INTO_CUSTODY, 0, 0, 0
            case case_entries.RecallDecided() if fact.outcome == "recalled":
                return INTO_CUSTODY, 0, 0, 0
            case case_entries.CustodyEnded():
                return OUT_OF_CUSTODY, 0, 0, 0
            case case_entries.TierSet():
                return SETS_TIER, fact.tier, 0, 0
            case case_entries.MappaSet():
                return SETS_MAPPA, fact.level, 0, 0
            case case_entries.CaseAllocated():
                return ALLOCATES, 0, 0, 0
            case case_entries.AssessmentCompleted() if fact.overall_risk_of_harm or fact.risk_of_harm:
                level = fact.overall_risk_of_harm or (fact.risk_of_harm and fact.risk_of_harm.highest)
                return ASSESSES, 1 + code_lists.RISK_LEVELS.index(level), 0, 0
            case case_entries.RiskLevelChanged():
                return CHANGES_RISK, 1 + code_lists.RISK_LEVELS.index(fact.to), 0, 0
            case case_entries.AppointmentMade():
                return BOOKS, 0, 0, 0
            case case_entries.AppointmentOutcomeRecorded():
                became = fact.outcome
                bits = (became in ABSENT) * ABSENT_BIT + (became in FAILED) * FAILED_BIT
                bits += (became == "awaiting_explanation") * AWAITED_BIT
                return CAME_TO, bits, 1 << OUTCOMES[became], 0
            case case_entries.AbsenceJudged():
                return JUDGES, fact.acceptable, 0, 0
        return NO_ROLE, 0, 0, 0


def _nothing(fact: Entry) -> None:
    """All entries of the type are of one kind."""


def _telling(name: str, wanted: Any) -> Key:
    field = attrgetter(name)
    if wanted is None:
        return lambda fact: tuple(field(fact))
    if wanted == "present":
        return lambda fact: field(fact) not in (None, [])
    _, every = wanted
    return lambda fact: bool(field(fact)) and all(getattr(item, every) for item in field(fact))


_TELLING: dict[type[Entry], tuple[str, ...]] = {
    case_entries.SupervisionStarted: ("order_type", "tier", "person.gender", "person.ethnicity", "person.disability"),
    case_entries.SupervisionEnded: ("reason",),
    case_entries.RecallDecided: ("outcome",),
    case_entries.TierSet: ("tier",),
    case_entries.MappaSet: ("level",),
    case_entries.AssessmentCompleted: ("overall_risk_of_harm", "risk_of_harm"),
    case_entries.RiskLevelChanged: ("to",),
    case_entries.AppointmentOutcomeRecorded: ("outcome",),
    case_entries.AbsenceJudged: ("acceptable",),
}
"""The fields by which entries do what they do to a case; see ``_does``."""
