"""The answers of one reading: what the form says, what is recorded, and when the reading is finished."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from flask import request

from domain.aggregates.calibration_rules import check_calibrating
from domain.aggregates.inspection import Inspection, Task
from domain.aggregates.inspection_rules import check_answer
from domain.entries import code_lists, refusals
from domain.entries.case_entries import InterviewNoted, QualityJudged
from domain.entries.inspection_entries import ReadingCompleted
from domain.entries.schemas import ShapeError, load_entry
from projections.cases.case_reading import Reading
from projections.inspections.reading_questions import (
    CommentReason,
    ReadingQuestion,
    questions_asked,
    unanswered,
)
from projections.inspections.sample_scores import inspection_moment
from web.inspections.inspection_form import by_key
from web.recording.inspection_entry import Problems, enter, token
from web.recording.problem_words import in_plain_words
from web.services import current_cases, person_banner
from web.site import access_control, clock

ANSWERS: Mapping[code_lists.JudgedAnswer, str] = {
    "sufficient": "Yes: sufficient", "insufficient": "No: insufficient", "not_applicable": "Not applicable",
}  # fmt: skip
"""Each answer of a reader, as it is offered under its question."""

INTERVIEWED: Mapping[code_lists.InterviewedWith, code_lists.ReadingSource] = {
    "practitioner": "interview_with_practitioner", "person_supervised": "interview_with_person_supervised",
}  # fmt: skip
"""With whom an interview was -> the source that it is. All others: ``interview_with_others``."""

PROMPT_ANSWERS: tuple[str, ...] = get_args(code_lists.PromptAnswer)

COMMENT_WANTED: Mapping[CommentReason, str] = {
    "not applicable": "It was required: say why the question does not apply",
    "overruling": "Say why you overrule what the entries give",
}
"""Why a comment must be given -> what to ask for."""


def questions(inspection: str, found: Inspection, task: Task, *, opened: bool = False) -> list[ReadingQuestion]:
    """The questions about one case with the answers of its reader so far. ``opened``: with the comments of these."""
    reading = case_read(inspection, found, *task, opened=opened)
    return questions_asked(
        found.framework, reading, inspection, second=task[1], left_out=found.not_rescored, blind=found.is_blind
    )


def case_read(inspection: str, found: Inspection, reference: str, second: bool, *, opened: bool = False) -> Reading:
    """One case at the inspection's own moment. ``second``: with the answers of its second reader. ``opened``: with its texts.

    A case of calibration has the answers of the person signed in alone.
    """
    assert found.opened is not None
    moment = inspection_moment(found.opened)
    reading = current_cases.repository().read(
        reference, moment, found.framework, inspection, second=second, opened=opened, again="open",
        calibrated_by=access_control.account().made if reference in found.calibration.cases else None,
    )  # fmt: skip
    return person_banner.opened(reading) if opened else reading


def too_late(found: Inspection, task: Task) -> refusals.TooLate | None:
    """Why no answer of this reading can be recorded any more; None while it can."""
    try:
        if task[0] in found.calibration.cases:
            check_calibrating(found, task[0], access_control.account().keys)
            return None
        check_answer(found, task[0], second=task[1])
    except refusals.TooLate as error:
        return error
    return None


def save_answers(inspection: str, found: Inspection, task: Task) -> tuple[Problems, int]:
    """Record the answers that are new or changed. Returns the problems and the number recorded."""
    if (late := too_late(found, task)) is not None:
        return {"step": in_plain_words(late.reason)}, 0
    problems, answers = _answers_typed(inspection, found, task)
    as_reader = {
        "role": found.assessors.get(_reader(found, task), access_control.account().judges_as),
        **({"second": True} if task[1] else {}),
        **({"calibration": True} if task[0] in found.calibration.cases else {}),
        **_reopening(found, task),
    }
    refused, recorded = _record_answers(inspection, found, task[0], [{**as_reader, **one} for one in answers])
    return (problems if refused == {} else refused), recorded


def _reader(found: Inspection, task: Task) -> str:
    """The staff key under which the person signed in gives this reading."""
    if task[0] in found.calibration.cases:
        return next(filter(access_control.account().is_named, found.assessors))
    return found.allocated[task]


def _reopening(found: Inspection, task: Task) -> dict[str, str]:
    """What an answer names where its reading was opened again because of a comment."""
    name = None if task[1] else found.process.reopening_of(task[0])
    return {} if name is None else {"reopening": name}


def settle_answer(inspection: str, found: Inspection, case: str, answer: Mapping[str, Any]) -> Problems:
    """Record the answer that settles what two readers answered differently. Returns the problems."""
    said = {"role": access_control.account().judges_as, "adjudicates": True, **answer}
    return _record_answers(inspection, found, case, [said])[0]


def _record_answers(
    inspection: str, found: Inspection, case: str, answers: Sequence[Mapping[str, Any]]
) -> tuple[Problems, int]:
    """Record answers to questions about a case, all or none. Returns the problems and the number recorded."""
    who, now = access_control.account(), clock.recording_time()
    common = {
        "occurred_on": clock.today().isoformat(), "recorded_at": now.isoformat(), "recorded_by": who.username,
        "framework": found.framework.id, "by": who.name, "by_id": who.username, "inspection": inspection,
    }  # fmt: skip
    try:
        made = [
            load_entry("QualityJudged", {"entry": f"reading-{secrets.token_hex(6)}", **common, **one})
            for one in answers
        ]
        fresh = current_cases.repository().files.record(
            case, made, actor=access_control.stored_by_account(who.username), now=now
        )
    except (ShapeError, refusals.Refused, refusals.BusyFile) as error:
        return {"step": str(error)}, 0
    if fresh:
        access_control.log("recorded", case, detail=f"{inspection}: {len(fresh)} answers")
    return {}, len(fresh)


def _answers_typed(inspection: str, found: Inspection, task: Task) -> tuple[Problems, list[dict[str, Any]]]:
    """The problems in the answers of the form; and the sound ones that are new or changed, as interchange fields."""
    problems: Problems = {}
    answers = []
    for asked in questions(inspection, found, task, opened=True):
        name, answer, comment = asked.question.id, *_typed(asked.question.id)
        noted = _noted(asked)
        if not asked.is_new(answer, comment, noted):
            continue
        if answer not in ANSWERS:
            problems[f"answer {name}"] = f"Choose an answer: {asked.question.text}"
        elif (wanting := asked.comment_wanted(answer, comment)) is not None:
            problems[f"comment {name}"] = f"{COMMENT_WANTED[wanting]}: {asked.question.text}"
        else:
            more: dict[str, Any] = {"comment": comment} if comment else {}
            if noted:
                more["prompts"] = [{"prompt": prompt, "answer": said} for prompt, said in noted.items()]
            answers.append({"question": name, "answer": answer, "overrules": asked.overrules(answer), **more})
    return problems, answers


def _typed(question: str) -> tuple[str, str]:
    """The answer and the comment of the form to one question, each empty where there is none."""
    comment = request.form.get(f"comment {question}", "").replace("\r\n", "\n").strip()
    return request.form.get(f"answer {question}", ""), comment


def _noted(asked: ReadingQuestion) -> dict[str, str]:
    """What the form notes on the prompts of a question; a prompt without a word is left out."""
    typed = {prompt.id: request.form.get(f"prompt {asked.question.id} {prompt.id}", "") for prompt in asked.prompts}
    return {prompt: said for prompt, said in typed.items() if said in PROMPT_ANSWERS}


def finish_reading(inspection: str, found: Inspection, task: Task) -> Problems:
    """Record that the reading is finished. A problem where a question is open and no note says why."""
    left = unanswered(questions(inspection, found, task))
    note = request.form.get("note", "").strip()
    if left and not note:
        words = f"{left} questions are not answered" if left > 1 else "One question is not answered"
        return {"note": f"{words}. Answer them, or say here why they stay open"}
    values = {
        "case": task[0],
        **by_key(found, _reader(found, task)),
        "note": note,
        **({"calibration": True} if task[0] in found.calibration.cases else {}),
        **({"second": True} if task[1] else {}),
        "answers": _answered_again(found, task),
        "sources": [kind for kind in code_lists.READING_SOURCES if kind in request.form.getlist("sources")],
    }
    return enter(inspection, "ReadingCompleted", values, entry=token())


def sources_known(
    finished: ReadingCompleted | None, interviews: Sequence[InterviewNoted]
) -> set[code_lists.ReadingSource]:
    """The sources ticked before the reader has said any: those of the last time; else the file, which the page shows, and whom
    the reader noted an interview with."""
    if finished is not None:
        return set(finished.sources)
    return {"case_file", *(INTERVIEWED.get(one.with_, "interview_with_others") for one in interviews)}


def _answered_again(found: Inspection, task: Task) -> list[str]:
    """The ids of the answers that were given since a reading was opened again; none where it was not."""
    reopening = _reopening(found, task).get("reopening")
    entries = current_cases.repository().file(task[0]).entries.values() if reopening else ()
    return [fact.entry for fact in entries if isinstance(fact, QualityJudged) and fact.reopening == reopening]
