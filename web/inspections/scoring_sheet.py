"""Inspections: the scoring sheet as printed, original beside follow-up. Figures lead to questions and cases."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries.inspection_entries import InspectionOpened
from domain.policy.frameworks.framework import Criterion, Question
from domain.policy.standards.edition import Edition
from projections.cases.case_reading import Reading
from projections.cases.stored_late import late_grounds, late_in_answer
from projections.inspections.sample_scores import (
    ScoreChange,
    ScoredSample,
    same_evidence,
    score_changes,
    scores_by_unit,
    units_added,
    with_comment,
)
from projections.lists.known_names import offered
from projections.scoring.answers import Answer
from projections.scoring.finding_text import exceeds_chance
from projections.scoring.scores import printed
from projections.scoring.verdicts import VERDICTS
from web.inspections.freeze_words import how_fixed
from web.inspections.printed_report import few
from web.inspections.report_seen import report_seen
from web.inspections.sheet_data import compared_words, names_of
from web.presentation.policy_words import policy_said
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("inspections", __name__)


@blueprint.get("/inspections")
@access_control.open_to(*READERS)
def index() -> str | Response:
    """The scoring sheet of the latest inspection, or what to do where there is none, or none whose policy can be used."""
    latest = current_inspections.front()
    if latest is None:
        return render_template("inspections/welcome.html", opens=_opens())
    if current_cases.repository().inspection(latest).unusable is not None:
        return redirect(url_for("policy.show", inspection=latest))
    return _sheet(latest)


@blueprint.get("/inspections/<inspection>")
@access_control.open_to(*READERS)
def sheet(inspection: str) -> str:
    """One inspection's scoring sheet."""
    current_inspections.inspection(inspection)
    return _sheet(inspection)


def _sheet(inspection: str) -> str:
    made = report_seen(inspection, current_cases.moment())
    mine = current_inspections.inspections()
    return render_template(
        "inspections/sheet.html",
        inspection=inspection,
        opened=made.opened,
        scored=made.scored,
        sheet=made.sheet,
        made=made,
        drawn=made.inspection.drawn,
        fixed=[
            *how_fixed(made.inspection),
            *policy_said(made.inspection),
            *current_inspections.without_before(inspection),
        ],
        added=units_added(current_cases.repository(), inspection, made.scored.framework),
        unit_titles={name: one.title for name, one in mine.items()},
        opens=_opens(),
        few=few,
        running=[(name, one) for name, one in mine.items() if name != inspection and _is_running(name)],
        others=[(name, other) for name, other in mine.items() if name != inspection],
    )


def _is_running(name: str) -> bool:
    """Whether the reader runs an inspection that is not published yet."""
    return current_inspections.runs(name) and current_cases.repository().inspection(name).published is None


def _opens() -> bool:
    """Whether the reader may open an inspection or an audit."""
    return access_control.account().may_open_inspections


@blueprint.get("/inspections/<inspection>/criteria/<criterion>")
@access_control.open_to(*READERS)
def criterion(inspection: str, criterion: str) -> str:
    """One criterion: its description, and its questions with n and interval, for all cases and at high risk of harm."""
    opened = current_inspections.inspection(inspection)
    now, before = now_and_before(inspection)
    found = criterion_found(now, criterion)
    return render_template(
        "inspections/criterion.html",
        inspection=inspection,
        opened=opened,
        criterion=found,
        scored=now,
        before=before,
        beyond=exceeds_chance,
        compared=lambda was, q: compared_words(exceeds_chance(was, q), evidence_is_same(opened)),
        evidence=opened.evidence or "not stated",
        names=_names(opened.follows) if before else None,
        printed=lambda score: printed(now.framework, score),
        **answers_by_unit(now, found),
    )


@blueprint.get("/inspections/<inspection>/questions/<question>")
@access_control.open_to(*READERS)
def question(inspection: str, question: str) -> str:
    """One question: its figure, and every case of the sample with its answer and the reasons for it."""
    opened = current_inspections.inspection(inspection)
    seen = question_seen(inspection, question)
    framework = seen.scored.framework
    return render_template(
        "inspections/question.html",
        inspection=inspection,
        opened=opened,
        question=seen.question,
        criterion=framework.criterion_of(question),
        **answers_by_unit(seen.scored, framework.criterion_of(question)),
        scored=seen.scored,
        before=seen.before,
        cases=seen.answered(),
        people=current_cases.names((reading.reference for reading, _ in seen.cases), seen.scored.moment),
        names=_names(opened.follows) if seen.before else None,
        hidden=seen.hidden,
        blind=seen.blind,
        source=framework.sources[seen.question.cite],
        printed=lambda score: printed(framework, score),
        rest_on=lambda reading, answer: rests_on_late(inspection, reading, answer, seen.scored),
    )


@dataclass(frozen=True)
class QuestionSeen:
    """A question of an inspection as its reader may see it.

    ``cases``: each case with its answer, the insufficient first. ``hidden``: how many cases are counted and not shown;
    ``blind``: of how many the reader has still to finish a reading.
    """

    question: Question
    scored: ScoredSample
    before: ScoredSample | None
    cases: list[tuple[Reading, Answer]]
    hidden: int
    blind: int

    def answered(self) -> list[tuple[Reading, Answer]]:
        """The same cases, with the comments of their judgements. They go into the access log."""
        access_control.shown(*(reading.reference for reading, _ in self.cases))
        return [answer_opened(*case) for case in self.cases]


def answer_opened(reading: Reading, answer: Answer) -> tuple[Reading, Answer]:
    """A case's answer with the comment of its judgement."""
    return reading, current_cases.repository().with_comment(reading.reference, answer)


def question_seen(inspection: str, question: str) -> QuestionSeen:
    """A question of an inspection that is open to the reader, at the moment read. 404 where its framework has none of this id."""
    now, before = now_and_before(inspection)
    asked = now.framework.questions.get(question)
    if asked is None:
        abort(404, f"There is no question called {question} in {now.framework.title}.")
    blind = current_inspections.blind(inspection)
    shown = current_inspections.shown(inspection, now.readings)
    cases = sorted(
        ((reading, answer) for reading in shown for answer in reading.answers if answer.question.id == question),
        key=lambda case: ((1, 0, 3, 2)[VERDICTS.index(case[1].answer)], case[0].reference),
    )
    return QuestionSeen(asked, now, before, cases, len(now.readings) - len(shown) - len(blind), len(blind))


def rests_on_late(inspection: str, reading: Reading, answer: Answer, scored: ScoredSample) -> list[str]:
    """The entries stored or corrected late on which an answer rests."""
    late = late_grounds(current_cases.repository(), reading.reference, reading.moment, inspection)
    return late_in_answer(answer, late, scored.moment.on)


@blueprint.get("/inspections/<inspection>/standards")
@access_control.open_to(*READERS)
def rescore(inspection: str) -> str:
    """The inspection judged by one edition of the standards only: the answers that change, and why."""
    opened = current_inspections.inspection(inspection)
    found = rescored(inspection, request.args.get("standards"))
    listed = [change_opened(change) for change in found.shown]
    access_control.shown(*dict.fromkeys(change.reference for change in listed))
    return render_template(
        "inspections/rescore.html",
        inspection=inspection,
        opened=opened,
        edition=found.edition,
        editions=found.before.framework.standards.editions,
        before=found.before,
        after=found.after,
        changes=listed,
        changed=found.changed,
    )


@dataclass(frozen=True)
class Rescored:
    """An inspection by one edition alone. ``shown``: the answers that change, as far as their cases are open to the reader;
    ``changed``: how many change in all."""

    edition: Edition
    before: ScoredSample
    after: ScoredSample
    shown: list[ScoreChange]
    changed: int


def rescored(inspection: str, name: str | None) -> Rescored:
    """An inspection judged by one edition of the standards (None: its latest). 404 where there is none of this id."""
    before = current_inspections.scored(inspection, current_cases.moment())
    editions = before.framework.standards.editions
    wanted = name or editions[-1].id
    edition = next((e for e in editions if e.id == wanted), None)
    if edition is None:
        abort(404, f"There is no edition called {wanted}. {offered(wanted, (e.id for e in editions))}")
    after = current_inspections.scored(inspection, current_cases.moment(), edition.id)
    found = score_changes(before.readings, after.readings)
    shown = {reading.reference for reading in current_inspections.shown(inspection, after.readings)}
    return Rescored(edition, before, after, [change for change in found if change.reference in shown], len(found))


def change_opened(change: ScoreChange) -> ScoreChange:
    """A change with the comments of its judgements."""
    return with_comment(current_cases.repository(), change)


def now_and_before(inspection: str) -> tuple[ScoredSample, ScoredSample | None]:
    """The inspection at the moment asked for, and the inspection that it follows at its own moment."""
    return current_inspections.scored(inspection, current_cases.moment()), current_inspections.scored_before(inspection)


OTHERS = "Other units, which are not open to you"


def answers_by_unit(scored: ScoredSample, criterion: Criterion) -> dict[str, Any]:
    """The added answers of each unit to a criterion of a region, and what the units are called."""
    section = next(one for one in scored.framework.sections if criterion in one.criteria)
    if section.rated_by != "units":
        return {"units": {}, "titles": {}}
    titles = {name: opened.title for name, opened in current_inspections.inspections().items()}
    return {"units": scores_by_unit(scored, titles, OTHERS), "titles": {**titles, OTHERS: OTHERS}}


def evidence_is_same(opened: InspectionOpened) -> bool | None:
    """Whether an inspection rests on the same evidence as the one that it follows; None where one does not say."""
    return same_evidence(current_cases.repository().inspections[opened.follows], opened) if opened.follows else None


def _names(follows: str | None) -> tuple[str, str] | None:
    """The names of the two columns: the inspection before, and the one that follows it."""
    return names_of(current_cases.repository().inspections[follows]) if follows else None


def criterion_found(scored: ScoredSample, name: str) -> Criterion:
    found = next((c for c in scored.framework.criteria if c.id == name), None)
    if found is None:
        abort(404, f"There is no criterion called {name} in {scored.framework.title}.")
    return found
