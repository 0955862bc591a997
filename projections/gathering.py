"""Gathering: ledger rows taken in case by case, made into columns at the end."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from domain.facts import EntryCorrected, EntryWithdrawn, Fact
from domain.london import LONDON
from projections.days import day_number, instant_number
from projections.ledger import DutyRow, JudgementRow, LateRow, Ledger, SpellRow
from projections.tables import RECORDED, TABLES, WORDS, Array, Kept, Rows, ordered, split
from projections.words import Texts, Words

ORDER = {
    "duties": ("clause", "case", "due"),
    "spells": ("case", "on"),
    "judgements": ("case", "on", "recorded", "order"),
    "lates": ("case", "recorded"),
}
"""The order of each table's rows. Judgements are in the order in which a later one stands before an earlier one."""


class Gathering:
    """Cases in any order, each once (``ValueError``: twice)."""

    def __init__(self) -> None:
        self.references: dict[str, int] = {}
        self.words: dict[str, Words[Any]] = {name: Words() for name in WORDS}
        self.names: Words[str] = Words()
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self.recorded: list[tuple[int, int, int]] = []

    def add(self, reference: str, ledger: Ledger, recorded: Mapping[date, int]) -> None:
        """Take in one case: its ledger, and how many of its entries were recorded on each day."""
        if reference in self.references:
            raise ValueError(f"{reference} is given twice: one ledger a case")
        case = self.references[reference] = len(self.references)
        self.rows["duties"] += [self._duty(case, *known) for known in ledger.duties]
        self.rows["spells"] += [self._spell(case, *known) for known in ledger.spells]
        entries = {name: at for at, name in enumerate(sorted({known.row.entry for known in ledger.judgements}))}
        self.rows["judgements"] += [self._judgement(case, entries, *known) for known in ledger.judgements]
        self.rows["lates"] += [self._late(case, *known) for known in ledger.lates]
        self.recorded += [(case, day_number(day), count) for day, count in sorted(recorded.items())]

    def gathered(self) -> tuple[Texts, Texts, Mapping[str, Words[Any]], Mapping[str, Kept], tuple[Rows]]:
        """All that was taken in: references in order, names, words, tables, recordings by day (see ``Columns``)."""
        references = sorted(self.references)
        numbers = np.empty(len(references), np.int32)
        for number, reference in enumerate(references):
            numbers[self.references[reference]] = number
        tables = {
            name: split(ordered(_rows(TABLES[name], rows, numbers), ORDER[name])) for name, rows in self.rows.items()
        }
        recorded = ordered(_rows(RECORDED, self.recorded, numbers), ("case", "day"))
        return Texts.of(references), Texts.of(self.names.values), self.words, tables, (recorded,)

    def _duty(self, case: int, row: DutyRow, since: Any, until: Any) -> tuple[Any, ...]:
        return (
            case, row.clause, row.value, day_number(row.arises_on), day_number(row.due_on), day_number(row.met_on),
            day_number(row.ended_on), self.words["place"].number(row.place), instant_number(since),
            instant_number(until),
        )  # fmt: skip

    def _spell(self, case: int, row: SpellRow, since: Any, until: Any) -> tuple[Any, ...]:
        number = self.words
        return (
            case, day_number(row.on), day_number(row.off), self.names.number(row.name),
            number["order_type"].number(row.order_type), number["gender"].number(row.gender),
            number["ethnicity"].number(row.ethnicity), number["disability"].number(row.disability),
            number["place"].number(row.place), number["tier"].number(row.tier), number["risk"].number(row.risk),
            number["mappa_level"].number(row.mappa_level), day_number(row.started_on), day_number(row.ended_on),
            instant_number(since), instant_number(until),
        )  # fmt: skip

    def _judgement(
        self, case: int, entries: Mapping[str, int], row: JudgementRow, since: Any, until: Any
    ) -> tuple[Any, ...]:
        return (
            case, day_number(row.on), instant_number(row.recorded_at), entries[row.entry],
            self.words["framework"].number(row.framework), self.words["question"].number(row.question),
            self.words["answer"].number(row.answer), row.overrules, instant_number(since), instant_number(until),
        )  # fmt: skip

    def _late(self, case: int, row: LateRow, since: Any, until: Any) -> tuple[Any, ...]:
        return (
            case, self.words["type"].number(row.type), day_number(row.occurred_on), day_number(row.recorded_on),
            row.working_days, instant_number(since), instant_number(until),
        )  # fmt: skip


def recorded_by_day(entries: Iterable[Fact]) -> dict[date, int]:
    """How many entries were recorded on each day in Europe/London, corrections and withdrawals left out: they speak of
    another entry, and are never late.
    """
    counts: dict[date, int] = {}
    for fact in entries:
        if not isinstance(fact, EntryCorrected | EntryWithdrawn):
            day = fact.recorded_at.astimezone(LONDON).date()
            counts[day] = counts.get(day, 0) + 1
    return counts


def _rows(columns: Mapping[str, type[np.generic]], rows: list[tuple[Any, ...]], numbers: Array) -> Rows:
    by_column = zip(*rows, strict=True) if rows else ([] for _ in columns)
    found = {name: np.array(of, kind) for (name, kind), of in zip(columns.items(), by_column, strict=True)}
    return Rows(found | {"case": numbers[found["case"]]})
