"""What an entry must contain, whatever else is on its file: a score in range, a reason for overruling, a change."""

from difflib import get_close_matches

from domain.entries import refusals
from domain.entries.case_entries import (
    AssessmentCompleted,
    ContactSuspended,
    DispensationGiven,
    Entry,
    OrderVaried,
    PersonDetailsChanged,
    PlaceRenamed,
    QualityJudged,
)
from domain.policy.clause_ids import clause_ids
from domain.policy.instruments import score_range

SAYS_NOTHING_BY_ITSELF = ("reason",)
"""Fields that only explain a change."""

_LOOKED_AT = frozenset((
    AssessmentCompleted, QualityJudged, PersonDetailsChanged, PlaceRenamed, OrderVaried, ContactSuspended,
    DispensationGiven,
))  # fmt: skip


def check_content(fact: Entry) -> None:
    """Raises ``Refused`` where the content of the entry is not allowed."""
    if type(fact) not in _LOOKED_AT:
        return
    match fact:
        case AssessmentCompleted():
            _check_score(fact)
        case QualityJudged():
            _check_overruling(fact)
            _check_prompts(fact)
            if fact.calibration and fact.inspection is None:
                raise refusals.Refused("calibration", "an answer for calibration names the inspection for which it is")
        case PersonDetailsChanged() | PlaceRenamed() | OrderVaried():
            _check_change(fact)
        case ContactSuspended() if fact.grade != "spo":
            raise refusals.Refused(
                "grade", f"'{fact.grade}' may not suspend contact; an SPO decides it, with grade spo"
            )
        case DispensationGiven():
            _check_clause(fact.clause)


def _check_clause(clause: str) -> None:
    if clause not in clause_ids():
        near = get_close_matches(clause, clause_ids(), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; give the id of a clause, such as plan-review"
        raise refusals.Refused("clause", f"'{clause}' is not a clause of the standards{hint}")


def _check_change(fact: Entry) -> None:
    own = [
        name for name in type(fact).__struct_fields__ if name not in (*Entry.__struct_fields__, *SAYS_NOTHING_BY_ITSELF)
    ]
    if all(getattr(fact, name) is None for name in own):
        raise refusals.Refused(own[0], f"nothing is changed; give at least one of {', '.join(own)}")


def _check_overruling(fact: QualityJudged) -> None:
    if fact.overrules and not (fact.comment or "").strip():
        raise refusals.Unexplained("comment", "missing; say why it stands in place of the answer that the entries give")


def _check_prompts(fact: QualityJudged) -> None:
    answered = [one.prompt for one in fact.prompts]
    twice = [prompt for prompt in answered if answered.count(prompt) > 1]
    if twice:
        raise refusals.Refused("prompts", f"prompt '{twice[0]}' is answered twice; give one answer to each")


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
