"""Which cases follow differently from some new entries: those that they are of, and those whose person they concern."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from domain.store.record_reader import Entered, RecordReader, is_case


def affected_cases(stored: RecordReader, entered: Sequence[Entered]) -> Mapping[str, int]:
    """The cases that these entries (in order of position) affect, each with the position of the last entry that does.

    Only where a person has several files, these are read: an entry affects another case where it reaches it.
    """
    of_file: defaultdict[str, list[Entered]] = defaultdict(list)
    for one in entered:
        if is_case(one.reference):
            of_file[one.reference].append(one)
    found = {reference: some[-1].position for reference, some in of_file.items()}
    people = stored.people.files_of(of_file)
    others = {other for reference, files in people.items() for other in files if other != reference}
    for person in stored.of_people(others, entered[-1].position) if others else ():
        taken = person.reached.taken
        for file in person.others:
            ids = list(file.entries)
            for one in of_file.get(file.reference, ()):
                if (file.reference, ids[one.version - 1]) in taken:
                    case = person.file.reference
                    found[case] = max(found.get(case, 0), one.position)
    return found
