"""The JSON documents of the command line and the API. Their form is stable: see ``docs/interchange.md``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from msgspec import structs

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry
from domain.entries.schemas import dump_entry
from domain.policy.kept_texts import KeptTexts
from domain.store.stored_entries import Stored
from projections.cases.case_reading import Reading
from projections.cases.caseload import DutyLine, NoticeLine
from projections.cases.rests_on import RestsOn
from projections.cases.stored_late import StoredLate
from projections.cases.todays_law import todays_law
from projections.inspections.sample_scores import ScoreChange, ScoredSample
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import interruption
from projections.scoring.answers import Answer, Reason
from projections.scoring.management_ladder import CriterionRung
from projections.scoring.score_bands import SectionBand
from projections.scoring.scores import CriterionScore, QuestionScore, Score
from web.presentation.answer_reasons import because
from web.presentation.rating_json import rating_document
from web.presentation.todays_law_json import todays_law_document


def entry_document(kept_on: str, reference: str, fact: Entry, stored: Stored | None = None) -> dict[str, Any]:
    """One entry in its interchange form, as export writes it in a line.

    ``stored``: how this record stored it, which the line claims. What the entry claims itself then is an ``earlier`` record's.
    """
    return {kept_on: reference, **dump_entry(fact if stored is None else claiming(fact, stored))}


LONGEST_CLAIM = 900
"""Characters of who stored an entry, as another record is told; an instant fits beside them."""


def claiming(fact: Entry, stored: Stored) -> Entry:
    """An entry as this record hands it on: with what it knows of its storing in place of what another record claimed."""
    before = (
        []
        if fact.stored_at is None
        else [f"{fact.stored_at.isoformat()} {(fact.stored_by or '')[:LONGEST_CLAIM]}".strip()]
    )
    return structs.replace(
        fact, stored_at=stored.at, stored_by=str(stored.by)[:LONGEST_CLAIM] or None, source=stored.by.source or None,
        earlier=[*before, *(fact.earlier or ())] or None,
    )  # fmt: skip


def stored_document(stored: Stored) -> dict[str, Any]:
    """How an entry was stored here."""
    return {
        "at": stored.at.isoformat(),
        "by": str(stored.by),
        "source": stored.by.source or None,
        "registered": stored.registered if stored.by.source else None,
        "late": stored.late,
        "taken_over": stored.taken_over,
        "days_after_recording": stored.days,
    }


def stored_late_document(late: StoredLate) -> dict[str, Any]:
    """What of a sample was stored late, how many answers rest on it, and what was taken over."""
    return {
        "entries": late.entries,
        "cases": late.cases,
        "answers": late.answers,
        "taken_over": late.taken_over,
        "cases_not_held": late.not_held,
    }


def _number(value: Fraction | float | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def known(known_at: datetime | None) -> str:
    """The instant before which entries are known, in London's time; ``hindsight`` where all are."""
    return "hindsight" if known_at is None else known_at.astimezone(LONDON).isoformat()


def question_document(q: QuestionScore) -> dict[str, Any]:
    """The figures of a question."""
    low, high = q.interval or (None, None)
    return {
        "id": q.question.id,
        "sufficient": q.sufficient,
        "insufficient": q.insufficient,
        "not_applicable": q.not_applicable,
        "not_answered": q.not_answered,
        "absent": q.absent,
        "score": _number(q.score),
        "low": _number(low),
        "high": _number(high),
    }


def _criterion(c: CriterionScore) -> dict[str, Any]:
    return {
        "id": c.criterion.id,
        "weight": c.criterion.weight,
        "score": _number(c.score),
        "printed": c.printed,
        "questions": [question_document(q) for q in c.questions],
    }


def scores(score: Score) -> dict[str, Any]:
    """The scores of cases, by section and criterion."""
    return {
        "cases": score.cases,
        "sections": [{"id": s.section.id, "score": _number(s.score), "printed": s.printed} for s in score.sections],
        "criteria": [_criterion(c) for c in score.criteria],
    }


def _managed(placed: CriterionRung) -> dict[str, Any]:
    """A criterion of management: its printed rung, the rung that its ratings propose, and the reason."""
    out, adjusted = placed.not_followed_up, placed.adjusted
    return {
        "id": placed.criterion.id,
        "printed": placed.printed,
        "proposed": placed.proposed,
        "reason": None if out else placed.why if adjusted is None else adjusted.reason,
    }


def score_document(
    scored: ScoredSample,
    inspection: str | None = None,
    management: Iterable[CriterionRung] = (),
    bands: Sequence[SectionBand] = (),
) -> dict[str, Any]:
    """A score. ``section_a``, for an inspection only: the criteria of management, which are rated and not scored.

    ``rating``: of a framework with bands only. ``kept_policy``: the texts of a freeze, where they are not those in force.
    """
    return {
        "as_at": scored.moment.on.isoformat(),
        "known_at": known(scored.moment.known_at),
        "framework": scored.framework.id,
        "framework_version": scored.framework.version,
        **({"kept_policy": kept_document(kept)} if (kept := scored.framework.kept) else {}),
        "inspection": inspection,
        **scores(scored.score),
        "section_a": [_managed(placed) for placed in management],
        **({"rating": rating_document(scored.framework, bands)} if bands else {}),
        "high_risk": scores(scored.high_risk),
        "rests_on": rests_on_document(scored.rests_on),
        "marked": scored.marked,
    }


def kept_document(texts: KeptTexts | None) -> list[dict[str, str]]:
    """Texts of policy that were kept with an inspection, each with its SHA-256; none: the policy of the program."""
    return [{"kind": one.kind, "id": one.id, "sha256": one.digest} for one in (texts.texts if texts else ())]


def rests_on_document(rests_on: RestsOn) -> dict[str, Any]:
    """What a score rests on: how many cases were away for part of the time, and subjects without duties on the day."""
    return {
        "cases": rests_on.cases,
        "in_custody": rests_on.in_custody,
        "whereabouts_unknown": rests_on.whereabouts_unknown,
        "contact_suspended": rests_on.contact_suspended,
        "not_laid": list(rests_on.not_laid),
    }


def obligation_document(obligation: Obligation, day: date) -> dict[str, Any]:
    """A duty. ``due_on`` is null while it waits for a release."""
    met_by = list(obligation.met_by) if obligation.met_on and obligation.met_on <= day else []
    return {
        "clause": obligation.clause.id,
        "edition": obligation.clause.edition,
        "citation": obligation.value.citation,
        "sure": obligation.value.sure,
        "state": obligation.state(day),
        "arises_on": obligation.arises_on.isoformat(),
        "due_on": _day(obligation.due_day),
        "met_on": _day(obligation.met_on if obligation.met_on and obligation.met_on <= day else None),
        "ended_on": _day(obligation.ended_on if obligation.ended_on and obligation.ended_on <= day else None),
        "raised_by": obligation.raised_by,
        "met_by": met_by[-1] if met_by else None,
        "met_by_entries": met_by,
        "days_late": obligation.days_late(day),
        "dispensed_until": _day(obligation.dispensed_until(day)),
    }


def _reason(reason: Reason, day: date) -> dict[str, Any]:
    found: dict[str, Any] = {"words": because(reason, day)}
    if reason.obligation is not None:
        found["obligation"] = obligation_document(reason.obligation, day)
    if reason.judgement is not None:
        found["entry"] = reason.judgement.entry
    return found


def case_document(reading: Reading, stored: Mapping[str, Stored]) -> dict[str, Any]:
    """One case: the entries known and dated by the day, the duties that had arisen, the answers, the case's own score."""
    day = reading.moment.on
    return {
        "case": reading.reference,
        "as_at": day.isoformat(),
        "known_at": known(reading.moment.known_at),
        "received": reading.moment.received,
        "stored": {
            f.entry: stored_document(stored[f.entry])
            for f in reading.history.entries
            if f.occurred_on <= day and f.entry in stored
        },
        "facts": [dump_entry(f) for f in reading.history.entries if f.occurred_on <= day and not file_named(f.entry)],
        "obligations": [
            {**obligation_document(o, day), "interruption": interruption(o, reading.history)}
            for o in reading.obligations
            if o.state(day) is not None
        ],
        "notices": [
            {"notice": row.notice, "since": row.begins_on.isoformat(), "entry": row.entry}
            for row in (reading.snapshot.noticed if reading.has_begun else ())
        ],
        "law_of_today": todays_law_document(todays_law(reading.history, day)),
        "answers": [
            {
                "question": a.question.id,
                "answer": a.answer,
                "basis": a.basis,
                "absent": a.absent,
                "other": a.other,
                "sure": list(a.sure),
                "because": [_reason(r, day) for r in a.because],
                **_key_question(a),
            }
            for a in reading.answers
        ],
        "score": scores(reading.score),
    }


def _key_question(answer: Answer) -> dict[str, Any]:
    """Of a key question: what its reader noted on the prompts, and what the entries give beside it. Neither scores."""
    asked = answer.question
    if not (asked.prompts or asked.evidence):
        return {}
    noted = answer.judged.prompts if answer.judged else ()
    return {
        "prompts": {one.prompt: one.answer for one in noted},
        "beside": answer.beside[0].words if answer.beside else None,
    }


def change_document(change: ScoreChange, day: date) -> dict[str, Any]:
    """An answer that is different by another edition of the standards, and why."""
    return {
        "case": change.reference,
        "question": change.now.question.id,
        "was": change.was.answer,
        "now": change.now.answer,
        "because": [_reason(reason, day) for reason in change.now.because],
    }


def notice_document(notices: Sequence[NoticeLine]) -> list[dict[str, Any]]:
    """What must be looked at, whatever duties are laid."""
    return [
        {
            "case": line.case.reference,
            "notice": line.kind.id,
            "says": line.kind.says,
            "since": line.notice.begins_on.isoformat(),
            "officer": line.case.spell.place.officer,
            "team": line.case.spell.place.team,
        }
        for line in notices
    ]


def due_document(owed: Sequence[DutyLine]) -> list[dict[str, Any]]:
    return [
        {
            "case": o.case.reference,
            "clause": o.clause.id,
            "citation": o.obligation.value.citation,
            "sure": o.obligation.value.sure,
            "due_on": _day(o.obligation.due_day),
            "state": o.state,
            "officer": o.case.spell.place.officer,
            "team": o.case.spell.place.team,
        }
        for o in owed
    ]
