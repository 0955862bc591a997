"""The ledger as its definition says it: derived anew at each recording. The oracle of ``projections.ledger.ledger``."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.entries.case_entries import Entry
from projections.history.history import History
from projections.ledger.duties_apart import told_late
from projections.ledger.ledger import Known, Ledger, rows_known
from projections.ledger.ledger_rows import DutyRow

AN_INSTANT = timedelta(microseconds=1)
"""An instant of knowledge is exclusive: what was recorded at T is known from the next one on."""


def plain_ledger(entries: Iterable[Entry], elsewhere: Iterable[Iterable[Entry]] = ()) -> Ledger:
    every, others = list(entries), [list(file) for file in elsewhere]
    kept = Ledger()
    running: tuple[dict[Any, list[datetime]], ...] = tuple({} for _ in kept.kinds)
    for instant in sorted({fact.recorded_at for file in (every, *others) for fact in file}):
        known = rows_known(History.of(every, instant + AN_INSTANT, others))
        for rows, since, done in zip(known, running, kept.kinds, strict=True):
            _step(rows, since, done, instant)
    for since, done in zip(running, kept.kinds, strict=True):
        done.extend(Known(row, at, None) for row, opened in since.items() for at in opened)
    kept.duties = told_late(kept.duties)
    return kept


def _step(rows: Sequence[Any], since: dict[Any, list[datetime]], done: list[Known[Any]], instant: datetime) -> None:
    """Close what the rows known so far no longer say, and open what they newly say."""
    wanted = Counter(rows)
    for row in [row for row in since if len(since[row]) > wanted[row]]:
        while len(since[row]) > wanted[row]:
            done.append(Known(row, since[row].pop(), instant))
        if not since[row]:
            del since[row]
    for row, count in wanted.items():
        opened = since.setdefault(row, [])
        opened += [instant] * (count - len(opened))


def as_one_reading(row: Any) -> Any:
    """A row as one reading of a file can say it: whether something was told late takes two."""
    return row._replace(told_late=False) if isinstance(row, DutyRow) else row
