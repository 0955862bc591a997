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

    def column(self, table: str, column: str, where: Where) -> Iterator[Problem]:
        """The problem of a column that the table does not have."""
        head = self.heads.get(table)
        if head is not None and column not in head:
            near = difflib.get_close_matches(column, head, n=1) or difflib.get_close_matches(column.upper(), head, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(head)}"
            yield where, f"{self.files[table].path.name} has no column '{column}'; {hint}"


def format_problems(where: Where, formats: Any) -> Iterator[Problem]:
    """The problems of formats of dates and times."""
    for form in texts_of(formats):
        if not is_date_format(form):
            yield (
                where,
                f"'{form}' does not say day, month and four-digit year; write it like %d/%m/%Y or %d-%b-%Y %H:%M",
            )


def texts_of(raw: Any) -> list[str]:
    """One text or a list of texts, as a list."""
    return [raw] if isinstance(raw, str) else list(raw)


def named_parts(raw: Any) -> dict[str, Any]:
    """The parts that have a name; none where there are no named parts."""
    return {name: part for name, part in raw.items() if isinstance(name, str)} if isinstance(raw, dict) else {}
