"""Search for persons in a record that seals its texts: keyed digests of what they are found by, beside the references.

A digest is the first 8 bytes of an HMAC-SHA256 under a key of the record, which lies with the keys of persons. A case is found by
every name and date of birth that its entries had given by the moment asked for, former ones too. The rows are written before the
entries that they are of; those of an erased person are deleted.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from domain.sealing.name_parts import BIRTHS, searched, sounds, written
from domain.sealing.person_key import Derived
from domain.store.engines import insert_into
from domain.store.person_keys import SEARCH, PersonKeys, truncate_log

_meta = sa.MetaData()

NAME_DIGESTS = sa.Table(
    "name_digests", _meta,
    sa.Column("digest", sa.BigInteger, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("since", sa.BigInteger, nullable=False),
)  # fmt: skip
"""``since``: when it was recorded, in microseconds since 1970."""

AT_ONCE = 5000
"""Rows written by one statement."""

WHOLE = ""
"""In place of a reference: the row that says that the dates of birth of all cases are indexed. Records of before have none."""

Text = tuple[str, str, str, datetime]
"""The reference of a case, the path of a text, the text, when it was recorded."""


class NameDigests:
    """The index of names of one record. ``keys``: where its key lies."""

    def __init__(self, engine: sa.Engine, keys: PersonKeys):
        self.engine, self.keys = engine, keys
        self._has_births: bool | None = None

    def close(self) -> None:
        self.engine.dispose()

    @cached_property
    def _derived(self) -> Derived:
        return Derived(self.keys.get_or_make(SEARCH).current or b"")

    def add(self, texts: Iterable[Text]) -> None:
        """Index these names and dates of birth."""
        if self._has_births is None and not self.has_births() and self._is_empty():
            self.note_births()
        rows: dict[tuple[int, str], int] = {}
        for reference, path, text, recorded_at in texts:
            since = _microseconds(recorded_at)
            for digest in self._digests(path, text):
                place = digest, reference
                rows[place] = min(since, rows.get(place, since))
        self._insert(rows)

    def has_births(self) -> bool:
        """Whether the dates of birth of all cases are indexed: since its first case, or made anew by ``birth_index``."""
        if not self._has_births:
            self._has_births = not self._is_empty() and bool(self._with([self._digest(b"births")], None))
        return self._has_births

    def note_births(self) -> None:
        """Note that the dates of birth of all cases are indexed."""
        self._insert({(self._digest(b"births"), WHOLE): 0})
        self._has_births = True

    def _is_empty(self) -> bool:
        with self.engine.connect() as c:
            return c.execute(sa.select(NAME_DIGESTS.c.digest).limit(1)).first() is None

    def _digests(self, path: str, text: str) -> set[int]:
        if path in BIRTHS:
            return {self._born(text)}
        return {*map(self._written, written(text)), *map(self._sounding, sounds(text))}

    def _insert(self, rows: Mapping[tuple[int, str], int]) -> None:
        values: list[Mapping[str, Any]] = [{"digest": d, "reference": r, "since": s} for (d, r), s in rows.items()]
        with self.engine.begin() as c:
            insert = insert_into(c, NAME_DIGESTS)
            earlier = sa.case(
                (insert.excluded.since < NAME_DIGESTS.c.since, insert.excluded.since), else_=NAME_DIGESTS.c.since
            )
            insert = insert.on_conflict_do_update(index_elements=["digest", "reference"], set_={"since": earlier})
            for at in range(0, len(values), AT_ONCE):
                c.execute(insert, values[at : at + AT_ONCE])

    def found(self, word: str, known_at: datetime | None, *, by_sound: bool = False) -> set[str]:
        """The references of the cases with a name that has this word or begins with it, as known at an instant.

        ``by_sound``: with a name of which a part sounds like it.
        """
        if by_sound:
            return self._with([self._sounding(one) for one in sounds(word)], known_at)
        found = [self._with([self._written(part)], known_at) for part in searched(word)]
        return set.intersection(*found) if found else set()

    def born(self, day: date, known_at: datetime | None) -> set[str]:
        """The references of the cases of persons born on this day, as known at an instant."""
        return self._with([self._born(day.isoformat())], known_at)

    def forget(self, crn: str) -> None:
        """Delete the rows of every case of a CRN."""
        with self.engine.begin() as c:
            c.execute(sa.delete(NAME_DIGESTS).where(NAME_DIGESTS.c.reference.startswith(f"{crn}/", autoescape=True)))
        truncate_log(self.engine)

    def _with(self, digests: list[int], known_at: datetime | None) -> set[str]:
        query = sa.select(NAME_DIGESTS.c.reference).where(NAME_DIGESTS.c.digest.in_(digests))
        if known_at is not None:
            query = query.where(NAME_DIGESTS.c.since < _microseconds(known_at))
        with self.engine.connect() as c:
            return set(c.execute(query).scalars())

    def _written(self, part: str) -> int:
        return self._digest(b"written|" + part.encode())

    def _born(self, day: str) -> int:
        return self._digest(b"born|" + day.encode())

    def _sounding(self, code: str) -> int:
        return self._digest(b"sounds|" + code.encode())

    def _digest(self, said: bytes) -> int:
        return int.from_bytes(self._derived.of(said)[:8], "big", signed=True)


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
