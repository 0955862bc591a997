"""An answer and a score say on which values they rest."""

from datetime import date

from domain.policy.frameworks.framework_files import frameworks
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_inspection
from projections.scoring.value_marks import marks_of, resting_on
from web.presentation.answer_reasons import answer_words, because
from web.presentation.basis_words import marked_words
from web.presentation.json_documents import score_document

ESI = frameworks()["esi-2003"]


def test_a_question_rests_on_the_values_in_force_on_the_day() -> None:
    asked = next(q for q in ESI.questions.values() if q.derive and "initial-supervision-plan" in q.derive.clauses)
    plan = {
        v.sure
        for c in ESI.clauses
        if c.id in (asked.derive.clauses if asked.derive else ()) and c.edition == "2007"
        for v in c.values
    }
    assert marks_of(asked, ESI, date(2005, 6, 6)) >= {"R"}
    assert marks_of(asked, ESI, date(2008, 6, 2)) >= plan >= {"F"}
    judged = next(q for q in ESI.questions.values() if q.derive is None and not q.required)
    assert marks_of(judged, ESI, date(2005, 6, 6)) == frozenset()


def test_a_score_says_how_many_questions_rest_on_recalled_values(demo_book: CaseRepository) -> None:
    scored = score_inspection(demo_book, "gloucestershire-2005")
    recalled = resting_on(ESI, scored.moment.on)["R"]
    assert scored.marked["R"] == recalled and 0 < len(recalled) < len(ESI.questions)
    assert score_document(scored)["marked"]["R"] == recalled
    assert (
        f"{len(recalled)} questions rest on values recalled: to be checked against the printed edition."
        in marked_words(scored.marked)
    )


def test_an_answer_says_so_and_so_does_each_of_its_reasons(demo_book: CaseRepository) -> None:
    scored = score_inspection(demo_book, "gloucestershire-2005")
    day = scored.moment.on
    answer = next(a for r in scored.readings for a in r.answers if a.sure == ("R",))
    assert answer_words(answer).endswith(", rests on values recalled")
    duty = next(reason for reason in answer.because if reason.obligation is not None)
    assert "(recalled)" in because(duty, day)
    found = next(a for r in scored.readings for a in r.answers if a.sure == ())
    assert "rests on" not in answer_words(found)
