"""Which databases are the demonstration's: those that it began itself. In any other it writes nothing and opens nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from domain.accounts.account_register import AccountRegister
from domain.calendar.london_time import day_of
from domain.entries.inspection_entries import FreezeFixed
from domain.entries.register_entries import SourceRegistered, TakingOverDeclared
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store import demonstration_mark
from domain.store.application import Files
from domain.store.preparation import PREPARED_BY
from domain.store.sources import file_of, source_named
from domain.store.stored_by import DEMONSTRATION, SAMPLES, StoredBy
from web.demo.demo_accounts import STAFF
from web.demo.unit_2024.unit_people import STAFF as UNIT_STAFF

ACTOR = str(StoredBy(DEMONSTRATION, SAMPLES, taking_over=True))
"""Who is on record as having stored the samples."""

OURS = frozenset({DEMONSTRATION, PREPARED_BY, *(account.username for account in (*STAFF, *UNIT_STAFF))})


class NotOurs(ValueError):
    """This database is not one that the demonstration made; in words what else it holds."""


def claim(files: Files, register: AccountRegister, samples: Sequence[Path], now: datetime) -> None:
    """Mark an empty database as the demonstration's. Raises ``NotOurs`` where it holds anything else.

    A database without a mark that holds the samples exactly was made by a version before marks. That their freezes are
    fixed is this version's doing.
    """
    others = [text for text in sorted(demonstration_mark.actors(register.engine)) if not _is_ours(StoredBy.read(text))]
    if others:
        raise NotOurs(f"it holds entries that others stored ({', '.join(others[:3])})")
    if demonstration_mark.is_marked(register.engine):
        return
    strangers = [
        one.username for one in register.accounts() if one.username not in OURS or register.password(one.username)
    ]
    if strangers:
        raise NotOurs(f"it has accounts that are not the demonstration's ({', '.join(strangers[:3])})")
    stored = demonstration_mark.entries_stored(register.engine, no_type=FreezeFixed, nor_by=PREPARED_BY)
    if stored and not _holds_exactly(files, samples, stored, now):
        raise NotOurs("it holds entries, and not just those of the samples")
    demonstration_mark.mark(register.engine, now)


def _is_ours(by: StoredBy) -> bool:
    return by.account in OURS and by.source in ("", SAMPLES)


def take_over(files: Files, now: datetime) -> None:
    """Register the source of the samples and declare that it is taken over, where that is not so already."""
    source = source_named(files, SAMPLES)
    if source.registered is None:
        files.enter(file_of(SAMPLES), SourceRegistered(at=now), actor=DEMONSTRATION)
    if source.taking_over(now) is None:
        said = TakingOverDeclared(at=now, cut_over=day_of(now), asked_by=DEMONSTRATION)
        files.enter(file_of(SAMPLES), said, actor=DEMONSTRATION)


def _holds_exactly(files: Files, samples: Sequence[Path], stored: int, now: datetime) -> bool:
    report = ImportReport()
    for path in samples:
        lines = read_lines(path, now, report.rejected, lambda size: None)
        import_lines(files, lines, report, now=now, actor=ACTOR, keep=False)
    return not report.stored and not report.rejected and report.already == stored
