"""Accounts of an older version, which kept them in tables alone: they are entered into the log once.

What stood in the tables then is what the entries say (``adopted``). A record of this version adopts nothing: it notes at its
beginning that there is nothing to adopt, and a row that no entry made signs nobody in.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from domain.accounts import account_rows
from domain.accounts.account_rows import accounts
from domain.accounts.logged_accounts import FILE
from domain.entries.register_entries import AccountSet, NameBound, RegisterEntry
from domain.entries.tidy_text import words
from domain.store.application import Files, Numbered
from domain.store.preparation import ACCOUNTS_ENTERED, PREPARED_BY, STEPS_TABLE, note_done

LOG = logging.getLogger("caseaudit.accounts")


def is_entered(engine: sa.Engine) -> bool:
    """Whether the accounts of before are in the log, or there were none."""
    with engine.connect() as c:
        if not sa.inspect(c).has_table(STEPS_TABLE):
            return False
        query = sa.text(f"SELECT 1 FROM {STEPS_TABLE} WHERE number = {ACCOUNTS_ENTERED}")
        return c.execute(query).first() is not None


def enter_older(engine: sa.Engine, files: Files) -> list[str]:
    """Enter the accounts of before into the log, all or none, unless it has accounts already; their user names."""
    older: list[AccountSet] = []
    if not files.references(AccountSet, limit=1):
        with engine.connect() as c:
            older, bound = _accounts(c, files.recorder.clock()), _bound_names(c, files.recorder.clock())
        with suppress(IntegrityError):  # another process was quicker
            files.enter_all(_numbered(older, bound), actor=PREPARED_BY)
        with engine.begin() as c:
            for one in older:
                account_rows.put(c, one)
    note_done(files.recorder, ACCOUNTS_ENTERED)
    names = [one.username for one in older]
    if names:
        LOG.warning("accounts of an older version are entered into the log as they stood: %s", ", ".join(names))
    return names


def _numbered(older: Sequence[AccountSet], bound: Mapping[str, Sequence[NameBound]]) -> list[Numbered]:
    """The entries of each account with their numbers on its file."""
    files: list[tuple[str, Sequence[RegisterEntry]]] = [
        (one.username, (one, *bound.get(one.username, ()))) for one in older
    ]
    return [(f"{FILE}{name}", number, fact) for name, facts in files for number, fact in enumerate(facts, 1)]


def _accounts(c: sa.Connection, at: datetime) -> list[AccountSet]:
    """The entries for the rows that stand there, by user name."""
    rows = c.execute(sa.select(accounts).order_by(accounts.c.username)).mappings().all()
    names, times = _names(c), Counter(words(row["name"]) for row in rows)
    return [_adopted(row, names[row["username"]], times, at) for row in rows]


def _adopted(row: Any, had: Sequence[str], times: Mapping[str, int], at: datetime) -> AccountSet:
    name = words(row["name"])
    return AccountSet(
        at=at, username=row["username"], name=name, role=row["role"], places=list(map(words, row["places"])),
        inspections=list(row["inspections"]), grade=row["grade"], disabled=row["disabled"], staff=_staff(row, times),
        until=None if row["until"] is None else date.fromisoformat(row["until"]), revision=row["revision"],
        names=list(dict.fromkeys((*had, name))), adopted=True,
    )  # fmt: skip


def _staff(row: Any, times: Mapping[str, int]) -> list[str]:
    """The staff keys. The oldest accounts had none: they reached cases by their printed name, which stays their key.

    Where several accounts have one name, it is nobody's key until somebody says whose.
    """
    if row["staff"] is not None:
        return list(map(words, row["staff"]))
    name = words(row["name"])
    return [name] if times[name] == 1 else []


def _names(c: sa.Connection) -> Mapping[str, Sequence[str]]:
    """User name -> the printed names that the account ever had, as far as older versions kept them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if sa.inspect(c).has_table("account_names"):
        for username, name in c.execute(sa.text("SELECT username, name FROM account_names ORDER BY name")):
            found[username].append(words(name))
    return found


def _bound_names(c: sa.Connection, at: datetime) -> Mapping[str, Sequence[NameBound]]:
    """User name -> the names that mean this account alone."""
    found: defaultdict[str, list[NameBound]] = defaultdict(list)
    if sa.inspect(c).has_table("bound_names"):
        for username, name in c.execute(sa.text("SELECT username, name FROM bound_names ORDER BY name")):
            found[username].append(NameBound(at=at, name=words(name), adopted=True))
    return found
