"""The printed names of accounts: every name that one ever had, and whose a name in older limits of access is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from domain.entries.tidy_text import words
from domain.store.engines import insert_into

tables = sa.MetaData()

_names = sa.Table(
    "account_names",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(200), primary_key=True),
)
"""Every printed name that an account ever had. Append-only."""

_bound_names = sa.Table(
    "bound_names",
    tables,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
)
"""Which account a printed name in older limits of access means, where two people have said so."""


def keep_name(c: sa.Connection, username: str, name: str) -> None:
    """Keep a name among those that an account ever had."""
    named = {"username": username, "name": words(name)}
    if c.execute(sa.select(_names.c.name).filter_by(**named)).first() is None:
        c.execute(sa.insert(_names).values(named))


class AccountNames(NamedTuple):
    """``ever``: account -> the printed names that it ever had. ``bound``: name -> the only account that it means."""

    ever: Mapping[str, Sequence[str]]
    bound: Mapping[str, str]

    def of(self, username: str, staff: Iterable[str]) -> tuple[str, ...]:
        """The names and staff keys by which older limits of access may mean an account."""
        own = (name for name, meant in self.bound.items() if meant == username)
        had = (name for name in (*self.ever.get(username, ()), *staff) if self.bound.get(name, username) == username)
        return tuple(dict.fromkeys((*had, *own)))


def names_of(c: sa.Connection, username: str | None = None) -> AccountNames:
    """The names of accounts (None: of all)."""
    query = sa.select(_names.c.username, _names.c.name).order_by(_names.c.name)
    ever: dict[str, list[str]] = {}
    for who, name in c.execute(query if username is None else query.where(_names.c.username == username)):
        ever.setdefault(who, []).append(name)
    return AccountNames(ever, {row.name: row.username for row in c.execute(sa.select(_bound_names))})


def bind_name(c: sa.Connection, name: str, username: str) -> None:
    """Say that a name means this account alone."""
    bound = insert_into(c, _bound_names).values(name=words(name), username=username)
    c.execute(bound.on_conflict_do_update(index_elements=["name"], set_={"username": username}))


NO_NAMES = AccountNames({}, {})
