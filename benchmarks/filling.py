"""A generated service as files of entries, or straight in a store: by the recorder, with its guards and chain, unchecked.

python -m benchmarks.filling area --into area.sqlite         (an address as ``--database`` takes it)
python -m benchmarks.filling area --ndjson area.ndjson
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
from eventsourcing.persistence import StoredEvent

from benchmarks.cases import template
from benchmarks.nation import SIZES, Size, copied, reference_of, template_of
from domain.entries.case_entries import CaseAllocated, Entry, SupervisionStarted
from domain.store.application import Files
from domain.store.entry_codec import topic_of

T = TypeVar("T")

TEMPLATES = 1_000
"""How many unlike cases a service is made of, unless more or fewer are asked for."""

AT_ONCE = 150
"""Cases stored in one transaction."""


def templates(count: int = TEMPLATES) -> list[list[Entry]]:
    """So many unlike cases, always the same."""
    return [template(f"caseaudit {number}") for number in range(count)]


def files(size: Size, made: list[list[Entry]], cases: Iterable[int] | None = None) -> Iterator[tuple[str, list[Entry]]]:
    """The reference and entries of these cases (all of the service)."""
    for case in range(size.cases) if cases is None else cases:
        yield reference_of(case), copied(made[template_of(case, len(made))], case, size)


def events(size: Size, made: list[list[Entry]], cases: Iterable[int] | None = None) -> Iterator[list[StoredEvent]]:
    """The same as stored events, a case at a time; what a copy has in common with its template is encoded once."""
    encode, names = msgspec.json.Encoder().encode, {}
    common: dict[int, list[tuple[str, bytes]]] = {}
    for case in range(size.cases) if cases is None else cases:
        number, reference = template_of(case, len(made)), reference_of(case)
        facts = made[number]
        if number not in common:
            names |= {type(fact): topic_of(type(fact)) for fact in facts if type(fact) not in names}
            common[number] = [(names[type(fact)], encode(fact)) for fact in facts]
        own = [at for at, fact in enumerate(facts) if isinstance(fact, SupervisionStarted | CaseAllocated)]
        states = list(common[number])
        for at, fact in zip(own, copied([facts[at] for at in own], case, size), strict=True):
            states[at] = (states[at][0], encode(fact))
        yield [StoredEvent(reference, version, *state) for version, state in enumerate(states, 1)]


def fill(address: str, size: Size, made: list[list[Entry]], cases: Iterable[int] | None = None) -> int:
    """Store these cases (all of the service) in an empty database; how many entries were stored."""
    store, stored = Files.open(address), 0
    for several in batches(events(size, made, cases), AT_ONCE):
        every = [event for case in several for event in case]
        store.recorder.insert_events(every, actor="benchmark")
        stored += len(every)
    store.close()
    return stored


def lines(size: Size, made: list[list[Entry]], cases: Iterable[int] | None = None) -> Iterator[bytes]:
    """The lines of an interchange file, one an entry."""
    encode = msgspec.json.Encoder().encode
    for reference, facts in files(size, made, cases):
        case = b'{"case":' + encode(reference) + b","
        for fact in facts:
            yield case + encode(fact)[1:] + b"\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--templates", type=int, default=TEMPLATES)
    parser.add_argument("--cases", type=int, help="only the first so many cases")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--into", help="the address of an empty database")
    way.add_argument("--ndjson", type=Path)
    asked = parser.parse_args()
    size, began = SIZES[asked.size], time.perf_counter()
    made, cases = templates(asked.templates), range(min(asked.cases or size.cases, size.cases))
    if asked.into:
        stored = fill(asked.into, size, made, cases)
    else:
        stored = 0
        with asked.ndjson.open("wb") as file:
            for several in batches(lines(size, made, cases), 10_000):
                file.writelines(several)
                stored += len(several)
    seconds = time.perf_counter() - began
    print(f"{len(cases):,} cases, {stored:,} entries in {seconds:.0f} s")


def batches(every: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(every)
    while several := list(islice(source, size)):
        yield several


if __name__ == "__main__":
    main()
