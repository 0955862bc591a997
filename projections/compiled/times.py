"""What lies between the turns of a frame: the attributes at a time, when they pass, when a state begins and by what.

See ``projections.compiled.frames`` for how the numbers lie.
"""

from projections.compiled.calendar import ALWAYS, NEVER
from projections.compiled.compiling import Array, Record, compiled
from projections.compiled.law import MAPPA, RISK, TIER, Law
from projections.compiled.room import AWAY, CHANGE


@compiled
def _value(held: Array, begin: int, number: int, day: int) -> int:
    """The value of some changes at the end of a day; 0 before the first."""
    for at in range(begin + CHANGE * (number - 1), begin - 1, -CHANGE):
        if held[at] <= day:
            return held[at + 1]
    return 0


@compiled
def by_time(
    law: Law, held: Array, frame: Record, standing: int, risk: int, risks: int, tier: int, tiers: int, mappa: int, mappas: int
) -> None:  # fmt: skip
    turns, times = frame.turns, frame.turns_end - frame.turns + 1
    frame.times = at = frame.turns_end
    for time in range(times):
        day = held[turns + time - 1] if time else ALWAYS
        held[at + time] = (
            standing + law.worth[0, _value(held, risk, risks, day)] + law.worth[1, _value(held, tier, tiers, day)]
            + law.worth[2, _value(held, mappa, mappas, day)]
        )  # fmt: skip
        confined = False
        for n in range(frame.custody, frame.custody_end, AWAY):
            confined = confined or held[n] <= day < held[n + 2]
        held[at + times + time] = confined
        place = held[frame.held + 1]
        for n in range(frame.held, frame.held_end, CHANGE):
            if held[n] <= day:
                place = held[n + 1]
        held[at + 2 * times + time] = place
    for when in range(len(law.holds)):
        off, to = NEVER, at + (3 + when) * times
        for time in range(times - 1, -1, -1):
            holds = law.holds[when, held[at + time]]
            held[to + time] = off if holds else NEVER
            if not holds and time:
                off = held[turns + time - 1]
    frame.moves = frame.moves_end = at + (3 + len(law.holds)) * times


@compiled
def moves(held: Array, frame: Record, risk: int, risks: int, tier: int, tiers: int, mappa: int, mappas: int) -> None:
    """Keep what a state may begin with: the part that changed, the day (not before the start), the value, the entry."""
    for part, begin, number in ((RISK, risk, risks), (TIER, tier, tiers), (MAPPA, mappa, mappas)):
        for at in range(begin, begin + CHANGE * number, CHANGE):
            to = frame.moves_end
            held[to], held[to + 1], held[to + 2], held[to + 3] = part, held[at], held[at + 1], held[at + 2]
            frame.moves_end = to + 4


@compiled
def time_of(held: Array, turns: int, end: int, day: int) -> int:
    """Which of the times a day lies in."""
    time = 0
    while turns + time < end and held[turns + time] <= day:
        time += 1
    return time


@compiled
def ending(held: Array, frame: Record, when: int, day: int) -> int:
    """The first day from ``day`` on which nobody owes a duty any more; ``when``: the state that it hangs on, or -1."""
    found = frame.end if frame.end >= day else NEVER
    for n in range(frame.custody, frame.custody_end, AWAY):
        if held[n] > day:
            found = min(found, held[n])
    if when >= 0 and day >= frame.start:
        times = frame.turns_end - frame.turns + 1
        found = min(found, held[frame.times + (3 + when) * times + time_of(held, frame.turns, frame.turns_end, day)])
    return found


@compiled
def state_from(law: Law, held: Array, frame: Record, when: int, day: int) -> int:
    """The next day from ``day`` on, not before the start, on which a state begins to hold; ``NEVER`` when it does not."""
    day = max(day, frame.start)
    holds = law.holds[when, held[frame.times + time_of(held, frame.turns, frame.turns_end, day)]]
    if holds and day == frame.start:
        return day
    for n in range(frame.turns, frame.turns_end):
        now = law.holds[when, held[frame.times + n - frame.turns + 1]]
        if held[n] > day:
            if now and not holds:
                return held[n]
            holds = now
    return NEVER


@compiled
def state_by(law: Law, held: Array, frame: Record, when: int, day: int) -> int:
    """The entry by which a state began on a day."""
    by = frame.begun
    for n in range(frame.moves, frame.moves_end, 4):
        if law.turns[when] & held[n] and max(held[n + 1], frame.start) == day:
            by = held[n + 3]
    return by


@compiled
def state_after(law: Law, held: Array, frame: Record, when: int, on: int) -> int:
    """The next day on which a state begins that began on a day; ``NEVER`` when it does not pass, or not come again."""
    times = frame.turns_end - frame.turns + 1
    off = held[frame.times + (3 + when) * times + time_of(held, frame.turns, frame.turns_end, on)]
    return NEVER if off == NEVER else state_from(law, held, frame, when, off)
