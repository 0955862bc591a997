"""Drafts: what somebody has typed into a form and not recorded yet. They are the writer's alone, and kept for seven days.

A draft has the id of the entry that its form will make, so that a form sent twice is one draft and one entry. What was typed may
name a person: it is kept sealed under the outside key, for one account, one case and one draft.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from domain.outside_key import NotSealed, OutsideKey
from domain.store.engines import insert_into
from domain.working.working_tables import instant_text, of_person, tables

KEPT_FOR = timedelta(days=7)

AHEAD = timedelta(minutes=5)
"""By how much a draft may be dated in the future, as clocks differ."""

PURPOSE = "drafts"

_NEVER = datetime.min.replace(tzinfo=UTC)

_drafts = sa.Table(
    "drafts",
    tables,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("kept_at", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Index("drafts_username", "username"),
    sa.Index("drafts_reference", "reference"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. ``id``: of the entry that it will make. ``form``: the address of its form below the case, as ``record/TierSet``.

    ``typed``: field -> its texts. ``opened``: how many entries the file held when the form was opened; ``seen``: how many the
    writer has been shown since. ``checked``: whether the check was asked for. ``kept_at``: when it was kept last, UTC.
    """

    id: str
    username: str
    reference: str
    form: str
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    opened: int = 0
    seen: int = 0
    checked: bool = False
    back: str = ""
    kept_at: datetime = _NEVER

    @property
    def revision(self) -> str:
        """Tells what was typed from any other state of this draft."""
        said = json.dumps([self.form, {name: list(texts) for name, texts in self.typed.items()}], sort_keys=True)
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def until(self) -> datetime:
        """The instant from which it is kept no longer."""
        return self.kept_at + KEPT_FOR


class Drafts:
    """The drafts of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def keep(self, draft: Draft, now: datetime) -> None:
        """Keep a draft from now on, in place of its earlier state. Those of everybody that are too old are deleted."""
        at = instant_text(now)
        typed = {name: list(texts) for name, texts in draft.typed.items()}
        told = json.dumps([draft.form, typed, draft.opened, draft.seen, draft.checked, draft.back])
        owner = _owner(draft.username, draft.reference, draft.id, at)
        row = {"reference": draft.reference, "kept_at": at, "sealed": self._key.seal(PURPOSE, owner, told)}
        insert = insert_into(self.engine, _drafts).values(id=draft.id, username=draft.username, **row)
        with self.engine.begin() as c:
            c.execute(sa.delete(_drafts).where(_drafts.c.kept_at <= instant_text(now - KEPT_FOR)))
            c.execute(insert.on_conflict_do_update(index_elements=["id", "username"], set_=row))

    def find(self, id: str, username: str, now: datetime) -> Draft | None:
        """The draft with this id of this account; None where there is none, it is too old, or it is somebody else's."""
        return next(iter(self._found(_drafts.c.id == id, username, now)), None)

    def of(self, username: str, now: datetime, reference: str | None = None) -> list[Draft]:
        """The drafts of an account, the latest first; with ``reference`` those on this case."""
        wanted = sa.true() if reference is None else _drafts.c.reference == reference
        return self._found(wanted, username, now)

    def is_somebodys(self, id: str) -> bool:
        """Whether anybody has a draft with this id."""
        with self.engine.connect() as c:
            return c.execute(sa.select(_drafts.c.id).where(_drafts.c.id == id)).first() is not None

    def throw_away(self, id: str, username: str) -> None:
        """Delete a draft of this account."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_drafts).where(_drafts.c.id == id, _drafts.c.username == username))

    def forget(self, crn: str) -> None:
        """Delete everybody's drafts on the cases of this CRN: the person is erased, or a text of theirs is."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_drafts).where(of_person(_drafts.c.reference, crn)))

    def _found(self, wanted: sa.ColumnElement[bool], username: str, now: datetime) -> list[Draft]:
        query = sa.select(_drafts).where(wanted, _drafts.c.username == username)
        since, until = instant_text(now - KEPT_FOR), instant_text(now + AHEAD)
        query = query.where(_drafts.c.kept_at > since, _drafts.c.kept_at <= until).order_by(_drafts.c.kept_at.desc())
        with self.engine.connect() as c:
            rows = c.execute(query).mappings().all()
        return [draft for row in rows if (draft := self._opened(row)) is not None]

    def _opened(self, row: sa.RowMapping) -> Draft | None:
        """The draft of a row; None where the outside key does not open it, or the row was another's."""
        owner = _owner(row["username"], row["reference"], row["id"], row["kept_at"])
        try:
            told = json.loads(self._key.unseal(PURPOSE, owner, row["sealed"]))
        except NotSealed:
            return None
        form, typed, opened, seen, checked, back = told
        return Draft(row["id"], row["username"], row["reference"], form, typed, opened, seen, checked, back,
                     datetime.fromisoformat(row["kept_at"]))  # fmt: skip


def _owner(*parts: str) -> str:
    return json.dumps(parts)
