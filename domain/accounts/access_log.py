"""The access log: what every page, file and command showed to whom, every sign-in and every refusal.

Append-only: triggers refuse to change, replace or delete a line. What cannot be written must not be shown (``LogUnavailable``).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from domain.accounts import access_seals, access_search, access_tables
from domain.accounts.access_lines import LONGEST_TEXT, UNKNOWN, Action, Actor, Line, LogUnavailable, Mark, Purpose
from domain.accounts.access_seals import Sealing
from domain.accounts.access_search import Asked
from domain.accounts.access_store import Cursor, LogStore
from domain.accounts.roles import Account
from domain.entries.entry import CASE
from domain.store.database import Database, log_database

AT_ONCE = 500
"""Lines read by one query where all are asked for."""

ORDER_OF_LINES = 1_601_022_016
"""The number of the lock on PostgreSQL that every writer shares, so that somebody else can wait for all of them."""


def nobody(_: str) -> bool:
    """For logs without accounts: no user name is an account's."""
    return False


class AccessLog:
    """The log of one record. Threads may share it; make it after a fork.

    ``record``: the database of the record. ``key``: gives 32 bytes kept outside the database, under which searches are sealed;
    None: what was searched for is not kept. ``is_account``: whether an account has this user name.
    """

    def __init__(
        self, record: Database, *, key: Callable[[], bytes] | None = None, is_account: Callable[[str], bool] = nobody
    ):
        self.record, self.store = record, LogStore(log_database(record))
        self.sealing, self._is_account = Sealing(key), is_account
        self._prepared = record.kind == "postgresql"

    def prepare(self) -> None:
        """Make the tables, and take over the lines of an older version.

        On SQLite the first use does so by itself; on PostgreSQL ``caseaudit migrate``.
        """
        access_tables.prepare(self.store, self.record, self._is_account, self.sealing)
        self._prepared = True

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[Cursor]:
        """One transaction on the log's tables. ``LogUnavailable``."""
        if not self._prepared:
            try:
                self.prepare()
            except LogUnavailable:
                if writes:
                    raise  # what is on a read-only copy can still be read: for ``verify``
        with self.store.transaction(writes=writes) as c:
            yield c

    def close(self) -> None:
        self.store.close()

    def add(
        self, at: datetime, who: Account | Actor | str, action: Action, *, references: Iterable[str] = (), route: str = "",
        selection: str = "", sought: str = "", purpose: Purpose | Literal[""] = "", detail: str = "", address: str = "",
    ) -> None:  # fmt: skip
        """Add one line; it is kept when this returns. ``at``: with an offset. ``LogUnavailable``.

        ``who``: a text is what somebody typed for a user name, and is kept only if it is one. ``route``: the endpoint of the
        page, or the command. ``selection``: the address with its filters, without free text. ``sought``: that free text, which
        is kept sealed. ``references``: the cases that are shown; one that a text names is moved from it to them. ``address``:
        the IP address. Texts are cut: ``selection``, ``sought`` and ``detail`` to ``LONGEST_TEXT`` characters, ``address`` to 60.
        """
        actor, texts = self._actor(who), (selection, detail)
        shown = (*references, *(case for text in texts for case in _CASE.findall(text)))
        with self.transaction(writes=True) as c:
            self._take_turn(c)
            number, brought = access_tables.list_number(c, shown)
            access_tables.keep_name(c, actor.username, actor.name)
            sealed = self.sealing.seal(c, at, sought[:LONGEST_TEXT], access_tables.about(at, actor.username))
            access_tables.insert(c, "access_lines", {
                "at": access_tables.microseconds(at), "username": actor.username, "name": actor.name, "action": action,
                "route": route, "selection": storable(selection), "sought": sealed, "purpose": purpose, "list": number,
                "brought": brought, "detail": storable(detail), "address": storable(address)[:60],
            })  # fmt: skip

    def _take_turn(self, c: Cursor) -> None:
        """On PostgreSQL, let whoever waits for all writers know of this one, until its line is kept."""
        if self.store.kind == "postgresql":
            c.rows("SELECT pg_advisory_xact_lock_shared(?)", (ORDER_OF_LINES,))

    def try_out(self) -> None:
        """``LogUnavailable`` where no line could be added now, as far as can be told without one."""
        with self.transaction(writes=True) as c:
            c.rows("SELECT 1 FROM access_lines LIMIT 1")

    def lines(
        self, *, before: Mark | None = None, limit: int | None = None, asked: Asked | None = None, **filters: str
    ) -> Iterator[Line]:
        """The lines that pass the filters (see ``Asked``), latest first; ``limit`` None: all of them, some at a time."""
        wanted, left = replace(asked or Asked(), **filters), limit  # type: ignore[arg-type]
        while left is None or left > 0:
            size = AT_ONCE if left is None else min(AT_ONCE, left)
            with self.transaction() as c:
                found = access_search.lines(c, self.sealing, wanted, before, size)
            yield from found
            if len(found) < size:
                return
            before, left = found[-1].mark, None if left is None else left - size

    def latest(self, action: Action, since: datetime) -> dict[str, datetime]:
        """User name -> when they last did this, among the lines from an instant on."""
        with self.transaction() as c:
            return access_search.latest(c, action, since)

    def settled(self) -> int:
        """The number of a line up to which no other comes any more; 0 where there is none.

        On PostgreSQL numbers are given before lines are kept: this waits for all writers that have begun.
        """
        with self.transaction() as c:
            if self.store.kind == "postgresql":
                c.rows("SELECT pg_advisory_xact_lock(?)", (ORDER_OF_LINES,))
            return int(c.rows("SELECT coalesce(max(number), 0) FROM access_lines")[0][0])

    def after(self, number: int, until: int, limit: int) -> list[tuple[Line, tuple[str, ...] | None]]:
        """Up to ``limit`` lines after a number and up to another, by number; with the list of cases where it is a new one."""
        with self.transaction() as c:
            return access_search.after(c, self.sealing, number, until, limit)

    def cases_of(self, digest: str) -> tuple[str, ...]:
        """The cases of a list, by its digest in hex; empty where there is no such list."""
        with self.transaction() as c:
            return cases_of(c, digest)

    def showed(self, username: str, digest: str) -> bool:
        """Whether some line of this account names this list."""
        with self.transaction() as c:
            found = c.rows(
                "SELECT 1 FROM access_lines AS l JOIN access_lists AS c ON c.number = l.list "
                "WHERE c.digest = ? AND l.username = ? LIMIT 1", (_bytes(digest), username),
            )  # fmt: skip
        return bool(found)

    def forget(self, month: str) -> bool:
        """Forget what was searched for in a month (``2026-11``); whether there was anything."""
        with self.transaction(writes=True) as c:
            done = access_seals.forget(c, month)
        self.store.overwrite()
        return done

    def _actor(self, who: Account | Actor | str) -> Actor:
        if isinstance(who, Actor):
            return who
        if isinstance(who, Account):
            return Actor(who.username, who.name)
        return Actor(who) if self._is_account(who) else UNKNOWN


def cases_of(c: Cursor, digest: str) -> tuple[str, ...]:
    found = c.rows("SELECT cases FROM access_lists WHERE digest = ?", (_bytes(digest),))
    return tuple(found[0][0].split("\n")) if found else ()


_CASE = re.compile(rf"\b{CASE}\b")


def storable(text: str) -> str:
    """A text as both databases keep it, without cases, and no longer than a line takes."""
    text = _CASE.sub("<case>", text)
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()[:LONGEST_TEXT]


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
