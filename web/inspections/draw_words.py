"""How a sample was come by, in words and as data: the frames and draws, the seed, what was left out, what was replaced."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from msgspec import to_builtins

from domain.aggregates.draw_rules import left_out_counts
from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import label
from domain.entries.inspection_entries import FrameTaken, SampleDrawn
from web.presentation.formatting import count_noun, left_out_said, long_date

TYPED = "Typed by hand"
"""How a draw is marked whose seed does not come from a record."""


WITHHELD = "not told before the sheet is published: whoever knows it works out which cases were drawn"
"""What a draft says of its seed."""


def left_out_of(frame: FrameTaken | None) -> str:
    """What of the window is not in a frame, in words; of a frame of before, also what it does not say."""
    if frame is None:
        return ""
    said = left_out_said(left_out_counts(frame.left_out))
    unsaid = "" if frame.ended else "Cases that had ended by the sample date are not in it, and were not counted then."
    return f"{said} {unsaid}".strip()


def seed_said(drawn: SampleDrawn, own: Collection[str]) -> str:
    """Where the seed of a draw came from. ``own``: the names of this record (``draw_seeds.own_names``)."""
    if drawn.seed_from is None:
        why = f", to repeat a draw: {drawn.repeats}" if drawn.repeats else ": this draw is of before seeds were made"
        return f"{TYPED}{why}"
    source = drawn.seed_from
    other = (
        "" if source.record in own else f", which is another record than this one and alone proves it ({source.record})"
    )
    return f"From the frame and the first entry stored after it, at position {source.position:,} of the record{other}"


def draw_facts(found: Inspection, own: Collection[str], *, tells_seed: bool = True) -> list[tuple[str, str]]:
    """How the sample was come by, as names and values for a page, a report or a table; empty where nothing was drawn.

    ``own``: as for ``seed_said``. ``tells_seed``: a draft does not (``Inspection.is_hidden``).
    """
    frame, drawn = found.frame, found.drawn
    if frame is None or drawn is None:
        return []
    days = f"{long_date(frame.started_from)} to {long_date(frame.started_to)}"
    facts = [
        ("Frame", f"{count_noun(len(frame.cases), 'case')}, begun from {days}"),
        ("Left out", left_out_of(frame).removeprefix("Left out: ") or "nothing"),
        ("Ended cases", {"in": "in the frame", "out": "left out", None: "left out"}[frame.ended]),
        ("Frames and draws", f"{count_noun(len(found.frames), 'frame')}, {count_noun(len(found.draws), 'draw')}"),
        ("Sample", count_noun(drawn.size, "case")),
        ("Spare", count_noun(len(drawn.spares), "case")),
        ("Shares", label(drawn.method)),
        ("Of one officer", f"at most {drawn.per_officer}" if drawn.per_officer else "no limit"),
        ("Units", units_said(frame)),
        ("Seed", drawn.seed if tells_seed else WITHHELD),
        *([("Where the seed came from", seed_said(drawn, own))] if tells_seed else []),
        ("Replaced", replaced_said(found)),
    ]
    if found.second_drawn:
        left = f"; {len(found.second_not_given)} not given out" if found.frozen and found.second_not_given else ""
        facts.append(
            ("Second readings", f"{count_noun(len(found.second_drawn), 'case')}, drawn with the same seed{left}")
        )
    return facts


def units_said(frame: FrameTaken) -> str:
    """How many local units the frame has, and how many of its cases have none."""
    units, without = {f.unit for f in frame.cases if f.unit}, sum(not f.unit for f in frame.cases)
    said = count_noun(len(units), "team")
    return f"{said}; {count_noun(without, 'case')} of no team that the frame keeps" if without else said


def replaced_said(found: Inspection) -> str:
    """How many cases were replaced, for which reasons."""
    counts = Counter(label(one.why) if one.why else "no reason of the list" for one in found.replaced)
    said = ", ".join(f"{number} {words}" for words, number in sorted(counts.items()))
    passed = sum(len(one.passed_over) for one in found.replaced)
    closed = f"; {count_noun(passed, 'spare case')} passed over, closed to whoever replaced" if passed else ""
    return f"{count_noun(len(found.replaced), 'case')}{': ' + said if said else ''}{closed}"


def sampling_document(found: Inspection) -> dict[str, Any] | None:
    """The same as data; it names no case, and of a draft not what the seed was made from. None where the cases were chosen
    elsewhere."""
    frame, drawn = found.frame, found.drawn
    if frame is None:
        return None
    return {
        "frames": len(found.frames),
        "draws": len(found.draws),
        "taken_again": [fact.reason for fact in found.frames if fact.reason],
        "drawn_again": [fact.reason for fact in found.draws if fact.reason],
        "ended": frame.ended,
        "left_out": left_out_counts(frame.left_out),
        "method": drawn.method if drawn else None,
        "seed_from": to_builtins(drawn.seed_from) if drawn and not found.is_hidden else None,
        "repeats": drawn.repeats if drawn else None,
        "second_readings": len(found.second_drawn),
        "replaced": dict(sorted(Counter(one.why or "not_said" for one in found.replaced).items())),
        "passed_over": sum(len(one.passed_over) for one in found.replaced),
    }


def draw_document(name: str, found: Inspection, closed: frozenset[str] = frozenset()) -> dict[str, Any] | None:
    """All that is needed to repeat the draw (``docs/sampling.md``); None where nothing was drawn.

    ``closed``: the cases that are not told. Where there are any, the draw cannot be repeated from this.
    """
    frame, drawn = found.frame, found.drawn
    if frame is None or drawn is None:
        return None
    return {
        "inspection": name, "drawn_on": drawn.occurred_on.isoformat(), "method": drawn.method, "size": drawn.size,
        "per_officer": drawn.per_officer, "spare_per_cent": drawn.spare_per_cent, "seed": drawn.seed,
        "seed_from": to_builtins(drawn.seed_from), "repeats": drawn.repeats, "closed": len(closed),
        "frame": [
            {"case": f.case, "stratum": f.stratum, "unit": f.unit, "officer": f.holder}
            for f in frame.cases
            if f.case not in closed
        ],
        "cases": [case for case in drawn.cases if case not in closed],
        "spares": [case for case in drawn.spares if case not in closed],
        "second": [case for case in found.second_drawn if case not in closed],
    }  # fmt: skip
