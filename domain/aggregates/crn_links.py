"""Whose the files are: which CRNs were known to be one person's, and in which spans of knowledge."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from domain.aggregates.amendments import about, amended, amendments_of
from domain.aggregates.instant_spans import ALWAYS, Span, lengthen
from domain.aggregates.other_file_ids import crn_of
from domain.entries import case_entries
from domain.entries.case_entries import Entry

LINKING = (case_entries.PersonLinked, case_entries.PersonUnlinked, case_entries.PersonDetailsChanged)
"""The types of entry that say which CRNs are one person's."""


def spans_together(files: Mapping[str, Collection[Entry]], crn: str) -> Mapping[str, Sequence[Span]]:
    """For each CRN that is, or was once known to be, of the person with this CRN: the spans in which that was known."""
    linking = {reference: list(linking_entries(facts)) for reference, facts in files.items()}
    found: dict[str, list[Span]] = {crn: [ALWAYS]}
    instants: list[datetime] = sorted({fact.recorded_at for facts in linking.values() for fact in facts})
    for since, until in pairwise([*instants, None]):
        assert since is not None
        for one in _one_person(linking, crn, since) - {crn}:
            lengthen(found.setdefault(one, []), since, until)
    return found


def first_crn(files: Mapping[str, Collection[Entry]], crn: str, known_at: datetime | None) -> str:
    """The first CRN of the person with this CRN, as known at an instant (exclusive; None: by the links that stand now)."""
    return min(
        one
        for one, spans in spans_together(files, crn).items()
        if any(
            until is None if known_at is None else since < known_at and (until is None or until >= known_at)
            for since, until in spans
        )
    )


def links_to(fact: Entry) -> str | None:
    """The other CRN that an entry says to be the same person's."""
    return fact.crn if isinstance(fact, case_entries.PersonLinked | case_entries.PersonDetailsChanged) else None


def linking_entries(facts: Collection[Entry]) -> Iterator[Entry]:
    """The entries that say whose a file is, with their corrections and withdrawals."""
    linking = [fact for fact in facts if isinstance(fact, LINKING)]
    if linking:
        amendments = amendments_of(facts)
        for fact in linking:
            yield fact
            yield from about(fact.entry, amendments)


def _one_person(linking: Mapping[str, Sequence[Entry]], crn: str, at: datetime) -> set[str]:
    """The CRNs that are one person's with this CRN, by what was recorded at an instant or before."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for reference, facts in linking.items():
        stand = amended([fact for fact in facts if fact.recorded_at <= at])
        undone = {fact.link for fact in stand if isinstance(fact, case_entries.PersonUnlinked)}
        for fact in stand:
            other = None if isinstance(fact, case_entries.PersonUnlinked) else getattr(fact, "crn", None)
            if other is not None and fact.entry not in undone:
                neighbours[crn_of(reference)].add(other)
                neighbours[other].add(crn_of(reference))
    found, new = {crn}, [crn]
    while new:
        more = neighbours[new.pop()] - found
        found |= more
        new += more
    return found
