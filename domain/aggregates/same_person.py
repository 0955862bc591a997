"""Which CRNs are those of the person of a case, and whether what an entry names belongs to that person."""

from collections.abc import Mapping, Sequence

from domain.aggregates.amendments import amended
from domain.entries.case_entries import Entry, PersonDetailsChanged, PersonLinked, PersonUnlinked
from domain.entries.refusals import AnotherPerson, Refused


def check_person(reference: str, entries: Mapping[str, Entry], amending: Sequence[Entry], fact: Entry) -> None:
    """Raises ``Refused`` where an entry links the person to themselves, or serves a case that is not the person's.

    ``entries``: those on the file; ``amending``: the corrections and withdrawals among them.
    """
    if isinstance(fact, PersonLinked) and reference.startswith(f"{fact.crn}/"):
        raise Refused("crn", f"'{fact.crn}' is the CRN of this case itself; give the other one")
    served: Sequence[str] = getattr(fact, "serves", ())
    if reference in served:
        raise Refused("serves", f"{reference} is this case itself; name the other cases that the entry counts in")
    if served:
        known = crns(reference, entries, amending)
        for case in served:
            if case.partition("/")[0] not in known:
                raise AnotherPerson(
                    "serves", f"{case} is not known to be a case of the same person; record a PersonLinked first, or "
                    "correct the reference"
                )  # fmt: skip


def crns(reference: str, entries: Mapping[str, Entry], amending: Sequence[Entry]) -> set[str]:
    """The CRNs of the person, as the file of this case says now: its own, those linked to it, and those used since."""
    kinds = (PersonDetailsChanged, PersonLinked, PersonUnlinked)
    read = amended([*(fact for fact in entries.values() if isinstance(fact, kinds)), *amending])
    undone = {fact.link for fact in read if isinstance(fact, PersonUnlinked)}
    linked = {fact.crn for fact in read if isinstance(fact, PersonLinked) and fact.entry not in undone}
    used = {fact.crn for fact in read if isinstance(fact, PersonDetailsChanged) and fact.crn is not None}
    return {reference.partition("/")[0], *linked, *used}
