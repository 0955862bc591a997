"""Which frames, draws and replacements an inspection accepts. Each is refused by name.

A frame of before does not say what became of ended cases; what was drawn from it is judged by the rules of then, so that a file
from elsewhere still comes in. From every other frame a sample is drawn with the seed of the record, or a draw is repeated.
"""

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import CannotDraw, draw
from domain.entries.code_lists import BY_HAND, LeftOutReason, label
from domain.entries.inspection_entries import CaseReplaced, FrameTaken, LeftOut, SampleDrawn
from domain.entries.refusals import ImpossibleDate, Refused, Unexplained


def check_frame(found: Inspection, fact: FrameTaken) -> None:
    """``Refused`` where the frame makes no sense, is taken again without a reason, or leaves a case out by hand without one."""
    if fact.started_to < fact.started_from:
        raise ImpossibleDate("started_to", f"{fact.started_to} is before started_from, {fact.started_from}")
    every = [framed.case for framed in (*fact.cases, *fact.left_out)]
    if twice := len(every) - len(set(every)):
        raise Refused("cases", f"{twice} of the cases stand in the frame twice")
    for one in fact.left_out:
        if one.why in BY_HAND and not (one.words or "").strip():
            raise Unexplained("left_out", f"{one.case} is left out as '{label(one.why)}': say why in words")
    if fact.ended is not None and found.frames:
        _explained(fact.reason, f"this is frame number {len(found.frames) + 1}: say why it is taken again")


def check_draw(found: Inspection, fact: SampleDrawn) -> None:
    """``Refused`` where the draw is not what frame, seed and rules give, or is made again without a reason."""
    if found.frame is None:
        raise Refused("type", "take the frame first: a sample is drawn from it")
    if found.frame.ended is not None or fact.seed_from is not None:
        _check_seed(found.frame, fact)
        if found.draws:
            _explained(fact.reason, f"this is draw number {len(found.draws) + 1}: say why it is drawn again")
    try:
        drawn = draw(
            found.frame.cases, fact.size, fact.seed,
            per_officer=fact.per_officer, spare_per_cent=fact.spare_per_cent, method=fact.method,
        )  # fmt: skip
    except CannotDraw as error:
        raise Refused("size", str(error)) from None
    if (fact.cases, fact.spares) != (drawn.cases, drawn.spares):
        raise Refused("cases", "this is not what the frame and the seed give; draw again")


def _check_seed(frame: FrameTaken, fact: SampleDrawn) -> None:
    source = fact.seed_from
    if source is None:
        if not (fact.repeats or "").strip():
            raise Unexplained("repeats", "the seed was typed: say which draw it repeats, and why")
        return
    if source.frame != frame_digest(frame):
        raise Refused("seed_from", "the seed was made from another frame than the one that counts")
    if fact.seed != seed_of(source.frame, source.hash):
        raise Refused("seed", "this is not the seed that the frame and the entry after it give")
    if fact.method == "half_up":
        raise Refused("method", "this is the rule of older draws; it is taken only to repeat one of them")


def check_replacement(found: Inspection, fact: CaseReplaced) -> None:
    """``Refused`` where the case stays, or the spare is not the next one."""
    if fact.case not in found.sample:
        raise Refused("case", f"{fact.case} is not in the sample")
    if any(task[0] == fact.case for task in found.completed):
        raise Refused("case", f"{fact.case} has been read; a case that was read stays in the sample")
    spares = found.spares_for(fact.case)
    if not found.governed:
        if fact.by not in spares:
            raise Refused("by", f"{fact.by} is not a spare case for this one; {_of(spares)}")
        return
    if fact.why is None:
        raise Unexplained("why", "say for which reason of the list the case is replaced")
    if not fact.reason.strip():
        raise Unexplained("reason", "say in words why the case is replaced")
    if any(task[0] == fact.case for task in found.allocated) and fact.recorded_by not in (None, found.lead):
        raise Refused("case", f"{fact.case} is given out to be read: only the lead of the inspection replaces it now")
    if (next_one := next_spare(spares, fact.passed_over)) != fact.by:
        words = f"the next one is {next_one}" if next_one else "there is none left of its stratum"
        raise Refused("by", f"{fact.by} is not the next spare case for this one; {words}")


def next_spare(spares: Iterable[str], passed_over: Iterable[str]) -> str | None:
    """The spare case whose turn it is; None where there is none. Those that are closed to the person are passed over."""
    closed = set(passed_over)
    return next((spare for spare in spares if spare not in closed), None)


def left_out_counts(left_out: Iterable[LeftOut]) -> dict[LeftOutReason, int]:
    """How many cases are left out of a frame for each reason, in the order of the list; reasons with none are not in it."""
    found = Counter(one.why for one in left_out)
    return {why: found[why] for why in get_args(LeftOutReason) if found[why]}


def _explained(reason: str | None, words: str) -> None:
    if not (reason or "").strip():
        raise Unexplained("reason", words)


def _of(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"there are: {listed}" if listed else "there are none"
