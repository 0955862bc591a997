"""How far the files go on which a frozen inspection rests: so many entries of each, the first to be stored, and no more.

A case is fixed once: with how many entries of its own file count, and of each other file of its person as it was then. What
is not named there does not count for the case, whoever links it later. A number of entries never grows. It is lowered only
where a file never held so many.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from domain.entries.inspection_entries import FreezeFixed, InspectionFrozen, Leaf


@dataclass
class FrozenFiles:
    """The files of one freeze. ``entries``: how many entries of each file count, of all that were named so far.

    ``of_case``: the same for each case that is fixed, as far as it was named by then. ``stated``: how many entries of files
    of the sample were named by a freeze that says nothing of the other files of the persons. ``fixed``: what was fixed after
    the freeze, in order.
    """

    stated: dict[str, int] = field(default_factory=dict)
    entries: Mapping[str, int] = field(default_factory=dict)
    of_case: dict[str, Mapping[str, int]] = field(default_factory=dict)
    fixed: list[FreezeFixed] = field(default_factory=list)

    def freeze(self, fact: InspectionFrozen, sample: Collection[str]) -> None:
        """Take in what the freeze names."""
        if fact.position is None:
            self.stated = {leaf.case: leaf.entries for leaf in fact.files}
        else:
            self._name(fact.files, sample)

    def fix(self, fact: FreezeFixed, sample: Collection[str]) -> None:
        """Take in what was fixed after the freeze."""
        self.fixed.append(fact)
        self._name(fact.files, sample)

    def _name(self, leaves: Iterable[Leaf], sample: Collection[str]) -> None:
        named = {leaf.case: min(leaf.entries, self.entries.get(leaf.case, leaf.entries)) for leaf in leaves}
        lowered = {file for file, entries in named.items() if entries < self.entries.get(file, 0)}
        self.entries = {**self.entries, **named}
        for case, held in self.of_case.items():
            if not lowered.isdisjoint(held):
                self.of_case[case] = {file: min(entries, self.entries[file]) for file, entries in held.items()}
        self.of_case |= {case: self.entries for case in sample if case in named and case not in self.of_case}

    def unfixed(self, sample: Iterable[str]) -> list[str]:
        """The cases of the sample that are not fixed yet."""
        return [case for case in sample if case not in self.of_case]
