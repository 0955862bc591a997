"""What a mapping of an extract is: which entries the rows of its tables give, and from which columns.

``docs/extracts.md`` explains how to write one. Each field comes from a *value*: a column, a constant, a text with
columns in it, or an entry that another row gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

NAME = r"[A-Za-z][A-Za-z0-9_-]{0,49}"
"""The pattern of the names of sources, tables and entries. They are part of entry ids, so they must never change."""

DATES, TIMES = ("%Y-%m-%d",), ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")

EXCEL = "excel"
"""In place of a format: the cell is a serial day of Excel, with the time of day as its fraction."""

FORMS = ("column", "text", "value", "entry", "earliest", "first_filled")
"""The forms of a value; a value has exactly one of them."""


@dataclass(frozen=True, slots=True)
class MappedValue:
    """Where the content of a field comes from: one of ``FORMS``. ``value`` is a constant.

    ``codes``: a mapping from the texts in the column to the codes of the field, or the name of one. ``formats``: of its
    dates or times. ``pivot``: the first of the hundred years that two-digit years mean. ``split``: the separator between
    the items of a list. ``entry``: the entry of that name given by the row of ``table`` (None: the same table) whose key
    is in the columns ``key`` (None: this row). ``earliest``: the columns of which the earliest date or time is taken.
    ``first_filled``: the columns of which the first that is filled is taken.
    """

    column: str | None = None
    text: str | None = None
    value: Any = None
    entry: str | None = None
    table: str | None = None
    key: tuple[str, ...] | None = None
    codes: Mapping[str, Any] | str | None = None
    formats: tuple[str, ...] | None = None
    split: str | None = None
    earliest: tuple[str, ...] | None = None
    first_filled: tuple[str, ...] | None = None
    pivot: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the value reads."""
        if self.column is not None:
            return (self.column,)
        named = columns_in(self.text) if self.text is not None else self.earliest or self.first_filled or ()
        return (*named, *(self.key or ()))

    @property
    def reads_cells(self) -> bool:
        """Whether it gives what cells hold, as against a constant or an entry."""
        return self.value is None and self.entry is None


MappedGroups = tuple[Mapping[str, MappedValue], ...]
"""A list of groups, such as the objectives of a plan: for each group, field -> value."""


@dataclass(frozen=True, slots=True)
class RowCondition:
    """A condition on a column: ``filled``, ``blank``, one of these texts (``is``) or none of them (``is_not``)."""

    test: Literal["filled", "blank", "is", "is_not"]
    texts: frozenset[str] = frozenset()

    def holds(self, text: str, blank: bool) -> bool:
        match self.test:
            case "filled":
                return not blank
            case "blank":
                return blank
            case "is":
                return text in self.texts
            case _:
                return text not in self.texts


When = Mapping[str, RowCondition]
"""Column -> condition; all of them must hold."""


def all_hold(when: When, cells: Mapping[str, str], blank: frozenset[str]) -> bool:
    """Whether all conditions hold for a row. ``blank``: the texts of cells that are not filled."""
    return all(condition.holds(text := cells[name], text in blank) for name, condition in when.items())


@dataclass(frozen=True, slots=True)
class CellChange:
    """A change of a cell before anything reads it: ``upper``, ``lower``, ``strip_zeros`` (leading ones) or ``lookup``.

    ``lookup``: text -> the text in its place, or the name of a code list. ``keep``: a text that it does not list stays as
    it is; otherwise it is an error.
    """

    how: Literal["upper", "lower", "strip_zeros", "lookup"]
    lookup: Mapping[str, Any] | str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """The row of another table that belongs to a row. ``on``: column of this table -> the same in the other.

    ``optional``: the other table may lack it; its columns are blank then.
    """

    table: str
    on: Mapping[str, str]
    optional: bool


@dataclass(frozen=True, slots=True)
class MappedEntry:
    """An entry that a row gives: its type, its name among the entries of the row, its fields."""

    type: str
    name: str
    when: When
    fields: Mapping[str, MappedValue | MappedGroups]


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One table: its file and how to read it, the columns that identify a row and its case, the entries of a row.

    ``withdrawn_when``: the row is void. ``withdrawal``: fields of the entry that withdraws what a void row gave before.
    ``gone``: what it means that an entry is not given any more (None: not said). ``cells``: column -> its changes.
    ``joins``: name -> the join, whose columns are called ``NAME.COLUMN``. A table that is only joined gives nothing and
    has no key and no case.
    """

    file: str
    encoding: str | None
    delimiter: str | None
    optional: bool
    key: tuple[str, ...]
    case: MappedValue
    when: When
    withdrawn_when: When
    withdrawal: Mapping[str, MappedValue]
    gone: Literal["report", "withdraw"] | None
    cells: Mapping[str, tuple[CellChange, ...]]
    joins: Mapping[str, Join]
    fields: Mapping[str, MappedValue]
    gives: tuple[MappedEntry, ...]


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A whole mapping. ``dates`` and ``times``: formats of ``strptime``; ``twice``: see ``read_instant``.

    ``pivot``: the first of the hundred years that two-digit years mean; None: such years are refused.
    """

    source: str
    time_zone: str
    twice: str
    encoding: str
    delimiter: str
    dates: tuple[str, ...]
    times: tuple[str, ...]
    pivot: int | None
    blank: frozenset[str]
    codes: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, MappedTable]


def columns_in(text: str) -> tuple[str, ...]:
    """The columns that a text names in braces. ``ValueError`` where the braces do not match."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name is not None)
