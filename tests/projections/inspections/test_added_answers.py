"""A region adds up the answers of its units, never their per cents; a question is asked only of the cases that it is for."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.entries.entry import Entry
from domain.entries.refusals import Refused
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import frameworks
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.reading_questions import questions_asked, unanswered
from projections.inspections.sample_scores import (
    inspection_moment,
    score_inspection,
    scores_by_unit,
    units_added,
)
from projections.scoring.intervals import intervals
from projections.scoring.score_bands import section_bands, total
from tests.support.histories import PERSON, PLACE
from web.inspections.answers_table import answers_table
from web.inspections.report_data import report
from web.inspections.report_proof import verify_report
from web.presentation.table_files import as_bytes

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ASKED = "assessment-desistance"
NORTH, SOUTH = range(100, 110), range(200, 230)
"""The numbers of the cases of two units: ten, and thirty."""


def said(type_: str, entry: str, on: str = "2024-02-01", **fields: Any) -> Entry:
    at = {"entry": entry, "occurred_on": on, "recorded_at": f"{on}T10:00:00+00:00"}
    return load_entry(type_, {**at, **fields})


def case(number: int) -> str:
    return f"X{number:06}/1"


def answer(inspection: str, framework: str, question: str, verdict: str, **fields: Any) -> Entry:
    return said("QualityJudged", f"{inspection}-{question}", "2024-03-01", framework=framework, question=question,
                answer=verdict, by="J Hartnell", role="hm_inspector", inspection=inspection, **fields)  # fmt: skip


def record(files: Files, reference: str, *entries: Entry) -> None:
    files.record(reference, list(entries), actor="test", now=NOW)


def begin(files: Files, number: int, *answers: Entry) -> None:
    order = "licence" if number % 2 else "community_order"
    person = {**PERSON, "crn": f"X{number:06}"}
    start = said("SupervisionStarted", "s", "2023-09-01", person=person, **PLACE, officer="O", officer_grade="po",
                 order_type=order, ends_on="2025-09-01")  # fmt: skip
    record(files, case(number), start, *answers)


def inspection(files: Files, name: str, framework: str, cases: list[str], *more: Entry, frozen: bool = True) -> None:
    opened = said(
        "InspectionOpened", f"{name}-opened", title=name, area=PLACE["area"], framework=framework, cases=cases
    )
    closed = [said("InspectionFrozen", f"{name}-frozen", "2024-04-01")] if frozen else []
    record(files, name, opened, *more, *closed)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseRepository]:
    with closing(Files.open(str(tmp_path_factory.mktemp("region") / "record.sqlite"))) as files:
        for unit, numbers, good in (("north", NORTH, 9), ("south", SOUTH, 2), ("west", range(300, 301), 0)):
            for place, number in enumerate(numbers):
                verdict = "sufficient" if place < good else "insufficient"
                prompts = [{"prompt": "a", "answer": "no"}, {"prompt": "b", "answer": "no"}]
                begin(files, number, answer(unit, "pdu-2023", ASKED, verdict, prompts=prompts),
                      answer(unit, "pdu-2023", "resettlement", "sufficient"))  # fmt: skip
            inspection(files, unit, "pdu-2023", [case(n) for n in numbers], frozen=unit != "west")
        for number in (400, 401, 402):
            begin(files, number, answer("region", "region-2023", "unpaid-work", "sufficient"))
        rated = [
            said("StandardRated", f"rated-{s}", "2024-03-01", criterion=s, band="Good", reason="r")
            for s in ("1.1", "1.2")
        ]
        units = said("UnitsNamed", "units", units=["north", "south", "west", "nowhere"])
        inspection(files, "region", "region-2023", [case(n) for n in (400, 401, 402)], units, *rated)
        inspection(files, "old", "esi-2003", [case(400)])
        yield CaseRepository(files)


def test_answers_are_added_and_per_cents_are_not_averaged(book: CaseRepository) -> None:
    framework = frameworks()["region-2023"]
    assert units_added(book, "region", framework) == ["north", "south"], "fieldwork in the west is not closed"
    scored = score_inspection(book, "region")
    desistance = scored.score.questions[ASKED]
    assert (desistance.sufficient, desistance.n, desistance.not_answered) == (11, 40, 0)
    assert [s.printed for s in scored.score.sections if s.section.id == "2.1"] == [28], (
        "the mean of 90 and 7 would be 48"
    )
    own = scored.score.questions["unpaid-work"]
    assert (own.sufficient, own.n, own.not_answered) == (3, 3, 0), "no case of a unit is asked about it"
    assert scored.score.cases == 43 and intervals(scored.score, [r.answers for r in scored.readings])["2.1"]


def test_the_units_of_a_region_are_told_apart_where_they_may_be(book: CaseRepository) -> None:
    scored = score_inspection(book, "region")
    counts = {
        unit: (one.questions[ASKED].sufficient, one.questions[ASKED].n)
        for unit, one in scores_by_unit(scored, ["north", "south"], "others").items()
    }
    assert counts == {"north": (9, 10), "south": (2, 30)}
    assert list(scores_by_unit(scored, ["south"], "others")) == ["others", "south"]
    assert scores_by_unit(score_inspection(book, "north"), ["north"], "others") == {}, "a unit adds up nothing"


def test_a_file_of_answers_names_the_unit_and_what_was_noted_on_prompts(book: CaseRepository, tmp_path: Path) -> None:
    made = report(book, "region")
    table = answers_table(made, made.scored.readings)
    heads = [column.heading for column in table.columns]
    rows = [dict(zip(heads, row, strict=True)) for row in table.rows]
    of = {row["Case"]: row for row in rows if row["Question"] == ASKED}
    assert (of[case(100)]["Unit"], of[case(100)]["Prompts"]) == ("north", "a: no; b: no")
    assert {row["Unit"] for row in rows if row["Question"] == "unpaid-work"} == {None}
    content = as_bytes(table, "csv")
    for text, differs in ((content, 0), (content.replace(b"a: no; b: no", b"a: yes; b: no", 1), 1)):
        (path := tmp_path / "answers.csv").write_bytes(text)
        assert len(verify_report(book, path).differs) == differs
    assert "Prompts" not in [one.heading for one in answers_table(report(book, "old"), []).columns]


def test_a_region_has_bands_and_no_total(book: CaseRepository) -> None:
    score = score_inspection(book, "region").score
    bands = section_bands(book.inspection("region"), score)
    assert {b.section.id: b.title for b in bands} == {
        "1.1": "Good", "1.2": "Good", "2.1": "Inadequate", "2.2": None, "2.3": "Outstanding", "2.4": "Outstanding",
        "2.5": None, "2.6": None,
    }  # fmt: skip
    summed = total(frameworks()["region-2023"], bands)
    assert summed is not None and summed.words == "No total: none is laid for this framework."


def test_a_question_is_asked_only_of_the_cases_that_it_is_for(book: CaseRepository) -> None:
    """Half of the cases are community orders: though a judgement on them stands, resettlement is not for them."""
    found = score_inspection(book, "north").score.questions["resettlement"]
    assert (found.sufficient, found.n, found.not_applicable) == (5, 5, 5)
    opened, framework = book.inspections["north"], frameworks()["pdu-2023"]
    for number, open_to_it in ((100, False), (101, True)):
        reading = book.read(case(number), inspection_moment(opened), framework, "north")
        asked = {one.question.id: one for one in questions_asked(framework, reading, "north", second=False)}
        assert asked["resettlement"].settled != open_to_it
        assert [p.id for p in asked["delivery-engages"].prompts] == [
            *("abc" if not open_to_it else "abcd"),
            "e",
            "f",
            "g",
        ]
        assert asked[ASKED].noted == {"a": "no", "b": "no"}
        assert asked[ASKED].answer.answer == "sufficient", "no answer follows from the prompts"
        assert unanswered(list(asked.values())) == 12


def test_a_reader_of_a_region_is_asked_about_its_own_cases_only(book: CaseRepository) -> None:
    framework = frameworks()["region-2023"]
    reading = book.read(case(400), inspection_moment(book.inspections["region"]), framework, "region")
    asked = [one.question.id for one in questions_asked(framework, reading, "region", second=False)]
    assert asked == ["unpaid-work", "victim-work"]


def test_what_the_entries_give_stands_beside_and_never_scores(book: CaseRepository) -> None:
    reading = book.read(case(100), inspection_moment(book.inspections["north"]), frameworks()["pdu-2023"], "north")
    answers = {one.question.id: one for one in reading.answers}
    beside = answers["delivery-engages"].beside
    duties = [reason.obligation for reason in beside if reason.obligation is not None]
    assert answers["delivery-engages"].answer == "not_answered" and beside
    assert all(duty.clause.subject in ("first contact", "contact", "enforcement") for duty in duties)
    assert all(duty.fell_due(reading.moment.on) for duty in duties)
    assert answers["court-work"].beside and answers["resettlement"].beside == ()


@pytest.mark.parametrize(
    ("name", "entry", "field", "words"),
    [
        ("north", said("UnitsNamed", "u", units=["south"]), "type", "frozen"),
        ("open", said("UnitsNamed", "u", units=["south"]), "units", "adds up no units"),
        ("open", said("StandardRated", "r", criterion="2.1", band="Good", reason="r"), "criterion", "there are: 1.1, 1.2"),
        ("open", said("StandardRated", "r", criterion="1.1", band="Splendid", reason="r"), "band", "there are: Inadequate"),
        ("open", said("StandardRated", "r", criterion="1.1", band="Good", reason=" "), "reason", "say why"),
        ("open", said("RatingAdjusted", "a", criterion="2.1", to="Good", reason="r"), "ground", "there are: near_boundary"),
        ("open", said("RatingAdjusted", "a", criterion="1.1", to="Good", reason="r"), "criterion", "there are: 2.1"),
        ("open", said("RatingAdjusted", "a", criterion="R1", to="Good", reason="r"), "criterion", "no rating to adjust"),
        ("regional", said("UnitsNamed", "u", units=["south", "south"]), "units", "added twice"),
        ("dynamic", said("RatingAdjusted", "a", criterion="C1", to="Good", reason="r"), "criterion", "there are none"),
    ],
)  # fmt: skip
def test_what_cannot_be_rated_so_is_refused(
    book: CaseRepository, name: str, entry: Entry, field: str, words: str
) -> None:
    of = {"open": "pdu-2023", "regional": "region-2023", "dynamic": "dynamic-2025"}
    if name in of and book.files.read(name).first_entry is None:
        inspection(book.files, name, of[name], [], frozen=False)
    with pytest.raises(Refused) as refused:
        record(book.files, name, entry)
    assert refused.value.field == field and words in str(refused.value)
