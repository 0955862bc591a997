"""Rows: the tables of the columns, what each column holds, and which of their rows were known at an instant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from projections.days import STANDING
from projections.states import known_at

Array = NDArray[Any]
Rows = Mapping[str, Array]
"""Columns of one length, by name."""

SPAN: Final = {"since": np.int64, "until": np.int64}
TABLES: Final[Mapping[str, Mapping[str, type[np.generic]]]] = {
    "duties": {
        "case": np.int32, "clause": np.int16, "value": np.int8, "arises": np.uint16, "due": np.uint16, "met": np.uint16,
        "ended": np.uint16, "place": np.int32, **SPAN,
    },
    "spells": {
        "case": np.int32, "on": np.uint16, "off": np.uint16, "name": np.int32, "order_type": np.int16,
        "gender": np.int16, "ethnicity": np.int16, "disability": np.int16, "place": np.int32, "tier": np.int16,
        "risk": np.int16, "mappa_level": np.int16, "started": np.uint16, "ended": np.uint16, **SPAN,
    },
    "judgements": {
        "case": np.int32, "on": np.uint16, "recorded": np.int64, "order": np.int32, "framework": np.int16,
        "question": np.int16, "answer": np.int16, "overrules": np.bool_, **SPAN,
    },
    "lates": {
        "case": np.int32, "type": np.int16, "occurred": np.uint16, "recorded": np.uint16, "working_days": np.int32,
        **SPAN,
    },
}  # fmt: skip
"""Every table with its columns: ``case`` the number of the case, days and instants as in ``days``, ``place`` and the
attributes by their number among the words. ``order`` of a judgement: its place among those of its case by entry."""

RECORDED: Final[Mapping[str, type[np.generic]]] = {"case": np.int32, "day": np.uint16, "entries": np.int32}
"""How many entries of a case were recorded on a day in Europe/London."""

WORDS = (
    "place", "order_type", "gender", "ethnicity", "disability", "tier", "risk", "mappa_level", "framework", "question",
    "answer", "type",
)  # fmt: skip
"""The columns whose numbers stand for words."""


@dataclass(frozen=True)
class Kept:
    """One table: the rows ``current`` (no ``until``), and those ``superseded``. Duties are in order of clause and case,
    the others of case.
    """

    current: Rows
    superseded: Rows

    def parts(self, instant: int | None) -> Iterator[Rows]:
        """What may have been known at an instant (None: all that is recorded to date)."""
        yield self.current
        if instant is not None:
            yield self.superseded

    @property
    def count(self) -> int:
        return sum(len(rows["case"]) for rows in (self.current, self.superseded))


def known(rows: Rows, instant: int | None, part: slice | Array = slice(None)) -> Array | None:
    """Which of these rows were known at an instant; None where all of them were."""
    if instant is None:
        return None
    since = rows["since"][part]
    return known_at(instant, since, rows["until"][part]) if "until" in rows else since < instant


def split(rows: Rows) -> Kept:
    """A table's rows apart: those that stand and those superseded, in the order given."""
    stands = rows["until"] == STANDING
    return Kept(
        {name: column[stands] for name, column in rows.items() if name != "until"},
        {name: column[~stands] for name, column in rows.items()},
    )


def ordered(rows: Rows, by: Iterable[str]) -> dict[str, Array]:
    """The rows in order of these columns, the first before the others."""
    order = np.lexsort([rows[name] for name in reversed(list(by))])
    return {name: column[order] for name, column in rows.items()}
