"""What of another file of the person reaches a case, in which spans of knowledge."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from msgspec import structs

from domain.aggregates.amendments import AMENDING, about, amended, amendments_of
from domain.aggregates.instant_spans import Span, common, joined, lengthen, without
from domain.aggregates.other_file_ids import id_elsewhere
from domain.entries import case_entries
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.entries.references import reference_fields, references

OF_THE_PERSON = frozenset((
    case_entries.CustodyStarted, case_entries.CustodyEnded, case_entries.RecallDecided, case_entries.WhereaboutsUnknown,
    case_entries.WhereaboutsKnown, case_entries.RiskLevelChanged, case_entries.MappaSet, case_entries.MappaEnded,
    case_entries.AssessmentCompleted, case_entries.SupervisionEnded,
))  # fmt: skip
"""The types of entry that may say something of the person; see ``is_of_the_person``."""

ABOUT_ONE_FILE = (case_entries.BreachInitiated, case_entries.QualityJudged, EntryCorrected, EntryWithdrawn)
"""Entries that name an appointment, and yet concern only the file they stand on, or are about another entry as it reads."""


def is_of_the_person(fact: Entry) -> bool:
    """Whether an entry says something that holds in all files of the person."""
    match fact:
        case case_entries.AssessmentCompleted():
            return fact.level is not None
        case case_entries.SupervisionEnded():
            return fact.reason == "died"
    return type(fact) in OF_THE_PERSON


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


class OtherFile:
    """One other file of the person, and what of it reaches a case. ``spans``: when the file was known to be the person's."""

    def __init__(self, reference: str, facts: Collection[Entry], spans: Sequence[Span]):
        self.reference, self.facts, self.spans = reference, facts, spans
        self.taken: set[str] = set()
        self._amendments = amendments_of(facts)
        amending = sorted((f for f in facts if type(f) in AMENDING), key=lambda f: (f.recorded_at, f.entry))
        # Numbered, so that they stay in the order of recording where a link makes several known at one instant.
        self._ids = {fact.entry: id_elsewhere(reference, f"{n:06d}#{fact.entry}") for n, fact in enumerate(amending)}
        self._types = {fact.entry: type(fact) for fact in facts} if amending else {}

    def about_the_person(self, serving: Mapping[str, Sequence[Span]]) -> Iterator[Entry]:
        """The entries about the person, with their corrections and withdrawals.

        ``serving``: the spans in which entries serve the case. There they are on its file, and not elsewhere.
        """
        again = OtherFile(f"{self.reference}#", self.facts, self.spans) if serving else self
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
        for correction in about(fact.entry, self._amendments):
            if isinstance(correction, EntryCorrected):
                named |= set(_texts(correction.fields.values()))
        return joined(
            span
            for entry in named & found.keys()
            for span in common(self._spans(fact, partial(_names, entry)), found[entry])
        )

    def _spans(self, fact: Entry, holds: Callable[[Entry], bool]) -> list[Span]:
        """The spans in which something holds of an entry as it then reads, and the file is the person's."""
        changes = about(fact.entry, self._amendments)
        found: list[Span] = []
        if not changes:
            found = [(fact.recorded_at, None)] if holds(fact) else []
        else:
            instants: list[datetime] = sorted({one.recorded_at for one in (fact, *changes)})
            for since, until in pairwise([*instants, None]):
                assert since is not None
                if any(map(holds, amended([one for one in (fact, *changes) if one.recorded_at <= since]))):
                    lengthen(found, since, until)
        return common(found, self.spans)

    def known(self, fact: Entry, spans: Sequence[Span]) -> Iterator[Entry]:
        """An entry as it reaches the case in these spans of knowledge, with its corrections and withdrawals."""
        if not spans:
            return
        since = spans[0][0]
        for one in (fact, *about(fact.entry, self._amendments)):
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
