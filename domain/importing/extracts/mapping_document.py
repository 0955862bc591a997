"""The plain document of a mapping while it is checked, and the column names of the tables that it maps."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.importing.extracts.csv_tables import TableFile
from domain.importing.extracts.source_timestamps import is_date_format
from domain.policy.cited_documents import Problem

Where = tuple[Any, ...]
"""The way to a place in the document, from the top."""


@dataclass(slots=True)
class MappingDocument:
    """A mapping as it is written. ``bad``: the places whose form is wrong; they are not checked further.

    ``files`` and ``heads``: table -> its file and the names of its columns, for the tables that were found.
    """

    content: dict[str, Any]
    bad: Sequence[Where]
    files: dict[str, TableFile] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)

    def sound(self, *where: Any, exact: bool = False) -> bool:
        """Whether the form of this place is right, of those around it and, unless ``exact``, of those within it."""
        return not any(
            where[: len(bad)] == bad or (not exact and bad[: len(where)] == where) for bad in self.bad if bad
        )

    def joined(self) -> set[str]:
        """The tables that are joined to others."""
        tables = named_parts(self.content.get("tables"))
        joins = [join for name in tables for join in self.joins(name).values()]
        return {join["table"] for join in joins if isinstance(join, dict) and isinstance(join.get("table"), str)}

    def joins(self, table: str) -> dict[str, Any]:
        """The joins of a table by name; none where it is not a table."""
        found = named_parts(self.content.get("tables")).get(table)
        return named_parts(found.get("joins")) if isinstance(found, dict) else {}

    def column(self, table: str, column: str, where: Where) -> Iterator[Problem]:
        """The problem of a column that the table does not have, of its own or by a join."""
        head = self.heads.get(table)
        if head is None or column in head:
            return
        join, dot, other = column.partition(".")
        joins = self.joins(table)
        if dot and join in joins:
            if self.sound("tables", table, "joins", join):
                yield from self.column(joins[join]["table"], other, where)
        elif dot and joins:
            near = difflib.get_close_matches(join, joins, n=1)
            hint = f"did you mean '{near[0]}.{other}'?" if near else f"it joins {', '.join(joins)}"
            yield where, f"{table} has no join '{join}'; {hint}"
        else:
            yield from self.own_column(table, column, where)

    def own_column(self, table: str, column: str, where: Where) -> Iterator[Problem]:
        """The problem of a column that the file of the table does not have."""
        head = self.heads.get(table)
        if head is None or column in head:
            return
        known = [*head, *(f"{join}.{name}" for join, name in self._joined_columns(table))]
        near = difflib.get_close_matches(column, known, n=1) or difflib.get_close_matches(column.upper(), known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(head)}"
        yield where, f"{self.files[table].path.name} has no column '{column}'; {hint}"

    def _joined_columns(self, table: str) -> Iterator[tuple[str, str]]:
        for name, join in self.joins(table).items():
            if self.sound("tables", table, "joins", name):
                yield from ((name, column) for column in self.heads.get(join["table"], ()))


def format_problems(where: Where, formats: Any, *, pivot: bool = False) -> Iterator[Problem]:
    """The problems of formats of dates and times. ``pivot``: it is said which years two digits mean."""
    for form in texts_of(formats):
        if not is_date_format(form, two_digits=pivot):
            more = "; for years of two digits say which hundred years they mean, from which on: pivot: 1950"
            yield (
                where,
                f"'{form}' does not say day, month and four-digit year; write it like %d/%m/%Y or %d-%b-%Y %H:%M"
                f"{more if '%y' in form and not pivot else ''}",
            )


def texts_of(raw: Any) -> list[str]:
    """One text or a list of texts, as a list."""
    return [raw] if isinstance(raw, str) else list(raw)


def named_parts(raw: Any) -> dict[str, Any]:
    """The parts that have a name; none where there are no named parts."""
    return {name: part for name, part in raw.items() if isinstance(name, str)} if isinstance(raw, dict) else {}
