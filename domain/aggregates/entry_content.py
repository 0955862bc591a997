"""What an entry must contain, whatever else is on its file: a score in range, a reason for overruling."""

from domain.entries import refusals
from domain.entries.case_entries import AssessmentCompleted, Entry, QualityJudged
from domain.policy.instruments import score_range


def check_content(fact: Entry) -> None:
    """Raises ``Refused`` where the content of the entry is not allowed."""
    if isinstance(fact, AssessmentCompleted):
        _check_score(fact)
    if isinstance(fact, QualityJudged):
        _check_overruling(fact)


def _check_overruling(fact: QualityJudged) -> None:
    if fact.overrules and not (fact.comment or "").strip():
        raise refusals.Unexplained("comment", "missing; say why it stands in place of the answer that the entries give")


def _check_score(fact: AssessmentCompleted) -> None:
    if fact.likelihood_of_reoffending is None:
        return
    allowed = score_range(fact.instrument)
    score = fact.likelihood_of_reoffending.score
    if allowed is None:
        raise refusals.OutOfRange(
            "likelihood_of_reoffending.score", f"{fact.instrument} gives no likelihood-of-reoffending score"
        )
    if not allowed[0] <= score <= allowed[1]:
        raise refusals.OutOfRange(
            "likelihood_of_reoffending.score",
            f"{score} is outside the range of {fact.instrument}, {allowed[0]} to {allowed[1]}",
        )
