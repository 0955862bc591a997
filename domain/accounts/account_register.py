"""The register: the accounts that may sign in, and the settings of the site, in the database of the files."""

import secrets
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa

from domain.accounts import (
    older_accounts,
    sign_in_sessions,
)
from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.account_rows import accounts as _accounts
from domain.accounts.api_calls import ApiCalls
from domain.accounts.api_tokens import ApiTokens
from domain.accounts.calendar_addresses import CalendarAddresses
from domain.accounts.identities import Identities
from domain.accounts.kept_accounts import KeptAccounts, NoSuchAccount
from domain.accounts.password_hashes import sealed_older
from domain.accounts.requests import Requests
from domain.accounts.roles import Account, Client
from domain.accounts.second_factors import SecondFactors
from domain.accounts.sign_in_sessions import Sessions
from domain.accounts.sign_in_tries import SignInTries
from domain.destinations.destinations import Destinations
from domain.entries.tidy_text import words
from domain.outside_key import OutsideKey, outside_key
from domain.store.database import Database, NotPrepared
from domain.store.engines import engine_of, insert_into
from domain.store.record_state import check_engine
from domain.store.table_steps import ACCESS_LOG, REGISTER
from domain.working.digests import Digests
from domain.working.drafts import Drafts
from domain.working.kept_files import KeptFiles
from domain.working.recent_cases import RecentCases
from domain.working.seen_marks import SeenMarks
from domain.working.snoozes import Snoozes

_tables = sa.MetaData()

_settings = sa.Table(
    "settings",
    _tables,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

KEY_OF_BEFORE = "secret key"
"""The setting in which older versions kept the key of cookies; it is deleted."""


class AccountRegister(KeptAccounts):
    """The accounts and settings of one database, with its access ``log`` and the ``requests`` about them.

    Threads may share it; make it after a fork. On SQLite its tables are brought up here; on PostgreSQL only with ``prepare``,
    and ``NotPrepared`` where that has not been done by this version.
    """

    def __init__(self, address: str, *, prepare: bool = False):
        database = Database.at(address)
        super().__init__(engine_of(database), address)
        self.requests = Requests(self.engine, partial(_outside_key, self.engine))
        self.log = AccessLog(database, key=partial(_log_key, self.engine), is_account=partial(_has, self.engine))
        weakref.finalize(self, self.engine.dispose)
        check_engine(database, self.engine)
        if prepare or database.kind == "sqlite":
            REGISTER.bring_up(database, self.engine)
            with self.engine.begin() as c:
                _forget_secrets(c)
            self.requests.guard(database.kind)
            if not older_accounts.is_entered(self.engine):
                older_accounts.enter_older(self.engine, self.files)
            with suppress(*(() if prepare else (LogUnavailable,))):  # a site without its log starts, and shows nothing
                self.log.prepare()
        else:
            for steps in (REGISTER, ACCESS_LOG):
                steps.require(database, self.engine)
            if not older_accounts.is_entered(self.engine):
                raise NotPrepared(f"{database} was prepared by an older caseaudit: run `caseaudit migrate` first")

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

    @property
    def tokens(self) -> ApiTokens:
        return ApiTokens(self.engine, self.key)

    @property
    def calls(self) -> ApiCalls:
        return ApiCalls(self.engine)

    @property
    def kept_files(self) -> KeptFiles:
        return KeptFiles(self.engine, self.key)

    @property
    def recent_cases(self) -> RecentCases:
        return RecentCases(self.engine)

    @property
    def digests(self) -> Digests:
        return Digests(self.engine, self.key)

    @property
    def destinations(self) -> Destinations:
        return Destinations(self.engine, self.key)

    @property
    def seen(self) -> SeenMarks:
        return SeenMarks(self.engine)

    @property
    def snoozes(self) -> Snoozes:
        return Snoozes(self.engine)

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.engine, self.key)

    def forget(self, crn: str) -> None:
        """Delete what working papers hold of an erased person."""
        self.seen.forget(crn)
        self.drafts.forget(crn)
        self.recent_cases.forget(crn)
        self.snoozes.forget(crn)
        self.kept_files.forget_all()

    def close(self) -> None:
        super().close()
        self.log.close()

    def password(self, username: str) -> str:
        """The argon2 hash of the password; empty where none was set. ``NoSuchAccount``."""
        return str(self._row(username)["password"])

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


def account_of(values: Mapping[str, Any], revision: int) -> Account:
    """The account of such values. Names are tidied as those of entries are, which they are compared with."""
    return Account(
        username=values["username"],
        name=words(values["name"]),
        role=values["role"],
        places=tuple(map(words, values["places"])),
        inspections=tuple(values["inspections"]),
        grade=values["grade"],
        disabled=values["disabled"],
        must_change=values["must_change"],
        staff=tuple(map(words, values["staff"])),
        until=None if values["until"] is None else date.fromisoformat(values["until"]),
        revision=revision,
        rights=tuple(values.get("rights", ())),
        place_level=values.get("place_level"),
        source=values.get("source"),
        client=Client(**values["client"]) if values.get("client") else None,
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
        "rights": list(account.rights),
        "place_level": account.place_level,
        "source": account.source,
        "client": None if account.client is None else asdict(account.client),
    }
