"""The process of an inspection: who may close it, see it, comment on it, open a reading again, move a rating, publish."""

from typing import Any

import pytest

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.aggregates.inspection import Inspection
from domain.entries import refusals
from domain.entries.schemas import load_entry
from tests.support.histories import CASE, NOW

NAME = "north-2024"
Step = tuple[str, str, str, dict[str, Any]]
"""Type, id, day, and fields of an entry."""

PERSON = {"person": "Helen Quayle", "person_id": "h.quayle", "named_for": ["list", "draft", "alerts"]}
COMMENT = {
    "says": "It was there.",
    "evidence": "The plan",
    "evidence_on": "2005-06-09",
    "by": "Helen Quayle",
    "by_id": "h.quayle",
}
PANEL = {"members": [{"name": name.upper(), "name_id": name} for name in ("ann", "bob", "cyd")]}
PUBLICATION = {"framework_version": "1", "figures": [{"of": "B1", "printed": "5%"}], "position": 1, "hash": "0" * 64}

OPENED: Step = (
    "InspectionOpened", "opened", "2005-06-01",
    {"title": "T", "area": "A", "framework": "esi-2003", "cases": [CASE], "held_by": "inspectorate", "recorded_by": "lead"},
)  # fmt: skip
READ: list[Step] = [
    ("AssessorNamed", "assessor", "2005-06-02", {"assessor": "R", "assessor_id": "r", "role": "hm_inspector"}),
    ("ReadingAllocated", "given", "2005-06-02", {"case": CASE, "assessor": "R", "assessor_id": "r"}),
    ("ReadingCompleted", "read", "2005-06-03", {"case": CASE, "assessor": "R", "assessor_id": "r"}),
]
CLOSED: list[Step] = [("InspectionFrozen", "frozen", "2005-06-10", {"recorded_by": "lead"})]
CONFIRMED: list[Step] = [
    (
        "ClosingConfirmed",
        "confirmed",
        "2005-06-11",
        {"closed": "frozen", "by": "Second", "by_id": "second", "outside_line": True},
    )
]
DRAFT: list[Step] = [
    ("AreaPersonNamed", "person", "2005-06-11", PERSON),
    ("DraftDaySet", "draft", "2005-06-11", {"opens_on": "2005-06-13", "comments_until": "2005-06-20"}),
]
COMMENTED: list[Step] = [("CommentMade", "comment", "2005-06-14", COMMENT)]
ACCEPTED: list[Step] = [
    ("CommentAnswered", "answered", "2005-06-15", {
        "comment": "comment", "outcome": "accepted", "reason": "It was.", "effects": ["figure"], "recorded_by": "lead"})
]  # fmt: skip
AGAIN: list[Step] = [
    ("ReadingReopened", "again", "2005-06-15", {"comment": "comment", "case": CASE, "recorded_by": "lead"})
]
TO_DRAFT = [OPENED, *READ, *CLOSED, *CONFIRMED, *DRAFT]
TO_AGAIN = [*TO_DRAFT, *COMMENTED, *ACCEPTED, *AGAIN]


def held(steps: list[Step]) -> CaseFile:
    """The file of an inspection after these steps, each of which it takes."""
    file = CaseFile(NAME)
    for step in steps:
        take(file, step)
    return file


def take(file: CaseFile, step: Step) -> None:
    type_, entry, day, fields = step
    fact = load_entry(type_, {"entry": entry, "occurred_on": day, "recorded_at": f"{day}T18:00:00+01:00", **fields})
    for accepted in decide(file, fact, NOW):
        evolve(file, RecordedEntry(NAME, file.version + 1, accepted))


def with_fields(step: Step, **fields: Any) -> Step:
    type_, entry, day, before = step
    return type_, entry, day, {**before, **fields}


def dated(step: Step, day: str, **fields: Any) -> Step:
    type_, entry, _, before = step
    return type_, entry, day, {**before, **fields}


LEAD: Step = (
    "LeadNamed",
    "lead-2",
    "2005-06-02",
    {"lead": "N", "lead_id": "n", "instead_of": "lead", "reason": "leave"},
)
MOVED: Step = ("RatingAdjusted", "moved", "2005-06-12", {"criterion": "A1", "to": "Well met", "reason": "context"})
LIST: Step = ("ListDaySet", "list", "2005-06-02", {"opens_on": "2005-06-06"})
FRAME: Step = (
    "FrameTaken", "frame", "2005-06-07",
    {"started_from": "2005-01-01", "started_to": "2005-02-01", "cases": [{"case": CASE, "stratum": "s", "officer": "o"}]},
)  # fmt: skip
PUBLISHED: Step = ("InspectionPublished", "published", "2005-06-21", PUBLICATION)

OF_AREA: Step = ("AreaPersonNamed", "p", "2005-06-02", PERSON)
WITH_AREA = {"members": [*PANEL["members"][:1], {"name": "Helen Quayle", "name_id": "h.quayle"}]}

REFUSED: list[tuple[list[Step], Step, str, str]] = [
    ([OPENED, LEAD], dated(LEAD, "2005-06-03", entry="lead-3", lead_id="m", lead="M"), "instead_of", "one lead"),
    ([OPENED], with_fields(LEAD, lead_id="lead"), "lead", "leads this inspection already"),
    ([OPENED], ("AreaPersonNamed", "p", "2005-06-02", PERSON | {"person_id": "lead"}), "person", "somebody of the area"),
    ([with_fields(OPENED, cases=[])], LIST, "type", "draw the sample"),
    ([OPENED], with_fields(LIST, opens_on="2005-06-01"), "opens_on", "is past"),
    ([OPENED, LIST], ("ListDaySet", "l2", "2005-06-06", {"opens_on": "2005-06-30"}), "opens_on", "has the list already"),
    ([OPENED, LIST], FRAME, "type", "has the list of cases already"),
    ([OPENED], ("PanelNamed", "p", "2005-06-02", {"members": PANEL["members"][:1]}), "members", "two people or more"),
    ([OPENED], ("PanelNamed", "p", "2005-06-02", {"members": PANEL["members"][:1] * 2}), "members", "twice"),
    ([OPENED, *READ], ("PanelNamed", "p", "2005-06-04", PANEL), "type", "before the first reading is finished"),
    ([OPENED, OF_AREA], with_fields(LEAD, lead_id="h.quayle"), "lead", "a person of the inspected area"),
    ([OPENED, OF_AREA], with_fields(READ[0], assessor_id="h.quayle"), "assessor", "a person of the inspected area"),
    ([OPENED, OF_AREA], ("PanelNamed", "panel", "2005-06-04", WITH_AREA), "members", "a person of the inspected area"),
    ([OPENED, *READ], with_fields(CLOSED[0], recorded_by="other"), "recorded_by", "by the lead"),
    ([OPENED, *READ], CONFIRMED[0], "type", "closes fieldwork first"),
    ([OPENED, *READ, *CLOSED], with_fields(CONFIRMED[0], by_id="lead"), "by", "somebody else than the lead"),
    ([OPENED, *READ, *CLOSED], with_fields(CONFIRMED[0], outside_line=False), "outside_line", "not managed by the lead"),
    ([OPENED, *READ, *CLOSED], with_fields(CONFIRMED[0], closed="read"), "closed", "was closed by 'frozen'"),
    ([OPENED, *READ, *CLOSED], DRAFT[1], "type", "a second person has confirmed"),
    ([OPENED, *READ, *CLOSED, *CONFIRMED], with_fields(DRAFT[1], comments_until="2005-06-12"), "comments_until", "before the"),
    (TO_DRAFT, dated(DRAFT[1], "2005-06-14", entry="d2", opens_on="2005-06-14"), "opens_on", "sees the draft already"),
    (TO_DRAFT, dated(COMMENTED[0], "2005-06-12"), "type", "not open for comments yet"),
    (TO_DRAFT, with_fields(COMMENTED[0], by_id="x"), "by", "named for the draft"),
    (TO_DRAFT, with_fields(COMMENTED[0], evidence_on="2005-06-11"), "evidence_on", "when fieldwork was closed"),
    (TO_DRAFT, with_fields(COMMENTED[0], case="X999999/1"), "case", "not in the sample"),
    (TO_DRAFT, with_fields(COMMENTED[0], about="Z9"), "about", "no criterion"),
    (TO_DRAFT, ACCEPTED[0], "comment", "no comment 'comment'"),
    ([*TO_DRAFT, *COMMENTED], with_fields(ACCEPTED[0], outcome="refused"), "effects", "changes nothing"),
    ([*TO_DRAFT, *COMMENTED], with_fields(ACCEPTED[0], recorded_by="other"), "recorded_by", "by the lead"),
    ([*TO_DRAFT, *COMMENTED], AGAIN[0], "comment", "accepted and moves"),
    ([*TO_DRAFT, *COMMENTED, with_fields(ACCEPTED[0], effects=["wording"])], AGAIN[0], "comment", "accepted and moves"),
    ([*TO_DRAFT, *COMMENTED, *ACCEPTED], with_fields(AGAIN[0], case="X999999/1"), "case", "no finished reading"),
    (TO_AGAIN, with_fields(AGAIN[0], entry="again-2"), "case", "open again already"),
    (TO_DRAFT, MOVED, "type", "is frozen"),
    (TO_DRAFT, ("ErratumIssued", "e", "2005-06-22", {"printed": "5", "right": "6", "reason": "r"}), "type", "nothing is published"),
    ([OPENED, *READ, *CLOSED], PUBLISHED, "type", "a second person confirms"),
    ([OPENED, *READ, *CLOSED, *CONFIRMED], PUBLISHED, "type", "set its day"),
    (TO_DRAFT, dated(PUBLISHED, "2005-06-20"), "type", "may comment until 2005-06-20"),
    ([*TO_DRAFT, *COMMENTED], PUBLISHED, "type", "one comment waits"),
    (TO_AGAIN, PUBLISHED, "type", "is open again"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "step", "field", "words"), REFUSED, ids=[f"{r[1][0]}-{n}" for n, r in enumerate(REFUSED)]
)
def test_a_step_out_of_its_turn_is_refused_by_name(before: list[Step], step: Step, field: str, words: str) -> None:
    file = held(before)
    version = file.version
    with pytest.raises(refusals.Refused, match=words) as refused:
        take(file, step)
    assert refused.value.field == field
    assert file.version == version


def test_the_whole_process_ends_in_a_publication_and_an_erratum() -> None:
    file = held(TO_AGAIN)
    found = Inspection.of(file.entries.values())
    assert found.to_finish("r") == [(CASE, False)], "the reader has the reading to finish again"
    take(file, dated(READ[2], "2005-06-16", entry="read-again", answers=["one", "two"]))
    found = Inspection.of(file.entries.values())
    assert found.process.answered_again(CASE) == ("one", "two")
    assert not found.process.still_open and not found.to_finish("r")
    take(file, PUBLISHED)
    take(file, ("ErratumIssued", "e", "2005-06-22", {"printed": "5", "right": "6", "reason": "r", "about": "B1"}))
    with pytest.raises(refusals.TooLate):
        take(file, dated(COMMENTED[0], "2005-06-22", entry="c2"))
    assert [one.right for one in Inspection.of(file.entries.values()).process.errata] == ["6"]


def test_a_late_comment_is_kept_marked_and_holds_nothing_up() -> None:
    file = held([*TO_DRAFT, dated(COMMENTED[0], "2005-06-21")])
    process = Inspection.of(file.entries.values()).process
    assert process.is_late(process.comments["comment"]) and not process.unanswered
    take(file, PUBLISHED)


def test_the_last_day_for_comments_may_be_put_off() -> None:
    file = held(TO_DRAFT)
    take(file, dated(DRAFT[1], "2005-06-19", entry="later", comments_until="2005-06-30"))
    assert not Inspection.of(file.entries.values()).process.is_late(
        load_entry(
            "CommentMade", {"entry": "c", "occurred_on": "2005-06-29", "recorded_at": "2005-06-29T18:00:00Z", **COMMENT}
        )  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("agreed", "words"),
    [([], "0 of the panel of 3 agree; 2 must"), (["ann", "ann"], "1 of the panel"), (["ann", "zed"], "not of the panel")],
)  # fmt: skip
def test_a_rating_is_moved_by_most_of_the_panel(agreed: list[str], words: str) -> None:
    panel: Step = ("PanelNamed", "panel", "2005-06-02", PANEL)
    file = held([OPENED, panel, *READ, *CLOSED])
    with pytest.raises(refusals.Refused, match=words):
        take(file, with_fields(MOVED, agreed_by=agreed))
    take(file, with_fields(MOVED, agreed_by=["ann", "cyd"]))
    assert Inspection.of(file.entries.values()).adjusted["A1"].to == "Well met"


@pytest.mark.parametrize("held_by", ["area", "inspectorate"])
def test_an_audit_needs_none_of_it(held_by: str) -> None:
    file = held(
        [with_fields(OPENED, held_by=held_by, opened_as="spo"), *READ, with_fields(CLOSED[0], recorded_by="other")]
    )
    take(file, PUBLISHED)
    assert Inspection.of(file.entries.values()).published is not None


RECOMMENDED: Step = (
    "RecommendationMade",
    "r1",
    "2005-06-12",
    {"number": 1, "text": "See to plans.", "criterion": "B3"},
)
PROGRESS: Step = ("ProgressJudged", "p1", "2005-06-12", {"recommendation": 1, "progress": "some", "words": "Half."})


def test_what_the_report_says_beside_findings_is_written_until_publication_and_anew_under_its_number() -> None:
    file = held([*TO_DRAFT, RECOMMENDED, with_fields(RECOMMENDED, entry="r2", text="See to all plans.")])
    assert Inspection.of(file.entries.values()).parts.recommendations[1].text == "See to all plans."
    take(file, PUBLISHED)
    with pytest.raises(refusals.TooLate, match="is published"):
        take(file, dated(RECOMMENDED, "2005-06-22", entry="r3"))


def test_progress_is_judged_only_where_another_inspection_went_before() -> None:
    with pytest.raises(refusals.Refused, match="follows no other"):
        take(held(TO_DRAFT), PROGRESS)
    after = held([with_fields(OPENED, follows="north-2022"), PROGRESS])
    assert Inspection.of(after.entries.values()).parts.progress[1].progress == "some"


def test_a_recommendation_follows_from_a_criterion_that_is_there() -> None:
    with pytest.raises(refusals.Refused, match="no criterion 'Z9'"):
        take(held([OPENED]), with_fields(RECOMMENDED, criterion="Z9"))
