"""The register: the accounts that may sign in, and the settings of the site, in the database of the files."""

import secrets
import weakref
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.accounts import (
    account_names,
    calendar_addresses,
    identities,
    second_factors,
    sign_in_sessions,
    sign_in_tries,
)
from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.account_names import NO_NAMES, AccountNames, bind_name, keep_name, names_of
from domain.accounts.account_rules import keys_taken
from domain.accounts.account_tables import create_table, require_tables
from domain.accounts.calendar_addresses import CalendarAddresses
from domain.accounts.identities import Identities
from domain.accounts.outside_key import OutsideKey, outside_key
from domain.accounts.password_hashes import sealed_older
from domain.accounts.requests import Requests
from domain.accounts.roles import Account
from domain.accounts.second_factors import SecondFactors
from domain.accounts.sign_in_sessions import Sessions
from domain.accounts.sign_in_tries import SignInTries
from domain.entries.tidy_text import words
from domain.store.database import Database, guards
from domain.store.engines import engine_of, insert_into

_tables = sa.MetaData()

_accounts = sa.Table(
    "accounts",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.Column("inspections", sa.JSON, nullable=False),
    sa.Column("grade", sa.String(40)),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("password", sa.String(400), nullable=False),
    sa.Column("calendar", sa.String(100), nullable=False),
    sa.Column("staff", sa.JSON, nullable=True),
    sa.Column("until", sa.String(10), nullable=True),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
)
"""``staff`` is NULL for an account of an older version, until ``_settle_staff`` has settled it."""

_settings = sa.Table(
    "settings",
    _tables,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


_TABLES = (
    _tables, account_names.tables, sign_in_sessions.tables, sign_in_tries.tables, second_factors.tables, identities.tables,
    calendar_addresses.tables,
)  # fmt: skip

KEY_OF_BEFORE = "secret key"
"""The setting in which older versions kept the key of cookies; it is deleted."""


class NoSuchAccount(KeyError):
    """There is no account of this user name."""


class AccountExists(ValueError):
    """There is already an account of this user name."""


class KeyTaken(ValueError):
    """A staff key already names another account."""


class StaleAccount(ValueError):
    """The account was changed by somebody else meanwhile."""


class AccountRegister:
    """The accounts and settings of one database, with its access ``log`` and the ``requests`` about them.

    Threads may share it; make it after a fork. On SQLite its tables are created here; on PostgreSQL only with ``prepare``,
    and ``NotPrepared`` where that has not been done by this version.
    """

    def __init__(self, address: str, *, prepare: bool = False):
        database = Database.at(address)
        self.engine = engine_of(database)
        self.requests = Requests(self.engine)
        self.log = AccessLog(database, key=partial(_log_key, self.engine), is_account=partial(_has, self.engine))
        weakref.finalize(self, self.engine.dispose)
        if prepare or database.kind == "sqlite":
            with self.engine.begin() as c:
                for table in _tables_of_accounts():
                    create_table(c, table)
                keys, never = (("rowid",), ("username", "name")), "the names of accounts are never changed"
                for guard in guards(database.kind, "account_names", never, *keys):
                    c.execute(sa.text(guard))
                _settle_staff(c)
                _forget_secrets(c)
            self.requests.prepare(database.kind)
            with suppress(*(() if prepare else (LogUnavailable,))):  # a site without its log starts, and shows nothing
                self.log.prepare()
        else:
            require_tables(database, self.engine, _tables_of_accounts())

    @cached_property
    def key(self) -> OutsideKey:
        """The outside key of this record; ``KeyUnusable``. The database holds no more than the record's id, by chance."""
        return _outside_key(self.engine)

    def key_changed(self) -> bool:
        """Whether the outside key is another than the one in use before, by a mark of it in the settings.

        The mark is that of the first key, until people were let in again under another: so the right key, put back, is right.
        """
        mark = self.key.mark("this key")
        return self.setting("key mark", mark) != mark

    def take_key(self) -> None:
        """Note that the outside key is the one in use from now on."""
        mark = self.key.mark("this key")
        if self.setting("key mark", mark) != mark:
            with self.engine.begin() as c:
                c.execute(sa.update(_settings).where(_settings.c.name == "key mark").values(value=mark))

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.engine, self)

    @property
    def tries(self) -> SignInTries:
        return SignInTries(self.engine)

    @property
    def factors(self) -> SecondFactors:
        return SecondFactors(self.engine, self.key)

    @property
    def identities(self) -> Identities:
        return Identities(self.engine, self.key)

    @property
    def calendars(self) -> CalendarAddresses:
        return CalendarAddresses(self.engine, self.key)

    def close(self) -> None:
        self.engine.dispose()
        self.log.close()

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with self.engine.connect() as c:
            rows = c.execute(sa.select(_accounts).order_by(_accounts.c.name, _accounts.c.username)).mappings().all()
            names = names_of(c)
            return [_account(row, names) for row in rows]

    def account(self, username: str) -> Account:
        """The account of this user name, disabled or not; ``NoSuchAccount``."""
        with self.engine.connect() as c:
            return _account(_row(c, username), names_of(c, username))

    def open_account(self, username: str, day: date) -> Account | None:
        """The account of this user name, for somebody who may sign in on this day.

        None where there is none, it is closed, or its last day is over.
        """
        try:
            found = self.account(username)
        except NoSuchAccount:
            return None
        return found if found.may_sign_in(day) else None

    def password(self, username: str) -> str:
        """The argon2 hash of the password; empty where none was set. ``NoSuchAccount``."""
        return str(self._row(username)["password"])

    def add(self, account: Account, password: str = "") -> None:
        """Add an account. ``password``: the hash of its password, empty for none. ``AccountExists``, ``KeyTaken``."""
        try:
            with self.engine.begin() as c:
                c.execute(sa.insert(_accounts).values(account_values(account) | {"password": password, "calendar": ""}))
                self._called(c, account)
        except IntegrityError:
            raise AccountExists(f"there is already an account '{account.username}'") from None

    def change(self, account: Account) -> None:
        """Store the account as given, but for its password. A user name cannot change.

        Closing it or changing its role ends its sessions and its calendar address.

        ``account.revision`` is that of the account as it was read: ``StaleAccount`` where it was changed meanwhile.
        ``NoSuchAccount``, ``KeyTaken``.
        """
        standing = self._row(account.username)
        same = sa.and_(_accounts.c.username == account.username, _accounts.c.revision == account.revision)
        with self.engine.begin() as c:
            values = account_values(account) | {"revision": account.revision + 1}
            if c.execute(sa.update(_accounts).where(same).values(values)).rowcount == 0:
                raise StaleAccount(f"the account '{account.username}' was changed by somebody else meanwhile")
            if account.disabled or account.role != standing["role"]:
                sign_in_sessions.end_sessions(c, account.username)
                calendar_addresses.end_address(c, account.username)
            self._called(c, account)

    def check_new(self, account: Account) -> None:
        """``AccountExists`` or ``KeyTaken`` where this account cannot be added."""
        if _has(self.engine, account.username):
            raise AccountExists(f"there is already an account '{account.username}'")
        self.check_keys(account)

    def check_keys(self, account: Account) -> None:
        """``KeyTaken`` where one of its staff keys is another account's."""
        if taken := keys_taken(account, self.accounts()):
            raise KeyTaken(f"'{taken[0]}' already names another account")

    def bind_name(self, name: str, username: str) -> None:
        """Say whom a printed name in older limits of access means: this account alone. ``NoSuchAccount``."""
        with self.engine.begin() as c:
            _row(c, username)
            bind_name(c, name, username)

    def _called(self, c: sa.Connection, account: Account) -> None:
        """Keep the account's name among those that it ever had; ``KeyTaken`` where one of its staff keys is another's."""
        if self.engine.dialect.name == "postgresql":
            c.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('caseaudit accounts'))"))
        rows = c.execute(sa.select(_accounts)).mappings()
        if taken := keys_taken(account, (_account(row, NO_NAMES) for row in rows)):
            raise KeyTaken(f"'{taken[0]}' already names another account")
        keep_name(c, account.username, account.name)

    def take_over_passwords(self) -> list[str]:
        """Seal the password hashes of an older version, which had no outside key, so that they can be used once more.

        Nothing else makes them usable: a hash that somebody wrote into the database signs nobody in. The user names.
        """
        for username in (older := self.older_passwords()):
            kept = self.password(username)
            self.make_anew(username, kept, sealed_older(self.key, username, kept))
        return older

    def older_passwords(self) -> list[str]:
        """The user names whose password hash is of an older version and not taken over."""
        older = sa.select(_accounts.c.username).where(_accounts.c.password.startswith("$argon2"))
        with self.engine.connect() as c:
            return list(c.execute(older.order_by(_accounts.c.username)).scalars())

    def make_anew(self, username: str, kept: str, password: str) -> None:
        """Store another hash of the same password, in place of ``kept``."""
        same = sa.and_(_accounts.c.username == username, _accounts.c.password == kept)
        with self.engine.begin() as c:
            c.execute(sa.update(_accounts).where(same).values(password=password))

    def set_password(self, username: str, password: str, *, must_change: bool) -> None:
        """Store the hash of a new password, which ends every session of the account. ``NoSuchAccount``."""
        values = {"password": password, "must_change": must_change}
        with self.engine.begin() as c:
            if c.execute(sa.update(_accounts).where(_accounts.c.username == username).values(values)).rowcount == 0:
                raise NoSuchAccount(username)
            sign_in_sessions.end_sessions(c, username)

    def setting(self, name: str, default: str) -> str:
        """The value of a setting. Where it has none yet, ``default`` is stored as its value."""
        return _setting(self.engine, name, default)

    def _row(self, username: str) -> Any:
        with self.engine.connect() as c:
            return _row(c, username)


def _tables_of_accounts() -> list[sa.Table]:
    return [table for tables in _TABLES for table in tables.sorted_tables]


def _has(engine: sa.Engine, username: str) -> bool:
    """Whether there is an account of this user name, open or closed."""
    with engine.connect() as c:
        return c.execute(sa.select(_accounts.c.username).where(_accounts.c.username == username)).first() is not None


def _setting(engine: sa.Engine, name: str, default: str) -> str:
    wanted = sa.select(_settings.c.value).where(_settings.c.name == name)
    with engine.begin() as c:
        if c.execute(wanted).first() is None:
            c.execute(_insert_or_leave(engine).values(name=name, value=default))
        return str(c.execute(wanted).scalar_one())


def _outside_key(engine: sa.Engine) -> OutsideKey:
    return outside_key(_setting(engine, "record", secrets.token_hex(16)))


def _log_key(engine: sa.Engine) -> bytes:
    """The key that the access log seals searches under."""
    return _outside_key(engine).derive("access log months")


def _insert_or_leave(engine: sa.Engine) -> Any:
    """An INSERT of a setting that leaves one that is there already as it is."""
    return insert_into(engine, _settings).on_conflict_do_nothing()


def _row(c: sa.Connection, username: str) -> Any:
    row = c.execute(sa.select(_accounts).where(_accounts.c.username == username)).mappings().one_or_none()
    if row is None:
        raise NoSuchAccount(username)
    return row


def _forget_secrets(c: sa.Connection) -> None:
    """Delete what older versions kept in the clear: the key of cookies, and the addresses of calendars."""
    key = _settings.c.name == KEY_OF_BEFORE
    if c.execute(sa.select(_settings.c.name).where(key)).first():  # look first: a write would wait for other writers
        c.execute(sa.delete(_settings).where(key))
    if c.execute(sa.select(_accounts.c.username).where(_accounts.c.calendar != "")).first():
        c.execute(sa.update(_accounts).values(calendar=""))


def _settle_staff(c: sa.Connection) -> None:
    """Give the accounts of an older version their staff key: the printed name, by which they reached cases until now.

    Where several accounts have one name, it is nobody's key until somebody says whose.
    """
    rows = [(row.username, words(row.name), row.staff) for row in c.execute(sa.select(_accounts))]
    older = [(username, name) for username, name, staff in rows if staff is None]
    times = Counter(name for _, name, _ in rows)
    for username, name in older:
        keep_name(c, username, name)
        staff = [name] if times[name] == 1 else []
        c.execute(sa.update(_accounts).where(_accounts.c.username == username).values(staff=staff))


def account_of(values: Mapping[str, Any], revision: int) -> Account:
    """The account of such values."""
    return _account({**values, "revision": revision}, NO_NAMES)


def _account(row: Any, names: AccountNames) -> Account:
    """The account of a row. Names are tidied as those of entries are, which they are compared with."""
    staff = tuple(map(words, row["staff"] or ()))
    return Account(
        username=row["username"],
        name=words(row["name"]),
        role=row["role"],
        places=tuple(map(words, row["places"])),
        inspections=tuple(row["inspections"]),
        grade=row["grade"],
        disabled=row["disabled"],
        must_change=row["must_change"],
        staff=staff,
        until=None if row["until"] is None else date.fromisoformat(row["until"]),
        revision=row["revision"],
        names=names.of(row["username"], staff),
    )


def account_values(account: Account) -> dict[str, Any]:
    """The account as JSON can hold it, but for its revision and its names."""
    return {
        "username": account.username,
        "name": account.name,
        "role": account.role,
        "places": list(account.places),
        "inspections": list(account.inspections),
        "grade": account.grade,
        "disabled": account.disabled,
        "must_change": account.must_change,
        "staff": list(account.staff),
        "until": None if account.until is None else account.until.isoformat(),
    }
