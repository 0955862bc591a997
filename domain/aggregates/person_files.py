"""What of a person's other files reaches a case, and in which span of knowledge.

Custody, whereabouts, death, risk and MAPPA belong to the person and hold in all their files. An appointment, assessment or
plan that names another case in ``serves`` counts there as if it stood on that file. Files are of one person where they have
one CRN, or while a link between their CRNs is known.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import structs

from domain.aggregates.amendments import AMENDING, amended
from domain.aggregates.case_file import CaseFile
from domain.aggregates.instant_spans import ALWAYS, Span, common, joined, lengthen, without
from domain.entries import case_entries
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.entries.entry import CASE
from domain.entries.references import reference_fields, references

ELSEWHERE = re.compile(f"({CASE})#")
"""The beginning of the id of an entry of another file."""

LINKING = (case_entries.PersonLinked, case_entries.PersonUnlinked, case_entries.PersonDetailsChanged)
"""The types of entry that say which CRNs are one person's."""

OF_THE_PERSON = frozenset((
    case_entries.CustodyStarted, case_entries.CustodyEnded, case_entries.RecallDecided, case_entries.WhereaboutsUnknown,
    case_entries.WhereaboutsKnown, case_entries.RiskLevelChanged, case_entries.MappaSet, case_entries.MappaEnded,
    case_entries.AssessmentCompleted, case_entries.SupervisionEnded,
))  # fmt: skip
"""The types of entry that may say something of the person; see ``is_of_the_person``."""

ABOUT_ONE_FILE = (case_entries.BreachInitiated, case_entries.QualityJudged, EntryCorrected, EntryWithdrawn)
"""Entries that name an appointment, and yet concern only the file they stand on, or are about another entry as it reads."""


class Reached(NamedTuple):
    """The entries that a case is derived from.

    ``entries``: those of its own file, then those of other files that serve it and those that name these. ``elsewhere``: of
    each other file the entries about the person. Ids of other files read ``X123456/2#e5``. ``taken``: the file and the id of
    every entry of another file that is among them or says whose the files are.
    """

    entries: Sequence[Entry]
    elsewhere: Sequence[Sequence[Entry]] = ()
    taken: frozenset[tuple[str, str]] = frozenset()

    @property
    def every(self) -> list[Entry]:
        """All of them together."""
        return [*self.entries, *(fact for file in self.elsewhere for fact in file)]

    def only(self, entries: Collection[str]) -> "Reached":
        """Those of them with these ids."""
        own, *others = ([fact for fact in file if fact.entry in entries] for file in (self.entries, *self.elsewhere))
        return Reached(own, others)


class PersonFiles(NamedTuple):
    """A case, and the other files that were ever said to be of its person."""

    file: CaseFile
    others: Sequence[CaseFile] = ()

    @property
    def reached(self) -> Reached:
        """What the case is derived from."""
        files = {file.reference: file.entries.values() for file in (self.file, *self.others)}
        return reached(files, self.file.reference)


def crn_of(reference: str) -> str:
    """The CRN in the reference of a case."""
    return reference.partition("/")[0]


def id_elsewhere(reference: str, entry: str) -> str:
    """The id of an entry of another file."""
    return f"{reference}#{entry}"


def file_named(entry: str) -> str | None:
    """The file of an entry of another file, by its id here; None for an entry of the case's own file."""
    found = ELSEWHERE.match(entry)
    return found and found[1]


def is_of_the_person(fact: Entry) -> bool:
    """Whether an entry says something that holds in all files of the person."""
    match fact:
        case case_entries.AssessmentCompleted():
            return fact.level is not None
        case case_entries.SupervisionEnded():
            return fact.reason == "died"
    return type(fact) in OF_THE_PERSON


def reached(files: Mapping[str, Collection[Entry]], reference: str) -> Reached:
    """What a case is derived from. ``files``: the entries of all files that were ever said to be its person's, its own too."""
    own = list(files[reference])
    if len(files) == 1:
        return Reached(own)
    together = spans_together(files, crn_of(reference))
    taken = {(name, fact.entry) for name in files if name != reference for fact in _linking(files[name])}
    entries, elsewhere = own, []
    for other in sorted(files):
        spans = together.get(crn_of(other))
        if other == reference or not spans:
            continue
        file = _OtherFile(other, files[other], spans)
        serving = file.serving(reference)
        for fact in file.facts if serving else ():
            entries += file.known(fact, serving.get(fact.entry, ()))
        if about_the_person := list(file.about_the_person(serving)):
            elsewhere.append(about_the_person)
        taken |= {(other, entry) for entry in file.taken}
    return Reached(entries, elsewhere, frozenset(taken))


def spans_together(files: Mapping[str, Collection[Entry]], crn: str) -> Mapping[str, Sequence[Span]]:
    """For each CRN that is, or was once known to be, of the person with this CRN: the spans in which that was known."""
    linking = {reference: list(_linking(facts)) for reference, facts in files.items()}
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


def links_to(fact: Entry) -> str | None:
    """The other CRN that an entry says to be the same person's."""
    return fact.crn if isinstance(fact, case_entries.PersonLinked | case_entries.PersonDetailsChanged) else None


def _linking(facts: Collection[Entry]) -> Iterator[Entry]:
    """The entries that say whose a file is, with their corrections and withdrawals."""
    linking = [fact for fact in facts if isinstance(fact, LINKING)]
    if linking:
        about = _amendments(facts)
        for fact in linking:
            yield fact
            yield from _about(fact.entry, about)


def _amendments(facts: Iterable[Entry]) -> Mapping[str, Sequence[EntryCorrected | EntryWithdrawn]]:
    """The corrections and withdrawals of each entry, by its id."""
    found: defaultdict[str, list[EntryCorrected | EntryWithdrawn]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, EntryCorrected | EntryWithdrawn):
            found[fact.of].append(fact)
    return found


def _about(entry: str, amendments: Mapping[str, Sequence[Any]]) -> list[Any]:
    """The corrections and withdrawals of an entry, and those of these."""
    found, new = dict[str, Any](), [entry]
    while new:
        for fact in amendments.get(new.pop(), ()):
            if fact.entry not in found:
                found[fact.entry] = fact
                new.append(fact.entry)
    return list(found.values())


def _serves(reference: str, fact: Any) -> bool:
    return reference in fact.serves


def _named(fact: Entry) -> Iterator[str]:
    """The ids that an entry names."""
    return (entry for _, entry, _ in references(fact))


def _names(entry: str, fact: Entry) -> bool:
    return entry in _named(fact)


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """The texts among the values of a correction, and in lists of it."""
    for value in values:
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


class _OtherFile:
    """One other file of the person, and what of it reaches a case. ``spans``: when the file was known to be the person's."""

    def __init__(self, reference: str, facts: Collection[Entry], spans: Sequence[Span]):
        self.reference, self.facts, self.spans = reference, facts, spans
        self.taken: set[str] = set()
        self._amendments = _amendments(facts)
        amending = sorted((f for f in facts if type(f) in AMENDING), key=lambda f: (f.recorded_at, f.entry))
        # Numbered, so that they stay in the order of recording where a link makes several known at one instant.
        self._ids = {fact.entry: id_elsewhere(reference, f"{n:06d}#{fact.entry}") for n, fact in enumerate(amending)}
        self._types = {fact.entry: type(fact) for fact in facts} if amending else {}

    def about_the_person(self, serving: Mapping[str, Sequence[Span]]) -> Iterator[Entry]:
        """The entries about the person, with their corrections and withdrawals.

        ``serving``: the spans in which entries serve the case. There they are on its file, and not elsewhere.
        """
        again = _OtherFile(f"{self.reference}#", self.facts, self.spans) if serving else self
        for fact in self.facts:
            if type(fact) in OF_THE_PERSON:
                spans = self._spans(fact, is_of_the_person)
                if fact.entry in serving:
                    yield from again.known(fact, without(spans, serving[fact.entry]))
                else:
                    yield from self.known(fact, spans)

    def serving(self, reference: str) -> Mapping[str, Sequence[Span]]:
        """The entries that serve a case, those that name them, and so on, with the spans in which they reach it."""
        own = {
            fact.entry: spans
            for fact in self.facts
            if hasattr(fact, "serves") and (spans := self._spans(fact, partial(_serves, reference)))
        }
        found, before = own, None
        while found and found != before:
            before = found
            found = own | {
                fact.entry: spans
                for fact in self.facts
                if fact.entry not in own and not isinstance(fact, ABOUT_ONE_FILE)
                and (spans := self._naming(fact, before))
            }  # fmt: skip
        return found

    def _naming(self, fact: Entry, found: Mapping[str, Sequence[Span]]) -> list[Span]:
        """The spans in which an entry names one of these while that one reaches the case."""
        named = set(_named(fact))
        for correction in _about(fact.entry, self._amendments):
            if isinstance(correction, EntryCorrected):
                named |= set(_texts(correction.fields.values()))
        return joined(
            span
            for entry in named & found.keys()
            for span in common(self._spans(fact, partial(_names, entry)), found[entry])
        )

    def _spans(self, fact: Entry, holds: Callable[[Entry], bool]) -> list[Span]:
        """The spans in which something holds of an entry as it then reads, and the file is the person's."""
        about = _about(fact.entry, self._amendments)
        found: list[Span] = []
        if not about:
            found = [(fact.recorded_at, None)] if holds(fact) else []
        else:
            instants: list[datetime] = sorted({one.recorded_at for one in (fact, *about)})
            for since, until in pairwise([*instants, None]):
                assert since is not None
                if any(map(holds, amended([one for one in (fact, *about) if one.recorded_at <= since]))):
                    lengthen(found, since, until)
        return common(found, self.spans)

    def known(self, fact: Entry, spans: Sequence[Span]) -> Iterator[Entry]:
        """An entry as it reaches the case in these spans of knowledge, with its corrections and withdrawals."""
        if not spans:
            return
        since = spans[0][0]
        for one in (fact, *_about(fact.entry, self._amendments)):
            self.taken.add(one.entry)
            yield self._qualified(one, since)
        of = id_elsewhere(self.reference, fact.entry)
        for number, at in enumerate([turn for span in spans for turn in span if turn is not None][1:]):
            # It is withdrawn where a span ends; where another begins, that withdrawal is.
            entry = f"{id_elsewhere(self.reference, fact.entry)}#{number}"
            yield EntryWithdrawn(
                entry=entry, occurred_on=fact.occurred_on, recorded_at=at, of=of, reason="not this case's"
            )
            of = entry

    def _qualified(self, fact: Entry, since: datetime) -> Entry:
        """An entry with the ids of its file, as recorded at ``since`` at the earliest. Its place among those of its day stays."""
        changes: dict[str, Any] = {"entry": self._id(fact.entry)}
        for name, _, _ in reference_fields(type(fact)):
            changes[name] = self._ids_in(getattr(fact, name))
        if isinstance(fact, EntryCorrected) and fact.of in self._types:
            naming = {encoded for _, encoded, _ in reference_fields(self._types[fact.of])}
            changes["fields"] = {n: self._ids_in(v) if n in naming else v for n, v in fact.fields.items()}
        if fact.recorded_at < since:
            changes |= {"recorded_at": since, "occurred_at": fact.occurred_at or fact.recorded_at}
        return structs.replace(fact, **changes)

    def _id(self, entry: str) -> str:
        return self._ids.get(entry) or id_elsewhere(self.reference, entry)

    def _ids_in(self, value: Any) -> Any:
        """The ids in the value of a field: one, several or none."""
        return [self._id(one) for one in value] if isinstance(value, list) else value and self._id(value)
