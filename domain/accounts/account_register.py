"""The register: the accounts that may sign in, and the settings of the site, in the database of the files."""

import weakref
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.accounts.access_log import AccessLog
from domain.accounts.roles import Account
from domain.entries.tidy_text import words
from domain.store.database import Database
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
)

_settings = sa.Table(
    "settings",
    _tables,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


class NoSuchAccount(KeyError):
    """There is no account of this user name."""


class AccountExists(ValueError):
    """There is already an account of this user name."""


class AccountRegister:
    """The accounts and settings of one database, with its access ``log``. Threads may share it; make it after a fork.

    On SQLite its tables are created here; on PostgreSQL only with ``prepare``.
    """

    def __init__(self, address: str, *, prepare: bool = False):
        database = Database.at(address)
        self.engine = engine_of(database)
        self.log = AccessLog(self.engine)
        weakref.finalize(self, self.engine.dispose)
        if prepare or database.kind == "sqlite":
            with self.engine.begin() as c:
                for table in _tables.sorted_tables:
                    c.execute(sa.schema.CreateTable(table, if_not_exists=True))
            self.log.prepare(database.kind)

    def close(self) -> None:
        self.engine.dispose()

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with self.engine.connect() as c:
            rows = c.execute(sa.select(_accounts).order_by(_accounts.c.name, _accounts.c.username)).mappings()
            return [_account(row) for row in rows]

    def account(self, username: str) -> Account:
        """The account of this user name, disabled or not; ``NoSuchAccount``."""
        return _account(self._row(username))

    def open_account(self, username: str) -> Account | None:
        """The account of this user name, for somebody who may sign in; None where there is none or it is closed."""
        try:
            found = self.account(username)
        except NoSuchAccount:
            return None
        return None if found.disabled else found

    def password(self, username: str) -> str:
        """The argon2 hash of the password; empty where none was set. ``NoSuchAccount``."""
        return str(self._row(username)["password"])

    def calendar(self, username: str) -> str:
        """The secret part of the address of the account's calendar; empty where it has none. ``NoSuchAccount``."""
        return str(self._row(username)["calendar"])

    def add(self, account: Account, password: str = "") -> None:
        """Add an account. ``password``: the hash of its password, empty for none. ``AccountExists``."""
        try:
            with self.engine.begin() as c:
                c.execute(sa.insert(_accounts).values(_values(account) | {"password": password, "calendar": ""}))
        except IntegrityError:
            raise AccountExists(f"there is already an account '{account.username}'") from None

    def change(self, account: Account) -> None:
        """Store the account as given, but for its password. A user name cannot change. ``NoSuchAccount``."""
        self._update(account.username, _values(account))

    def set_password(self, username: str, password: str, *, must_change: bool) -> None:
        """Store the hash of a new password. ``NoSuchAccount``."""
        self._update(username, {"password": password, "must_change": must_change})

    def set_calendar(self, username: str, mark: str) -> None:
        """Give the account's calendar a new address; the old address no longer works. ``NoSuchAccount``."""
        self._update(username, {"calendar": mark})

    def setting(self, name: str, default: str) -> str:
        """The value of a setting. Where it has none yet, ``default`` is stored as its value."""
        wanted = sa.select(_settings.c.value).where(_settings.c.name == name)
        with self.engine.begin() as c:
            if c.execute(wanted).first() is None:
                c.execute(_insert_or_leave(self.engine).values(name=name, value=default))
            return str(c.execute(wanted).scalar_one())

    def _row(self, username: str) -> Any:
        with self.engine.connect() as c:
            row = c.execute(sa.select(_accounts).where(_accounts.c.username == username)).mappings().one_or_none()
        if row is None:
            raise NoSuchAccount(username)
        return row

    def _update(self, username: str, values: dict[str, Any]) -> None:
        with self.engine.begin() as c:
            if c.execute(sa.update(_accounts).where(_accounts.c.username == username).values(values)).rowcount == 0:
                raise NoSuchAccount(username)


def _insert_or_leave(engine: sa.Engine) -> Any:
    """An INSERT of a setting that leaves one that is there already as it is."""
    return insert_into(engine, _settings).on_conflict_do_nothing()


def _account(row: Any) -> Account:
    """The account of a row. Names are tidied as those of entries are, which they are compared with."""
    return Account(
        username=row["username"],
        name=words(row["name"]),
        role=row["role"],
        places=tuple(map(words, row["places"])),
        inspections=tuple(row["inspections"]),
        grade=row["grade"],
        disabled=row["disabled"],
        must_change=row["must_change"],
    )


def _values(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "name": account.name,
        "role": account.role,
        "places": list(account.places),
        "inspections": list(account.inspections),
        "grade": account.grade,
        "disabled": account.disabled,
        "must_change": account.must_change,
    }
