"""Accounts: each made and changed by an entry of the record's log, of which the table of accounts is made.

The log comes first, then the row. A row that is behind is brought up at the next look, one that is gone is made again (without
its password). A row that is anything else than what the log says signs nobody in: somebody wrote past the log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from threading import Lock
from typing import Any, NamedTuple

import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from domain.accounts import account_rows, api_tokens, calendar_addresses, sign_in_sessions
from domain.accounts.account_rules import client_taken, keys_taken
from domain.accounts.logged_accounts import FILE, LOG, Logged, LoggedAccounts
from domain.accounts.roles import Account
from domain.entries.register_entries import AccountSet, ClientNamed, NameBound, RegisterEntry
from domain.entries.tidy_text import words
from domain.store.application import Files
from domain.store.database import Database
from domain.store.engines import DatabaseError
from domain.store.stored_by import StoredBy


class NoSuchAccount(KeyError):
    """There is no account of this user name."""


class AccountExists(ValueError):
    """There is already an account of this user name."""


class KeyTaken(ValueError):
    """A staff key, or a client of the organisation's sign-in, already names another account."""


class ClientTaken(KeyTaken):
    """It is the client."""


class StaleAccount(ValueError):
    """The account was changed by somebody else meanwhile."""


class AccountDiffers(StaleAccount):
    """The row of the account is not what the record says; it is to be restored first."""


class By(NamedTuple):
    """Who makes or changes an account, as the log keeps it. ``actor``: a user name, or the operator in words.

    ``asked_by``, ``request``: who asked for it, and the number of the request, where ``actor`` confirmed it.
    """

    actor: str
    at: datetime
    asked_by: str | None = None
    request: int | None = None


DIFFERENT = "its row in the table of accounts is not what the record says; `caseaudit users restore` makes it so"
UNLOGGED = "it stands in the table of accounts, and no entry of the record has made it"


class KeptAccounts:
    """The accounts of one database, read by ``engine``; entries are stored by files of its own."""

    def __init__(self, engine: sa.Engine, address: str):
        self.engine, self._address = engine, address
        self._logged, self._said = LoggedAccounts(engine), set[str]()
        self._opened: list[Files] = []
        self._opening = Lock()

    @property
    def files(self) -> Files:
        """The files of the record, opened at the first use."""
        with self._opening:
            if not self._opened:
                self._opened.append(Files.open(Database.at(self._address).existing().address))
            return self._opened[0]

    def close(self) -> None:
        self.engine.dispose()
        for files in self._opened:
            files.close()

    def accounts(self) -> list[Account]:
        """All accounts, by name. One whose row is not what the log says ``differs``."""
        with self.engine.connect() as c:
            rows, logged = account_rows.rows_of(c), self._logged.read(c)
        found = [self._checked(name, rows.get(name, ()), logged) for name in logged.accounts]
        return sorted(found, key=lambda one: (one.name, one.username))

    def account(self, username: str) -> Account:
        """The account of this user name, whether it may sign in or not; ``NoSuchAccount``."""
        return self._checked(username, *self._read(username))

    def open_account(self, username: str, day: date) -> Account | None:
        """The account of this user name, for somebody who may sign in on this day.

        None where there is none, it is closed, its last day is over, or its row is not what the log says.
        """
        try:
            found = self.account(username)
        except NoSuchAccount:
            return None
        return found if found.may_sign_in(day) else None

    def open_machine(self, username: str, day: date) -> Account | None:
        """The machine account of this user name, where it may be used on this day."""
        try:
            found = self.account(username)
        except NoSuchAccount:
            return None
        return found if found.is_machine and found.is_open(day) else None

    def differences(self) -> Mapping[str, str]:
        """User name -> what is wrong with its row, for every row that signs nobody in whatever else it says."""
        with self.engine.connect() as c:
            rows, logged = account_rows.rows_of(c), self._logged.read(c)
        found = {}
        for name in sorted({*rows, *logged.accounts, *logged.unread}):
            state = _state(name, rows.get(name, ()), logged)
            if fault := _fault(name, rows.get(name, ()), logged, state):
                found[name] = fault
        return found

    def add(self, account: Account, password: str = "", *, by: By | None = None) -> None:
        """Make an account. ``password``: the hash of its password, empty for none. ``by``: None for an operator, now.

        ``AccountExists``, ``KeyTaken``.
        """
        _, logged = self._read(account.username)
        if account.username in logged.accounts:
            raise AccountExists(f"there is already an account '{account.username}'")
        by = by or self._operator()
        made = _entry(account, 0, [words(account.name)], by)
        try:
            self._enter(made.username, logged, made, by, lambda now: self._check_keys(account, now))
        except IntegrityError:
            raise AccountExists(f"there is already an account '{account.username}'") from None
        with self.engine.begin() as c:
            account_rows.put(c, made, password=password, must_change=account.must_change)

    def change(self, account: Account, *, by: By | None = None) -> None:
        """Make the account what is given. A user name cannot change, and the password is not changed here.

        Closing it or changing its role ends its sessions, its tokens and its calendar address.

        ``account.revision`` is that of the account as it was read: ``StaleAccount`` where it was changed meanwhile,
        ``AccountDiffers`` where its row is not what the log says. ``NoSuchAccount``, ``KeyTaken``.
        """
        rows, logged = self._read(account.username)
        if self._checked(account.username, rows, logged).differs:
            raise AccountDiffers(f"the account '{account.username}': {DIFFERENT}")
        before, by = logged.accounts[account.username][-1], by or self._operator()
        names = list(dict.fromkeys((*before.names, words(account.name))))
        fact = _entry(account, account.revision + 1, names, by)

        def check(now: Logged) -> None:
            if now.accounts[account.username][-1].revision != account.revision:
                raise StaleAccount(f"the account '{account.username}' was changed by somebody else meanwhile")
            self._check_keys(account, now)

        check(logged)
        try:
            self._enter(account.username, logged, fact, by, check)
        except IntegrityError:
            raise StaleAccount(f"the account '{account.username}' was changed by somebody else meanwhile") from None
        self._level(fact, before)

    def check_new(self, account: Account) -> None:
        """``AccountExists`` or ``KeyTaken`` where this account cannot be added."""
        _, logged = self._read(account.username)
        if account.username in logged.accounts:
            raise AccountExists(f"there is already an account '{account.username}'")
        self._check_keys(account, logged)

    def machine_of(self, issuer: str, client: str) -> Account | None:
        """The machine account that is this client of the organisation's sign-in, whether it may be used or not."""
        with self.engine.connect() as c:
            logged = self._logged.read(c)
        for username, made in logged.made.items():
            named = made.account.client
            if named is not None and (named.issuer, named.id) == (issuer, client):
                return self.account(username)
        return None

    def check_keys(self, account: Account) -> None:
        """``KeyTaken`` where one of its staff keys, or its client, is another account's."""
        self._check_keys(account, self._read(account.username)[1])

    def bind_name(self, name: str, username: str, *, by: By | None = None) -> None:
        """Say whom a printed name in older limits of access means: this account alone. ``NoSuchAccount``."""
        by = by or self._operator()
        fact = NameBound(at=by.at, name=words(name), asked_by=by.asked_by, request=by.request)
        if username not in self._read(username)[1].accounts:
            raise NoSuchAccount(username)
        self.files.enter(f"{FILE}{username}", fact, actor=by.actor)

    def restore(self, username: str) -> None:
        """Make the row of an account what the log says, whatever stands there; its sessions end. ``NoSuchAccount``."""
        entries = self._read(username)[1].accounts.get(username)
        if not entries:
            raise NoSuchAccount(username)
        with self.engine.begin() as c:
            account_rows.put(c, entries[-1])
            sign_in_sessions.end_sessions(c, username)

    def _read(self, username: str) -> tuple[Sequence[Any], Logged]:
        """The rows of a user name, and then the log: it is never behind a row that was written by the rules."""
        with self.engine.connect() as c:
            rows = account_rows.rows_of(c, username).get(username, ())
            return rows, self._logged.read(c)

    def _checked(self, username: str, rows: Sequence[Any], logged: Logged) -> Account:
        """The account as the log has it, its row brought up if it is behind; ``NoSuchAccount`` where the log has none."""
        state = _state(username, rows, logged)
        fault = _fault(username, rows, logged, state)
        if fault:
            self._say(username, fault)
        if username not in logged.made:
            raise NoSuchAccount(username)
        if state in ("behind", "missing"):
            entries = logged.accounts[username]
            self._level(entries[-1], entries[-2] if entries[1:] else None)
        found, waits = logged.made[username].account, account_rows.must_change(rows)
        return replace(found, must_change=waits, differs=bool(fault)) if waits or fault else found

    def _level(self, fact: AccountSet, before: AccountSet | None) -> None:
        """Bring the row up to the log. Where it cannot be written now, the next look does so."""
        try:
            with self.engine.begin() as c:
                account_rows.level(c, fact)
                if fact.disabled or before is None or fact.role != before.role:
                    sign_in_sessions.end_sessions(c, fact.username)
                    calendar_addresses.end_address(c, fact.username)
                    api_tokens.end_tokens(c, fact.username, fact.at)
        except DatabaseError as error:
            LOG.warning(
                "the row of the account %s is behind, and cannot be brought up: %s", fact.username, type(error).__name__
            )

    def _enter(
        self, username: str, logged: Logged, fact: RegisterEntry, by: By, check: Callable[[Logged], None]
    ) -> None:
        """Store an entry of an account, unless ``check`` refuses it by the accounts as they are at that moment."""

        def at_last() -> None:
            with self.engine.connect() as c:
                check(self._logged.read(c))

        number = logged.lengths.get(username, 0) + 1
        self.files.enter_all([(f"{FILE}{username}", number, fact)], actor=by.actor, check=at_last)

    def _check_keys(self, account: Account, logged: Logged) -> None:
        every = [made.account for made in logged.made.values()]
        if taken := keys_taken(account, every):
            raise KeyTaken(f"'{taken[0]}' already names another account")
        if account.client is not None and client_taken(account, every):
            raise ClientTaken(f"the client '{account.client.id}' already is another account")

    def _operator(self) -> By:
        return By(str(StoredBy(operator="a program")), self.files.recorder.clock())

    def _say(self, username: str, fault: str) -> None:
        """Write a fault into the error log, once for each process."""
        if username not in self._said:
            self._said.add(username)
            LOG.error("the account %s signs nobody in: %s", username, fault)


def _state(username: str, rows: Sequence[Any], logged: Logged) -> account_rows.State:
    made = logged.made.get(username)
    return account_rows.state_of(rows, logged.accounts.get(username, ()), None if made is None else made.row)


def _fault(username: str, rows: Sequence[Any], logged: Logged, state: account_rows.State) -> str:
    """What is wrong with the rows of a user name, in words; empty where they are what the log says, or behind it."""
    if username in logged.unread:
        return "an entry of it in the record cannot be read: run `caseaudit verify`"
    if state == "unlogged":
        return UNLOGGED if rows else ""
    return DIFFERENT if state == "different" else ""


def _entry(account: Account, revision: int, names: list[str], by: By) -> AccountSet:
    """The entry that makes an account what it is. Names are tidied as those of cases are, which they are compared with."""
    return AccountSet(
        at=by.at, username=account.username, name=words(account.name), role=account.role,
        places=list(map(words, account.places)), inspections=list(account.inspections), grade=account.grade,
        disabled=account.disabled, staff=list(map(words, account.staff)), until=account.until, revision=revision, names=names,
        asked_by=by.asked_by, request=by.request, rights=list(account.rights), place_level=account.place_level,
        source=account.source, client=None if account.client is None else ClientNamed(**asdict(account.client)),
    )  # fmt: skip
