"""Entries as they are stored, each with the proof that it is a leaf of the log: what a bundle carries."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from domain.entries.signing_entries import KEYS
from domain.sealing.person_key import KeyDestroyed, PersonKey, Where
from domain.store.application import Files
from domain.store.entry_codec import stored_entry
from domain.store.hash_chain import StoredRow
from domain.store.log_reader import LogReader


class TooNew(ValueError):
    """An entry was stored after the checkpoint that is to prove it."""


Paths = Mapping[str, Collection[str]]
"""Entry of a case -> the paths in it of the texts that are opened."""


def proved_entries(
    files: Files, entries: Iterable[tuple[str, str]], size: int, case: str, opens: Paths
) -> Iterator[dict[str, Any]]:
    """These entries (file, id), by file and number there, as JSON can hold them, with proofs for a tree of ``size`` leaves.

    ``TooNew`` where one is not among these. ``case``, ``opens``: which sealed texts of which file are opened: these have the key of
    each text alone, so that nothing else opens.
    """
    key = files.keys.of([case.partition("/")[0]]).get(case.partition("/")[0]) if files.seals else None
    wanted: dict[str, set[str]] = {}
    for file, entry in entries:
        wanted.setdefault(file, set()).add(entry)
    log = LogReader(files.recorder)
    for file in sorted(wanted):
        for row in log.rows_of(file):
            entry = stored_entry(row.event.topic, row.event.state).entry
            if entry in wanted[file]:
                paths = opens.get(entry, ()) if file == case else ()
                yield _proved(log, row, size) | _texts(key, Where(case, entry, ""), paths)


def proved_keys(files: Files, size: int) -> Iterator[dict[str, Any]]:
    """The register entries on the record's signing keys in the first ``size`` leaves, as ``proved_entries`` gives entries."""
    log = LogReader(files.recorder)
    for row in log.rows_of(KEYS):
        if log.leaf_number(row.position) < size:
            yield _proved(log, row, size)


def _texts(key: PersonKey | None, where: Where, paths: Collection[str]) -> dict[str, Any]:
    """The keys of the texts of an entry at these paths, as far as they are not destroyed."""
    found = {}
    if key is None:
        return {}
    for path in paths:
        with suppress(KeyDestroyed):
            found[path] = _text(key.of_text(where._replace(path=path)))
    return {"texts": found} if found else {}


def _proved(log: LogReader, row: StoredRow, size: int) -> dict[str, Any]:
    number = log.leaf_number(row.position)
    if number >= size:
        stored = f"{row.event.originator_id}, entry {row.event.originator_version}"
        raise TooNew(f"{stored} was stored after the checkpoint of {size} entries")
    return {
        "number": number,
        "file": str(row.event.originator_id),
        "version": row.event.originator_version,
        "topic": row.event.topic,
        "stored_at": row.stored_at,
        "actor": row.actor,
        "state": _text(row.event.state),
        "proof": [_text(one) for one in log.inclusion(number, size)],
    }


def _text(held: bytes) -> str:
    return b64encode(held).decode()
