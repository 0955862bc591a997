"""The table of accounts, made from the log; and whether a row of it is what the log says.

A row that is like an earlier entry of its account is behind: the log came first, and somebody was stopped before the row was
written. Any other difference is somebody's who wrote past the log.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from domain.entries.register_entries import AccountSet
from domain.store.engines import insert_into

tables = sa.MetaData()

accounts = sa.Table(
    "accounts",
    tables,
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
    sa.Column("machine", sa.JSON(none_as_null=True), nullable=True),
)
"""Made from the log but for ``password`` and ``must_change``, which the outside key and the password's own end bind.

``machine``: what only a machine account has; NULL for a person. ``calendar`` is of older versions.
``staff`` is NULL for an account of an older version that is not in the log yet.
"""

COMPARED = (
    "username",
    "name",
    "role",
    "places",
    "inspections",
    "grade",
    "disabled",
    "staff",
    "until",
    "revision",
    "machine",
)
LISTS = ("places", "inspections", "staff", "machine")

State = Literal["same", "behind", "missing", "different", "unlogged"]
"""What a row is to the log: ``unlogged``: no entry has made it."""

_RAW = sa.select(
    *(sa.type_coerce(accounts.c[name], sa.types.NullType()).label(name) for name in COMPARED), accounts.c.must_change
)  # as it is kept: what somebody else has written may be of no kind that can be read


def rows_of(c: sa.Connection, username: str | None = None) -> Mapping[str, Sequence[Any]]:
    """User name -> its rows as they are kept; one each, as long as nobody has changed the table. None: of all accounts."""
    found: dict[str, list[Any]] = {}
    for row in c.execute(_RAW if username is None else _RAW.where(accounts.c.username == username)).mappings():
        found.setdefault(str(row["username"]), []).append(row)
    return found


def state_of(rows: Sequence[Any], entries: Sequence[AccountSet], row: Mapping[str, Any] | None) -> State:
    """What the rows of one user name are to the entries on it, of which the last makes ``row``."""
    if row is None:
        return "unlogged"
    if not rows:
        return "missing"
    kept = _read(rows[0]) if len(rows) == 1 else {}
    if kept == row:
        return "same"
    return "behind" if any(kept == values_of(one) for one in entries[:-1]) else "different"


def must_change(rows: Sequence[Any]) -> bool:
    """Whether the password was set by somebody else."""
    return bool(rows and rows[0]["must_change"])


def values_of(fact: AccountSet) -> dict[str, Any]:
    """The row that an entry makes, but for what is not made from the log."""
    return {
        "username": fact.username, "name": fact.name, "role": fact.role, "places": fact.places, "inspections": fact.inspections,
        "grade": fact.grade, "disabled": fact.disabled, "staff": fact.staff,
        "until": None if fact.until is None else fact.until.isoformat(), "revision": fact.revision, "machine": _machine(fact),
    }  # fmt: skip


def _machine(fact: AccountSet) -> dict[str, Any] | None:
    """What only a machine account has; None where there is nothing."""
    held = {
        "rights": fact.rights, "place_level": fact.place_level, "source": fact.source,
        "client": None if fact.client is None else msgspec.to_builtins(fact.client),
    }  # fmt: skip
    return held if any(held.values()) else None


def level(c: sa.Connection, fact: AccountSet) -> None:
    """Make the row what the log says, where it is behind or missing. A password that is gone stays gone."""
    values = values_of(fact)
    made = insert_into(c, accounts).values(values | {"must_change": False, "password": "", "calendar": ""})
    earlier = accounts.c.revision < fact.revision
    c.execute(made.on_conflict_do_update(index_elements=["username"], set_=values, where=earlier))


def put(c: sa.Connection, fact: AccountSet, **more: Any) -> None:
    """Make the row what the log says, whatever stands there. ``more``: other columns."""
    values = values_of(fact) | more
    made = insert_into(c, accounts).values({"must_change": False, "password": "", "calendar": ""} | values)
    c.execute(made.on_conflict_do_update(index_elements=["username"], set_=values))


def _read(row: Any) -> dict[str, Any]:
    """The values of a row as its entry writes them, as far as they can be read."""
    kept = {name: row[name] for name in COMPARED}
    for name in LISTS:
        if isinstance(kept[name], str):
            with suppress(ValueError, RecursionError):
                kept[name] = json.loads(kept[name])
    if kept["disabled"] in (0, 1):
        kept["disabled"] = bool(kept["disabled"])
    return kept
