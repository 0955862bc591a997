"""Which databases are the demonstration's: those that it began itself. In any other it writes nothing and opens nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.application import Files
from domain.store.hash_chain import TABLE
from web.demo.demo_accounts import STAFF

ACTOR = "demo"
"""Who is on record as having stored the samples."""

OURS = frozenset({ACTOR, *(account.username for account in STAFF)})

_mark = sa.Table("demonstration", sa.MetaData(), sa.Column("begun_at", sa.String(40), primary_key=True))

_entries = sa.table(TABLE, sa.column("actor"))


class NotOurs(ValueError):
    """This database is not one that the demonstration made; in words what else it holds."""


def claim(files: Files, register: AccountRegister, samples: Sequence[Path], now: datetime) -> None:
    """Mark an empty database as the demonstration's. Raises ``NotOurs`` where it holds anything else.

    A database without a mark that holds the samples exactly was made by a version before marks.
    """
    with register.engine.begin() as c:
        actors = c.execute(sa.select(_entries.c.actor).distinct()).scalars()
        if others := sorted(actor for actor in actors if actor not in OURS):
            raise NotOurs(f"it holds entries that others stored ({', '.join(others[:3])})")
        if sa.inspect(c).has_table(_mark.name) and c.execute(sa.select(_mark)).first() is not None:
            return
    strangers = [one.username for one in register.accounts() if one not in STAFF or register.password(one.username)]
    if strangers:
        raise NotOurs(f"it has accounts that are not the demonstration's ({', '.join(strangers[:3])})")
    with register.engine.begin() as c:
        stored = c.execute(sa.select(sa.func.count()).select_from(_entries)).scalar_one()
    if stored and not _holds_exactly(files, samples, stored, now):
        raise NotOurs("it holds entries, and not just those of the samples")
    with register.engine.begin() as c:
        _mark.create(c, checkfirst=True)
        c.execute(sa.insert(_mark).values(begun_at=now.isoformat()))


def _holds_exactly(files: Files, samples: Sequence[Path], stored: int, now: datetime) -> bool:
    report = ImportReport()
    for path in samples:
        lines = read_lines(path, now, report.rejected, lambda size: None)
        import_lines(files, lines, report, now=now, actor=ACTOR, keep=False)
    return not report.stored and not report.rejected and report.already == stored
