"""Which sealed texts of a case a reading shows: a text that was corrected, or whose entry was withdrawn, is not among them."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter

from domain.aggregates.amendments import withdrawn
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.sealing.sealed_fields import FIELDS


def shown_texts(entries: Iterable[Entry], shown: Iterable[str]) -> dict[str, set[str]]:
    """Entry -> the paths in it of the sealed texts that are shown. ``entries``: of one case, as known; ``shown``: their ids."""
    entries, ids = list(entries), set(shown)
    gone = withdrawn(entries)
    texts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for fact in entries:
        if fact.entry in ids:
            for path in fact.sealed or ():
                texts[fact.entry, _field(path)].append((fact.entry, path))
    corrections = (fact for fact in entries if isinstance(fact, EntryCorrected) and fact.entry not in gone)
    for fact in sorted(corrections, key=attrgetter("recorded_at", "entry")):
        if fact.of in ids:
            for field in fact.fields:
                texts[fact.of, field] = [
                    (fact.entry, path) for path in fact.sealed or () if _field(path.removeprefix(f"{FIELDS}.")) == field
                ]
    found: dict[str, set[str]] = defaultdict(set)
    for entry, path in (one for several in texts.values() for one in several):
        found[entry].add(path)
    return dict(found)


def _field(path: str) -> str:
    return path.partition(".")[0]
