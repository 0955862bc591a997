"""How a case's file grew, step by step, and what it showed then beside what is known now, as JSON."""

from datetime import date
from typing import Any, cast

from flask import abort

from domain.accounts.roles import READERS
from projections.cases.case_differences import AnswerChange, DutyChange
from projections.cases.hindsight import HindsightDifference, then_and_now
from projections.cases.replay import By, StepLabel
from projections.history.history import History
from projections.obligations.duty_state import STATES
from projections.scoring.verdicts import VERDICTS
from web.api.answer_fields import code, day, flag, many, part, reference, said, whole
from web.api.api_query import Answer, Query, choice
from web.api.case_parts import chart_fields
from web.api.case_resources import EXAMPLE, PATH
from web.api.case_schemas import ChartLaneSchema
from web.api.entry_answers import AddedEntrySchema, added_entry
from web.api.given_duties import DutyFactsSchema, duty_facts
from web.api.paged_lists import ReadSchema, Rows, reading
from web.api.resources import Resource
from web.api.score_schemas import ScoresSchema
from web.cases.replay_pages import opened_replay, step_chart
from web.presentation.duty_sentences import duty_sentence
from web.presentation.formatting import long_date
from web.presentation.json_documents import scores
from web.services import current_cases

blueprint = Resource(
    "replay", tag="Replay", description="How a file grew step by step, and then and now.", purpose="supervision"
)


class ReplayQuery(Query):
    """By what the file is stepped through."""

    by = choice("Whether a step is an `entry` (the default) or a `day`.", "entry", "day")


class ReplayStepLineSchema(Answer):
    """A step of a replay."""

    step = whole("Its number, from 1.", 1)
    on = day("The day as at which it is read.")
    known = whole("Entries that are known after it.", 1)


class DutyChangeSchema(Answer):
    """A duty whose state is another one."""

    was = code("Its state before; null: there was no such duty.", *STATES, null=True)
    now = code("Its state after; null: there is no such duty.", *STATES, null=True)
    says = said("The duty in a sentence.")
    duty = part(DutyFactsSchema, "The duty.")


class AnswerChangeSchema(Answer):
    """A question whose answer is another one."""

    question = said("The id of the question.", "plan-reviewed")
    text = said("The question.")
    was = code("The answer before.", *VERDICTS)
    now = code("The answer after.", *VERDICTS)


class StepChartSchema(Answer):
    """The supervision as known at a step."""

    first = day("The first day of the chart.")
    last = day("The last day of the chart.")
    started_on = day("The day on which supervision began.")
    ended_on = day("The day on which it ended; null: it goes on.", null=True)
    summary = said("The whole in words.")
    lanes = many(ChartLaneSchema, "Its lanes, in reading order.")


class ReplayStepSchema(ReplayStepLineSchema, ReadSchema):
    """A step of a replay: what was added, and what it changed."""

    case = reference()
    by = code("Whether a step is an entry or a day.", "entry", "day")
    steps = whole("How many steps there are.", 74)
    was_on = day("The day as at which the step before is read.")
    added = many(AddedEntrySchema, "The entries added; empty: a day passed.")
    duties = many(DutyChangeSchema, "The duties of the national standards whose state it changed.")
    answers = many(AnswerChangeSchema, "The answers that it changed.")
    overdue = many(DutyFactsSchema, "The duties of the national standards that are overdue after it.")
    score_before = part(ScoresSchema, "The case's own score before.")
    score_after = part(ScoresSchema, "The case's own score after.")
    chart = part(StepChartSchema, "The supervision as known then; null: it had not begun.", null=True)


class BecauseSchema(Answer):
    """The entries that make a difference."""

    because = many(AddedEntrySchema, "The entries responsible.")
    together = flag("Whether no single one of them is responsible, but all together.")


class DutyDifferenceSchema(DutyChangeSchema, BecauseSchema):
    """A duty that reads otherwise now, and why."""


class AnswerDifferenceSchema(AnswerChangeSchema, BecauseSchema):
    """An answer that is another one now, and why."""


class ThenAndNowSchema(ReadSchema):
    """A case on a day as the file was then, and with everything recorded since."""

    case = reference()
    later = whole("Entries about the time up to the day that were recorded after it.", 3)
    responsible = whole("Those of them that change anything.", 1)
    duties = many(DutyDifferenceSchema, "The duties that differ.")
    answers = many(AnswerDifferenceSchema, "The answers that differ.")
    score_then = part(ScoresSchema, "The case's own score as the file stood.")
    score_now = part(ScoresSchema, "The case's own score with hindsight.")


Step = tuple[int, StepLabel]


@blueprint.paged(
    f"{PATH}/replay", "listReplaySteps", ReplayStepLineSchema, roles=READERS, filters=ReplayQuery, path=EXAMPLE,
    sort={"step": lambda step: step[0]}, dear=True)  # fmt: skip
def steps(query: dict[str, Any], crn: str, number: int) -> Rows[Step]:
    """The steps by which a file grew.

    Whoever held the case on the day read, and holds it no longer, sees the file as it was known on that day."""
    _, replay = opened_replay(f"{crn}/{number}")
    labels = list(enumerate(replay.labels(_by(query)), start=1))
    return Rows(labels, given=_line)


@blueprint.one(
    f"{PATH}/replay/<int:position>", "getReplayStep", ReplayStepSchema, roles=READERS, query=ReplayQuery,
    path=EXAMPLE | {"position": "1"}, dear=True)  # fmt: skip
def replay_step(query: dict[str, Any], crn: str, number: int, position: int) -> dict[str, Any]:
    """One step of a replay.

    What was added, which duties and answers it changed, and the figures before and after."""
    opened, replay = opened_replay(f"{crn}/{number}")
    by = _by(query)
    labels = replay.labels(by)
    if not 1 <= position <= len(labels):
        abort(404, f"There is no step {position}: this file has {len(labels)} steps by {by}.")
    found = replay.step(by, position)
    on, history = found.after.moment.on, found.after.history
    chart = step_chart(found, labels)
    return {
        **_line((position, labels[position - 1])), "case": opened.reference, "by": by, "steps": len(labels),
        "was_on": found.before.moment.on, "added": [added_entry(opened.reference, fact, history) for fact in found.added],
        "duties": [_duty_change(one, on, history) for one in found.duties],
        "answers": [_answer_change(one) for one in found.answers],
        "overdue": [duty_facts(duty, on) for duty in found.overdue],
        "score_before": scores(found.before.score), "score_after": scores(found.after.score),
        "chart": None if chart is None else chart_fields(chart, history), **reading(),
    }  # fmt: skip


@blueprint.one(f"{PATH}/then-and-now", "getThenAndNow", ThenAndNowSchema, roles=READERS, path=EXAMPLE, dear=True)
def compare(_: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """A case then and now.

    The file as it stood on the day, beside hindsight, and the entries that make each difference."""
    reference = f"{crn}/{number}"
    opened = current_cases.case(reference)
    if not opened.has_begun:
        abort(404, f"Supervision under {reference} had not begun by {long_date(opened.moment.on)}.")
    found = then_and_now(current_cases.shown_person(reference), opened.moment.on, current_cases.framework())
    history = found.now.history
    return {
        "case": reference, "later": len(found.later), "responsible": found.responsible,
        "duties": [
            _duty_change(one.change, found.on, history) | _because(reference, one, history) for one in found.duties
        ],
        "answers": [_answer_change(one.change) | _because(reference, one, history) for one in found.answers],
        "score_then": scores(found.then.score), "score_now": scores(found.now.score), **reading(),
    }  # fmt: skip


def _by(query: dict[str, Any]) -> By:
    return cast(By, query.get("by", "entry"))


def _line(step: Step) -> dict[str, Any]:
    number, label = step
    return {"step": number, "on": label.on, "known": label.known}


def _duty_change(change: DutyChange, on: date, history: History) -> dict[str, Any]:
    return {
        "was": change.was_state, "now": change.now_state, "says": duty_sentence(change.duty, on, history=history).text,
        "duty": duty_facts(change.duty, on),
    }  # fmt: skip


def _answer_change(change: AnswerChange) -> dict[str, Any]:
    question = change.now.question
    return {"question": question.id, "text": question.text, "was": change.was.answer, "now": change.now.answer}


def _because(
    reference: str, difference: HindsightDifference[DutyChange] | HindsightDifference[AnswerChange], history: History
) -> dict[str, Any]:
    return {
        "because": [added_entry(reference, fact, history) for fact in difference.because], "together": difference.together
    }  # fmt: skip
