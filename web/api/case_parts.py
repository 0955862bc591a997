"""A case and its parts as answers give them, from the case as its pages read it."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from flask import url_for

from domain.calendar.workdays import ONE_DAY
from domain.entries.case_entries import EvidenceAttached, LearningPointNoted, ReadingReplied
from domain.store.stored_entries import NotHeld
from projections.cases.chart_lanes import Lane
from projections.cases.last_plans import last_plans
from projections.cases.person_details import PersonDetails
from projections.cases.stored_late import late_grounds, late_in_answer
from projections.cases.supervision_chart import SupervisionChart
from projections.cases.todays_law import todays_law
from projections.history.history import History
from projections.inspections.reading_replies import OpenReading
from projections.scoring.answers import Answer, Reason
from web.api.entry_answers import stored_answer
from web.api.entry_refs import entry_ref, entry_ref_or_none
from web.api.given_duties import duty_answer, duty_facts
from web.api.paged_lists import reading
from web.cases.answers_tab import by_criterion, judged_first_for
from web.cases.case_page import last_contacts, noticed, owed, upcoming
from web.cases.chart_legend import kind_of
from web.cases.chart_text import band_words, mark_words, summary
from web.cases.opened_case import OpenedCase
from web.cases.timeline_tab import answers_on_late, newest_first
from web.presentation.answer_reasons import because
from web.presentation.json_documents import scores
from web.presentation.todays_law_json import todays_law_document
from web.services import current_cases
from web.services.person_banner import person_banner


def case_answer(case: OpenedCase) -> dict[str, Any]:
    """The fields of ``CaseSchema``."""
    crn, number = case.reference.split("/")
    begun = case.reading.has_begun
    return {
        "case": case.reference, "crn": crn, "number": int(number), "version": version(case), "inspection": case.inspection,
        "unread": list(case.unseen), "person": _person(case), "begun": begun, "begins_on": begins_on(case),
        "held": held_answer(case.held), **(_begun(case) if begun else NOT_BEGUN), **reading(),
    }  # fmt: skip


NOT_BEGUN: dict[str, Any] = {
    "order": None, "holder": None, "overdue": [], "missed": 0, "next": [], "notices": [], "law_of_today": None, "plans": [],
    "contacts": [],
}  # fmt: skip


def version(case: OpenedCase) -> int | None:
    """The version of the file as its reader sees it today; None for who may read it as at an earlier day alone."""
    return current_cases.sealed_file(case.reference).version if current_cases.is_theirs(case.reference) else None


def begins_on(case: OpenedCase) -> date | None:
    """The day on which supervision began; before that day, on which it begins by the file. None: the file does not say."""
    if case.reading.has_begun:
        return case.reading.snapshot.spell.started_on
    begins = case.file.begun or case.file.first_entry
    return None if begins is None else begins.occurred_on


def _person(case: OpenedCase) -> dict[str, Any]:
    banner = person_banner()
    assert banner is not None  # the case was opened
    person = PersonDetails.on(case.reading.history, case.day)
    return {
        "name": banner.name, "hidden": person and person.hidden, "born": person and person.born, "says": banner.said,
        "limited": banner.limited,
    }  # fmt: skip


def _begun(case: OpenedCase) -> dict[str, Any]:
    history, day = case.reading.history, case.day
    spell = case.reading.snapshot.spell
    late, missed = owed(case)
    place = spell.place
    return {
        "order": {
            "type": spell.order_type, "started_on": spell.started_on, "ended_on": spell.ended_on, "tier": spell.tier,
            "risk": spell.risk, "mappa_level": spell.mappa_level, "away": spell.away,
        },
        "holder": {name: getattr(place, name) for name in ("officer", "officer_grade", "team", "division", "area")},
        "overdue": [duty_answer(one, day, history) for one in late],
        "missed": missed,
        "next": [duty_answer(one, day, history) for one in upcoming(case)],
        "notices": _notices(case),
        "law_of_today": todays_law_document(todays_law(history, day)),
        "plans": [entry_ref(fact.entry, history) for fact in last_plans(history, day)],
        "contacts": [{"entry": entry_ref(entry, history), "known": known} for entry, known in last_contacts(case)],
    }  # fmt: skip


def _notices(case: OpenedCase) -> list[dict[str, Any]]:
    return [
        {
            "notice": kind.id, "title": kind.title, "says": kind.says, "since": row.begins_on,
            "entry": entry_ref_or_none(row.entry, case.reading.history),
        }
        for kind, rows in noticed(case.reading.snapshot)
        for row in rows
    ]  # fmt: skip


def held_answer(held: NotHeld | None) -> dict[str, Any] | None:
    """The fields of ``NotHeldSchema``."""
    if held is None:
        return None
    return {"since": held.since, "taken_over": held.taken_over, "late": held.late, "others": held.others}


def answers_answer(case: OpenedCase) -> dict[str, Any]:
    """The fields of ``CaseAnswersSchema``."""
    judged_first, framework = judged_first_for(case.reference), case.reading.framework
    grounds = late_grounds(current_cases.repository(), case.reference, case.reading.moment)
    criteria = [] if judged_first else by_criterion(case.reading.answers, framework)
    return {
        "case": case.reference, "framework": framework.id, "framework_title": framework.title, "inspection": case.inspection,
        "judged_first": judged_first,
        "criteria": [
            {"criterion": name, "title": title, "answers": [_answer(case, one, grounds) for one in given]}
            for name, title, given in criteria
        ],
        "score": None if judged_first else scores(case.reading.score), **reading(),
    }  # fmt: skip


def _answer(case: OpenedCase, answer: Answer, grounds: Collection[str]) -> dict[str, Any]:
    history = case.reading.history
    return {
        "question": answer.question.id, "text": answer.question.text, "answer": answer.answer, "basis": answer.basis,
        "absent": answer.absent, "other": answer.other, "sure": list(answer.sure),
        "because": [_reason(case, one) for one in answer.because], "beside": [_reason(case, one) for one in answer.beside],
        "late": [entry_ref(entry, history) for entry in late_in_answer(answer, grounds, case.day)],
    }  # fmt: skip


def _reason(case: OpenedCase, reason: Reason) -> dict[str, Any]:
    history, day, duty, judged = case.reading.history, case.day, reason.obligation, reason.judgement
    met = () if duty is None or duty.met_on is None or duty.met_on > day else duty.met_by
    return {
        "says": because(reason, day), "duty": None if duty is None else duty_facts(duty, day),
        "raised_by": entry_ref_or_none(None if duty is None else duty.raised_by, history),
        "met_by": [entry_ref(one, history) for one in dict.fromkeys(met)],
        "judgement": entry_ref_or_none(None if judged is None else judged.entry, history),
    }  # fmt: skip


def history_answer(case: OpenedCase) -> dict[str, Any]:
    """The fields of ``CaseHistorySchema``."""
    stored = [(item.fact.entry, item.stored) for item in newest_first(case) if item.stored is not None]
    return {
        "case": case.reference, "version": version(case), "entries": len(case.items),
        "late": [
            {"entry": entry_ref(entry, case.reading.history), "stored": stored_answer(one)} for entry, one in stored if one.late
        ],
        "taken_over": sum(one.taken_over for _, one in stored), "answers_on_late": answers_on_late(case),
        "held": held_answer(case.held), **reading(),
    }  # fmt: skip


def readings_answer(case: OpenedCase, readings: Sequence[OpenReading]) -> dict[str, Any]:
    """The fields of ``CaseReadingsSchema``."""
    return {
        "case": case.reference,
        "readings": [
            {
                "inspection": one.name, "title": one.opened.title, "replies": [_said(said) for said in one.replies],
                "points": [_said(said) for said in one.points],
                "files": [file_answer(case.reference, one.name, one.opened.title, fact) for fact in one.attached],
            }
            for one in readings
        ],
        **reading(),
    }  # fmt: skip


def _said(fact: ReadingReplied | LearningPointNoted) -> dict[str, Any]:
    return {"says": fact.says, "by": fact.by, "on": fact.occurred_on, "question": getattr(fact, "question", None)}


def file_answer(reference: str, inspection: str, title: str, fact: EvidenceAttached) -> dict[str, Any]:
    """The fields of ``CaseFileSchema``. ``title``: of the inspection."""
    crn, number = reference.split("/")
    address = url_for("cases.attached", crn=crn, number=number, inspection=inspection, entry=fact.entry)
    return {
        "inspection": inspection, "title": title, "entry": fact.entry, "name": fact.name, "kind": fact.kind,
        "size": fact.size, "by": fact.by, "attached_on": fact.occurred_on, "scanned": fact.scanned,
        "address": address.partition("?")[0],
    }  # fmt: skip


def chart_fields(chart: SupervisionChart, history: History) -> dict[str, Any]:
    """The days, words and lanes of a supervision chart."""
    return {
        "first": chart.first, "last": chart.last, "started_on": chart.started, "ended_on": chart.ended,
        "summary": summary(chart), "lanes": [_lane(lane, chart, history) for lane in chart.lanes],
    }  # fmt: skip


def _lane(lane: Lane, chart: SupervisionChart, history: History) -> dict[str, Any]:
    return {
        "name": lane.name,
        "marks": [
            {
                "on": mark.day, "kind": kind_of(mark), "says": mark_words(mark, chart.day),
                "entry": entry_ref_or_none(mark.entry, history),
            }
            for mark in lane.marks
        ],
        "bands": [
            {
                "first": band.start, "last": band.until - ONE_DAY, "kind": band.kind, "says": band_words(band),
                "entry": entry_ref_or_none(band.entry, history),
            }
            for band in lane.bands
        ],
    }  # fmt: skip
