"""Spans of knowledge and the order of entries: as ``projections.ledger.knowledge_spans``, in numbers."""

from projections.compiled.compiling import Array, compiled
from projections.compiled.room import FULL

CANDIDATES, COUNTING, DECISIONS, DECIDED, OPEN, STILL_OPEN = range(6)
"""What the pads are for: candidates and which of them count (-1: none), the same for decisions on absences, spans."""


@compiled
def note(pad: Array, number: int, which: int, since: int, until: int, marks: Array) -> int:
    """One more span; how many there are now. Half of the pad is left for what comes of them."""
    if 2 * number + 2 >= len(pad):
        marks[FULL] = 1
        return number
    pad[number, 0], pad[number, 1], pad[number, 2] = which, since, until
    return number + 1


@compiled
def first_known(candidates: Array, number: int, since: int, until: int, found: Array, pads: Array) -> int:
    """Which candidate came first among those known, over a span; as ``projections.ledger.knowledge_spans.first_known``.

    Into ``found``: candidate (-1: none), since, until; how many that is.
    """
    open_, more = pads[OPEN], pads[STILL_OPEN]
    open_[0, 1], open_[0, 2] = since, until
    unanswered, made = 1, 0
    for n in range(number):
        which, known_since, known_until = candidates[n, 0], candidates[n, 1], candidates[n, 2]
        left = 0
        for at in range(unanswered):
            opens, closes = open_[at, 1], open_[at, 2]
            begins, ends = max(opens, known_since), min(closes, known_until)
            if begins >= ends:
                more[left, 1], more[left, 2] = opens, closes
                left += 1
                continue
            found[made, 0], found[made, 1], found[made, 2] = which, begins, ends
            made += 1
            if opens < begins:
                more[left, 1], more[left, 2] = opens, begins
                left += 1
            if ends < closes:
                more[left, 1], more[left, 2] = ends, closes
                left += 1
        for at in range(left):
            open_[at, 1], open_[at, 2] = more[at, 1], more[at, 2]
        unanswered = left
        if not left:
            return made
    for at in range(unanswered):
        found[made, 0], found[made, 1], found[made, 2] = -1, open_[at, 1], open_[at, 2]
        made += 1
    return made


@compiled
def in_order_of(keys: Array, places: Array, merged: Array, size: int, begin: int) -> None:
    """Into ``places``: the places of so many keys in their order, those of equal ones as they lie. A merge sort."""
    for at in range(size):
        places[at] = begin + at
    width = 1
    while width < size:
        for low in range(0, size, 2 * width):
            middle, high = min(low + width, size), min(low + 2 * width, size)
            if middle == high or keys[places[middle - 1] - begin] <= keys[places[middle] - begin]:
                continue  # in order already, as most are
            one, other = low, middle
            for at in range(low, high):
                if one < middle and (other >= high or keys[places[one] - begin] <= keys[places[other] - begin]):
                    merged[at] = places[one]
                    one += 1
                else:
                    merged[at] = places[other]
                    other += 1
            for at in range(low, high):
                places[at] = merged[at]
        width *= 2
