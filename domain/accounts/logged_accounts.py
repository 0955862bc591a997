"""The accounts as the record's log says: its register entries on accounts, read once and then as more are added.

The log is what counts. The table of accounts is made from it, and is held against it whenever an account is read.
"""

import logging
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from domain.accounts.account_rows import values_of
from domain.accounts.roles import Account, Client
from domain.entries.register_entries import AccountSet, NameBound, RegisterEntry
from domain.store.entry_codec import stored_register_entry
from domain.store.hash_chain import TABLE
from domain.store.preparation import SETS_ACCOUNTS

LOG = logging.getLogger("caseaudit.accounts")

FILE = "account:"
"""The beginning of the references of the files with an account's entries; the user name follows."""


class Made(NamedTuple):
    """What an entry makes: the account, and its row in the table of accounts as far as that is made from the log."""

    account: Account
    row: dict[str, Any]


class Logged(NamedTuple):
    """All accounts as the log has them at one moment.

    ``accounts``: user name -> its entries, the first first. ``made``: user name -> what the last of them makes. ``lengths``:
    user name -> how many entries its file has. ``bound``: printed name -> the only account that it means. ``unread``: the user
    names of files with an entry that cannot be read. ``last``: the position of the last entry and its hash.
    """

    accounts: Mapping[str, Sequence[AccountSet]]
    made: Mapping[str, Made]
    lengths: Mapping[str, int]
    bound: Mapping[str, str]
    unread: frozenset[str]
    last: tuple[int, bytes]


NOTHING = Logged({}, {}, {}, {}, frozenset(), (0, b""))


class LoggedAccounts:
    """Reads the accounts of one database's log, and remembers them. Threads may share it."""

    def __init__(self, engine: sa.Engine):
        position = "rowid" if engine.dialect.name == "sqlite" else "notification_id"
        self._after = sa.text(
            f"SELECT {position}, originator_id, topic, state, hash FROM {TABLE} WHERE {SETS_ACCOUNTS} "
            f"AND {position} >= :position ORDER BY {position}"
        )
        self._known, self._lock = NOTHING, Lock()

    def read(self, c: sa.Connection) -> Logged:
        """The accounts as the log has them now, by one query. Where another record is in its place, all is read anew."""
        with self._lock:
            known = self._known
            rows = c.execute(self._after, {"position": known.last[0]}).all()
            if known is not NOTHING:
                if rows and (rows[0][0], bytes(rows[0].hash)) == known.last:
                    rows = rows[1:]
                else:
                    known, rows = NOTHING, c.execute(self._after, {"position": 0}).all()
            self._known = _with(known, rows) if rows else known
            return self._known


def _with(known: Logged, rows: Sequence[Any]) -> Logged:
    """What is known once these entries are too."""
    accounts, made = dict(known.accounts), dict(known.made)
    lengths, bound, unread = dict(known.lengths), dict(known.bound), set(known.unread)
    for row in rows:
        username = row.originator_id.removeprefix(FILE)
        lengths[username] = lengths.get(username, 0) + 1
        fact = _read(row, username)
        if isinstance(fact, AccountSet):
            accounts[username] = (*accounts.get(username, ()), fact)
        elif isinstance(fact, NameBound):
            bound[fact.name] = username
        else:
            unread.add(username)
    changed = accounts if bound != known.bound else {row.originator_id.removeprefix(FILE) for row in rows}
    for username in changed:
        if username in accounts:
            made[username] = _made(accounts[username][-1], bound)
    return Logged(accounts, made, lengths, bound, frozenset(unread), (rows[-1][0], bytes(rows[-1].hash)))


def _made(fact: AccountSet, bound: Mapping[str, str]) -> Made:
    account = Account(
        username=fact.username, name=fact.name, role=fact.role, places=tuple(fact.places),  # type: ignore[arg-type]
        inspections=tuple(fact.inspections), grade=fact.grade, disabled=fact.disabled, staff=tuple(fact.staff),  # type: ignore[arg-type]
        until=fact.until, revision=fact.revision, names=_names(fact, bound), rights=tuple(fact.rights),  # type: ignore[arg-type]
        place_level=fact.place_level, source=fact.source,  # type: ignore[arg-type]
        client=None if fact.client is None else Client(fact.client.issuer, fact.client.id, fact.client.subject),
    )  # fmt: skip
    return Made(account, values_of(fact))


def _names(fact: AccountSet, bound: Mapping[str, str]) -> tuple[str, ...]:
    """The names and staff keys by which older limits of access may mean an account.

    Every name that it ever had, but those of which two people said that they mean another; and those that mean it alone.
    """
    own = (name for name, meant in bound.items() if meant == fact.username)
    had = (name for name in (*fact.names, *fact.staff) if bound.get(name, fact.username) == fact.username)
    return tuple(dict.fromkeys((*had, *own)))


def _read(row: Any, username: str) -> RegisterEntry | None:
    """The entry of a row; None where it cannot be read, or names another account than its file."""
    try:
        fact = stored_register_entry(row.topic, bytes(row.state))
    except (msgspec.MsgspecError, TypeError, ValueError):
        LOG.error("an entry of the account %s cannot be read: run `caseaudit verify`", username)
        return None
    return None if isinstance(fact, AccountSet) and fact.username != username else fact
