"""Register entries on exports for analysts: rows of persons in files outside the database. On files such as ``export:ID``."""

from datetime import date
from typing import Literal

from domain.entries.entry import Instant
from domain.entries.register_entries import RegisterEntry

ExportForm = Literal["parquet", "ocel"]


class ExportMade(RegisterEntry, frozen=True, kw_only=True):
    """Rows of persons were written to files. Which cases they hold follows from what is said here (``export_holds``).

    ``path``: where to; ``form``: as what. ``identified``: with CRNs, names and staff, for a ``recipient``, a ``purpose`` and
    until the day ``until``. ``areas``, ``teams``: cases that one of these held at any time up to ``as_at``; none: all.
    ``known_at``: only what had been recorded by then; none: everything. ``position``: the record up to it; ``cases``: how many.
    ``kept_up``: a follower writes what changes, so that later entries are in it too.
    """

    form: ExportForm
    path: str
    identified: bool = False
    recipient: str | None = None
    purpose: str | None = None
    until: date | None = None
    areas: list[str] = []
    teams: list[str] = []
    as_at: date
    known_at: Instant | None = None
    position: int
    cases: int
    kept_up: bool = False


class ExportDestroyed(RegisterEntry, frozen=True, kw_only=True):
    """The files of this export, and all copies of them, were destroyed, as somebody says."""

    said_by: str


def export_file(export: str) -> str:
    """The reference of the file of these entries."""
    return f"export:{export}"
