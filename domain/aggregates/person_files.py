"""What a case takes from the person's other files.

Custody, whereabouts, death, risk and MAPPA belong to the person and hold in all their files. An appointment, assessment or
plan that names another case in ``serves`` counts there as if it stood on that file. Files are of one person where they have
one CRN, or while a link between their CRNs is known.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from domain.aggregates.case_file import CaseFile
from domain.aggregates.crn_links import linking_entries, spans_together
from domain.aggregates.other_file import OtherFile
from domain.aggregates.other_file_ids import crn_of
from domain.entries.case_entries import Entry


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


def reached(files: Mapping[str, Collection[Entry]], reference: str) -> Reached:
    """What a case is derived from. ``files``: the entries of all files that were ever said to be its person's, its own too."""
    own = list(files[reference])
    if len(files) == 1:
        return Reached(own)
    together = spans_together(files, crn_of(reference))
    taken = {(name, fact.entry) for name in files if name != reference for fact in linking_entries(files[name])}
    entries, elsewhere = own, []
    for other in sorted(files):
        spans = together.get(crn_of(other))
        if other == reference or not spans:
            continue
        file = OtherFile(other, files[other], spans)
        serving = file.serving(reference)
        for fact in file.facts if serving else ():
            entries += file.known(fact, serving.get(fact.entry, ()))
        if about_the_person := list(file.about_the_person(serving)):
            elsewhere.append(about_the_person)
        taken |= {(other, entry) for entry in file.taken}
    return Reached(entries, elsewhere, frozenset(taken))
