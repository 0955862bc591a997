"""Agreement in words: where all agree the formula gives no interval of kappa, and none is shown."""

from projections.inspections.assessor_agreement import Agreement, AnswerPair, CaseQuestion
from projections.scoring.verdicts import Verdict
from web.inspections.how_made_words import agreement_said


def pairs(*answers: tuple[Verdict, Verdict]) -> Agreement:
    return Agreement([AnswerPair(CaseQuestion(f"X{n}/1", "q"), *both) for n, both in enumerate(answers)])


def test_no_interval_is_told_where_all_agree() -> None:
    same: list[tuple[Verdict, Verdict]] = [("sufficient", "sufficient")] * 4 + [("insufficient", "insufficient")] * 4
    assert agreement_said(pairs(*same)).endswith("Cohen's kappa 1.00 (no interval)")
    told = pairs(*same)
    assert told.kappa_interval is not None and told.kappa_interval_told is None, "JSON gives what the formula gives"
    assert "1.00)" in agreement_said(pairs(*same, ("sufficient", "insufficient")))
    assert "no kappa" in agreement_said(pairs(*same[:4]))
