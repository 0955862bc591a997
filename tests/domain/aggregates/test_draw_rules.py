"""Which frames, draws and replacements an inspection takes: the seed of the record, reasons, spares in their order alone."""

from typing import Any

import pytest
from msgspec import structs

from domain.aggregates.draw_rules import left_out_counts
from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import check
from domain.aggregates.sampling import draw, second_readings
from domain.entries.code_lists import DrawMethod
from domain.entries.entry import Entry
from domain.entries.inspection_entries import FrameTaken, SampleDrawn
from domain.entries.refusals import ImpossibleDate, Refused, Unexplained
from domain.entries.schemas import ShapeError, load_entry

AFTER = "0f" * 32
"""The hash of what the record stored after the frame, in these tests."""


def entry(type_: str, name: str = "new", **fields: Any) -> Entry:
    dates = {"occurred_on": "2005-10-05", "recorded_at": "2005-10-05T18:00:00+01:00", "recorded_by": "j.lead"}
    return load_entry(type_, {"entry": name, **dates, **fields})


FRAMED = [
    {"case": f"X{100_000 + n}/1", "stratum": "ab"[n % 2], "officer": f"O{n % 7}", "team": f"T{n % 3}", "team_id": f"t{n % 3}"}
    for n in range(60)
]  # fmt: skip
WINDOW = {"started_from": "2005-01-01", "started_to": "2005-02-28", "cases": FRAMED, "ended": "out"}
OPENED = entry("InspectionOpened", title="T", area="A", framework="esi-2003", opened_as="hm_inspector")


def frame(**said: Any) -> FrameTaken:
    found = entry("FrameTaken", "frame", **{**WINDOW, **said})
    assert isinstance(found, FrameTaken)
    return found


FRAME = frame()


def drawn(
    of: FrameTaken = FRAME, *, seed: str = "", method: DrawMethod = "largest_remainder", **said: Any
) -> SampleDrawn:
    """A draw of ten cases with the seed that the record gives, or with a typed one."""
    source = {"record": "here", "frame": frame_digest(of), "position": 7, "hash": AFTER}
    used = seed or seed_of(frame_digest(of), AFTER)
    made = draw(of.cases, 10, used, spare_per_cent=50, method=method)
    values = {
        "size": 10,
        "seed": used,
        "spare_per_cent": 50,
        "method": method,
        "cases": made.cases,
        "spares": made.spares,
    }
    found = entry("SampleDrawn", "draw", **{**values, **({} if seed else {"seed_from": source}), **said})
    assert isinstance(found, SampleDrawn)
    return found


READY = [OPENED, FRAME, drawn()]
FOUND = Inspection.of(READY)
CASE = FOUND.sample[0]
SPARES = FOUND.spares_for(CASE)
BEFORE = frame(ended=None)
"""A frame of before: it does not say what became of ended cases."""


def replaced(**said: Any) -> Entry:
    return entry(
        "CaseReplaced", **{"case": CASE, "by": SPARES[0], "why": "file_missing", "reason": "Lost in a move", **said}
    )


REFUSED: list[tuple[list[Entry], Entry, str, str]] = [
    ([OPENED], frame(started_to="2004-12-31"), "started_to", "is before started_from"),
    ([OPENED], frame(left_out=[FRAMED[0]]), "cases", "1 of the cases stand in the frame twice"),
    ([OPENED], frame(left_out=[{**FRAMED[0], "case": "Z999999/1", "why": "read_recently"}]), "left_out", "say why in words"),
    ([OPENED], frame(left_out=[{**FRAMED[0], "case": "Z999999/1", "why": "unsafe_to_read", "words": " "}]), "left_out", "in words"),
    ([OPENED, FRAME], frame(), "reason", "this is frame number 2: say why it is taken again"),
    ([OPENED, FRAME], drawn(seed="chosen"), "repeats", "say which draw it repeats"),
    ([OPENED, FRAME], drawn(seed="chosen", repeats=" "), "repeats", "say which draw it repeats"),
    ([OPENED, FRAME], structs.replace(drawn(), seed="chosen"), "seed", "not the seed that the frame"),
    ([OPENED, FRAME], drawn(frame(division="North")), "seed_from", "from another frame than the one that counts"),
    ([OPENED, FRAME], drawn(method="half_up"), "method", "only to repeat one of them"),
    ([OPENED, FRAME], structs.replace(drawn(), cases=drawn().cases[::-1]), "cases", "not what the frame and the seed give"),
    ([OPENED, FRAME], structs.replace(drawn(), size=61), "size", "the frame holds 60 cases"),
    (READY, drawn(), "reason", "this is draw number 2: say why it is drawn again"),
    (READY, replaced(why=None), "why", "for which reason of the list"),
    (READY, replaced(reason=" "), "reason", "say in words why"),
    (READY, replaced(by=SPARES[1]), "by", f"the next one is {SPARES[0]}"),
    (READY, replaced(by=SPARES[0], passed_over=SPARES[:1]), "by", f"the next one is {SPARES[1]}"),
    (READY, replaced(passed_over=SPARES), "by", "there is none left of its stratum"),
    (READY, replaced(by=next(s for s in FOUND.spares if FOUND.stratum_of(s) != FOUND.stratum_of(CASE))), "by", "the next one"),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "said", "field", "words"), REFUSED)
def test_what_is_against_the_rules_is_refused_by_name(
    standing: list[Entry], said: Entry, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        check(Inspection.of(standing), said)
    assert refused.value.field == field
    assert isinstance(refused.value, Unexplained) == ("say " in words or "in words" in words or "reason of" in words)
    assert isinstance(refused.value, ImpossibleDate) == (field == "started_to")


@pytest.mark.parametrize(
    "values",
    [
        {"cases": []}, {"left_out": [{**FRAMED[0], "why": "no_reason"}]}, {"ended": "perhaps"}, {"started_from": "2005-02-30"},
    ],
)  # fmt: skip
def test_a_frame_of_the_wrong_shape_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        frame(**values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"size": 0}, "size"), ({"size": 10**9}, "size"), ({"spare_per_cent": 101}, "spare_per_cent"),
        ({"per_officer": 0}, "per_officer"),
        ({"seed": "s" * 10_000}, "seed"), ({"seed_from": {"record": "r", "frame": "x", "position": 0, "hash": AFTER}}, "seed_from"),
    ],
)  # fmt: skip
def test_a_draw_of_the_wrong_shape_is_refused_by_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ShapeError) as refused:
        drawn(**(values if field == "seed_from" else {"seed": "chosen", "repeats": "r", **values}))
    assert all(name.startswith(field) for name, _ in refused.value.problems)


def test_every_frame_and_every_draw_stays_and_the_last_counts() -> None:
    again, wider = drawn(reason="Two files were lost"), frame(reason="A team was missing", division="North")
    entries: list[Entry] = [OPENED]
    for said in (FRAME, drawn(), again, wider, drawn(wider, reason="From the new frame")):
        check(Inspection.of(entries), said)
        entries.append(said)
    found = Inspection.of(entries)
    assert (found.frames, len(found.draws)) == ([FRAME, wider], 3)
    assert found.frame == wider and found.drawn == entries[-1] and found.sample == found.draws[-1].cases
    assert Inspection.of(entries[:-1]).drawn is None, "what was drawn from another frame is no sample of this one"


def test_a_draw_is_repeated_with_its_seed_and_is_known_as_typed() -> None:
    repeated = drawn(seed="tombola", method="half_up", repeats="The draw of 2004, for the same files")
    check(Inspection.of([OPENED, FRAME]), repeated)
    found = Inspection.of([OPENED, FRAME, repeated])
    assert found.governed and found.drawn is not None and found.drawn.seed_from is None


def test_a_draw_of_before_is_taken_as_it_was_and_its_followers_by_the_rules_of_then() -> None:
    old = drawn(BEFORE, seed="words", method="half_up")
    check(Inspection.of([OPENED, BEFORE]), old)
    check(Inspection.of([OPENED, BEFORE, old]), frame(ended=None))
    check(Inspection.of([OPENED, BEFORE, old]), old)
    found = Inspection.of([OPENED, BEFORE, old])
    assert not found.governed and found.second_drawn == ()
    case = found.sample[0]
    last = found.spares_for(case)[-1]
    check(found, entry("CaseReplaced", case=case, by=last, reason="lost"))
    check(Inspection.of([OPENED, BEFORE]), drawn(BEFORE))  # a new draw from an old frame has the seed of the record


def test_the_next_spare_is_of_the_stratum_first_within_the_limit_and_of_the_team() -> None:
    of = {f.case: f for f in FRAME.cases}
    limited = draw(FRAME.cases, 10, drawn().seed, per_officer=2, spare_per_cent=100)
    two = structs.replace(drawn(), per_officer=2, cases=limited.cases, spares=limited.spares)
    for found in (FOUND, Inspection.of([OPENED, FRAME, two])):
        assert found.drawn is not None
        most = found.drawn.per_officer or 100
        for case in found.sample:
            others = [of[one].holder for one in found.sample if one != case]
            spares = found.spares_for(case)
            assert set(spares) == {s for s in found.spares if of[s].stratum == of[case].stratum}
            rank = [
                (others.count(of[s].holder) >= most, of[s].unit != of[case].unit, found.spares.index(s)) for s in spares
            ]
            assert rank == sorted(rank), "within the limit, then of the team, then in the order of the draw"


def test_a_spare_is_used_once_in_order_and_only_the_lead_replaces_what_is_given_out() -> None:
    check(FOUND, replaced())
    used = Inspection.of([*READY, replaced()])
    assert used.sample == [SPARES[0], *FOUND.sample[1:]] and SPARES[0] not in used.spares
    given = [
        *READY,
        entry("AssessorNamed", assessor="R P", role="hm_inspector"),
        entry("ReadingAllocated", case=CASE, assessor="R P"),
    ]
    check(Inspection.of(given), replaced())
    with pytest.raises(Refused, match="only the lead"):
        check(Inspection.of(given), structs.replace(replaced(), recorded_by="r.pascoe"))
    check(FOUND, structs.replace(replaced(), recorded_by="r.pascoe"))


def test_second_readings_follow_from_the_draw_and_a_spare_takes_the_place() -> None:
    twice = second_readings(drawn().seed, drawn().cases)
    assert FOUND.second_drawn == tuple(twice) and len(twice) == 5
    case = twice[0]
    spare = FOUND.spares_for(case)[0]
    after = Inspection.of([*READY, entry("CaseReplaced", case=case, by=spare, why="file_missing", reason="r")])
    assert after.second_drawn == (spare, *twice[1:])
    audit = structs.replace(OPENED, opened_as="spo")  # type: ignore[type-var]
    assert Inspection.of([audit, *READY[1:]]).second_drawn == (), "one person reads an audit"


def test_the_digest_of_a_frame_is_of_what_it_says_and_of_no_claim() -> None:
    assert frame_digest(FRAME) != frame_digest(frame(team="T1"))
    claimed = structs.replace(FRAME, stored_by="somebody", source="delius", stored_at=FRAME.recorded_at, earlier=["x"])
    assert frame_digest(claimed) == frame_digest(FRAME)
    assert seed_of(frame_digest(FRAME), AFTER) != seed_of(frame_digest(FRAME), "0e" * 32)


def test_what_is_left_out_is_counted_by_reason_in_the_order_of_the_list() -> None:
    out = [
        {**one, "why": why, "words": "w"}
        for one, why in zip(FRAMED, ("unsafe_to_read", "had_ended", "had_ended"), strict=False)
    ]
    found = frame(cases=FRAMED[3:], left_out=[*out])
    check(Inspection.of([OPENED]), found)
    assert list(left_out_counts(found.left_out).items()) == [("had_ended", 2), ("unsafe_to_read", 1)]
