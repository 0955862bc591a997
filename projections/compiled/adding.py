"""Rows of duties with the spans in which they were known; as ``projections.ledger.knowledge_spans.Found``, in numbers."""

from projections.compiled.compiling import Array, compiled
from projections.compiled.room import FROM_ROW, FULL, IN_FORCE_BEFORE, IN_FORCE_FROM, MET, ROWS


@compiled
def met_by(met: Array, marks: Array, number: int, entry: int) -> int:
    """Note one more entry for the row to come; how many there are now."""
    at = marks[MET] + number
    if at >= len(met):
        marks[FULL] = 1
        return number
    met[at] = entry
    return number + 1


@compiled
def add(
    rows: Array, met: Array, marks: Array, clause: int, value: int, arises: int, due: int, met_on: int, ended: int, by: int,
    number: int, place: int, since: int, until: int,
) -> None:  # fmt: skip
    """A duty was known so over this span, met by the entries just noted; left out where the clause was not in force."""
    if not marks[IN_FORCE_FROM] <= arises < marks[IN_FORCE_BEFORE]:
        return
    here, met_at = marks[ROWS], marks[MET]
    if here >= len(rows):
        marks[FULL] = 1
        return
    first = here
    for r in range(here - 1, marks[FROM_ROW] - 1, -1):
        old = rows[r]
        if (
            old.arises_on == arises and old.raised_by == by and old.met_on == met_on and old.first == r and old.due_on == due
            and old.ended_on == ended and old.value == value and old.place == place and old.met == number
            and _same(met, old.met_at, met_at, number)
        ):  # fmt: skip
            if rows[old.last].until == since:
                rows[old.last].until = until
                return
            first = r
            old.last = here
            break
    row = rows[here]
    row.clause, row.value, row.arises_on, row.due_on, row.met_on, row.ended_on = (
        clause,
        value,
        arises,
        due,
        met_on,
        ended,
    )
    row.raised_by, row.place, row.met_at, row.met, row.since, row.until = by, place, met_at, number, since, until
    row.first, row.last = first, here
    marks[ROWS] += 1
    marks[MET] += number


@compiled
def _same(met: Array, one: int, other: int, number: int) -> bool:
    for n in range(number):
        if met[one + n] != met[other + n]:
            return False
    return True


@compiled
def join(rows: Array, marks: Array, pads: Array) -> None:
    """Make spans of one row that touch one, of the clause at hand, as ``projections.ledger.knowledge_spans.Found`` does."""
    begin, end = marks[FROM_ROW], marks[ROWS]
    for r in range(begin, end):
        if rows[r].first == r and rows[r].last != r:
            spans = 0
            for n in range(r, rows[r].last + 1):
                if rows[n].first == r and spans < len(pads[0]):
                    _put(pads[0], spans, rows[n].since)
                    _put(pads[1], spans, rows[n].until)
                    spans += 1
            if spans == len(pads[0]):
                marks[FULL] = 1
            left = _swept(pads, spans)
            here = 0
            for n in range(r, rows[r].last + 1):
                if rows[n].first == r:
                    if here < left:
                        rows[n].since, rows[n].until = pads[2, here, 0], pads[2, here, 1]
                    else:
                        rows[n].first = -1
                    here += 1
    to = begin
    for r in range(begin, end):
        if rows[r].first >= 0:
            if to < r:
                rows[to] = rows[r]
            to += 1
    marks[ROWS] = to


@compiled
def _put(pad: Array, number: int, value: int) -> None:
    while number > 0 and pad[number - 1, 0] > value:
        pad[number, 0] = pad[number - 1, 0]
        number -= 1
    pad[number, 0] = value


@compiled
def _swept(pads: Array, spans: int) -> int:
    """From where spans open and where they close, both in order, to spans in the third pad: what opens as another closes goes
    on, and the last that opened closes first. How many are left.
    """
    opened, left, opens, closes = 0, 0, 0, 0
    while closes < spans:
        at = pads[1, closes, 0]
        if opens < spans:
            at = min(at, pads[0, opens, 0])
        more = 0
        while opens < spans and pads[0, opens, 0] == at:
            opens, more = opens + 1, more + 1
        while closes < spans and pads[1, closes, 0] == at:
            closes, more = closes + 1, more - 1
        while more > 0:
            pads[3, opened, 0] = at
            opened, more = opened + 1, more - 1
        while more < 0:
            opened, more = opened - 1, more + 1
            pads[2, left, 0], pads[2, left, 1] = pads[3, opened, 0], at
            left += 1
    return left
