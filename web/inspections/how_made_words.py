"""How an inspection was made, in words and as data."""

from typing import Any

from domain.entries.code_lists import label
from projections.inspections.assessor_agreement import Agreement
from projections.inspections.how_made import HowMade
from web.presentation.formatting import count_noun, percent, sentence

OUTCOMES = {"accepted": "accepted", "partly_accepted": "accepted in part", "refused": "refused"}


def made_facts(made: HowMade) -> list[tuple[str, str]]:
    """As names and values for a page or a report."""
    return [
        ("Readers", _readers_said(made)),
        ("Calibration before fieldwork", _calibration_said(made)),
        ("Agreement of two readers", agreement_said(made.agreement)),
        ("Readings rested on", _sources_said(made)),
        ("Interviews noted", count_noun(made.interviews, "interview") if made.interviews else "none"),
        ("Settled by a third", count_noun(made.settled, "answer") if made.settled else "nothing"),
        ("Given out in spite of a conflict", count_noun(made.despite, "reading") if made.despite else "none"),
        ("Recorded or stored after the list", count_noun(made.after_list, "entry", "entries") if made.after_list else "nothing"),
        ("Alerts", _alerts_said(made)),
        ("Comments of the area", _comments_said(made)),
    ]  # fmt: skip


def _readers_said(made: HowMade) -> str:
    said = [
        f"{one.name}, {label(one.kind)} ({one.first} first"
        + (f" and {one.second} second readings)" if one.second else " readings)")
        for one in made.readers
    ]
    return "; ".join(said) or "nobody is named"


def _calibration_said(made: HowMade) -> str:
    """How many cases were read beside the sample to compare how assessors judge, by how many, and how far they agreed."""
    if not made.calibrated:
        return "no case was read"
    words = f"{count_noun(made.calibrated, 'case')}, {count_noun(made.calibrated_by, 'reader')}"
    found = made.calibration
    if not found.n:
        return f"{words}; no two answered the same question"
    return f"{words}; {percent(100 * found.agreed / found.n)} of {count_noun(found.n, 'pair')} of answers agreed"


def _sources_said(made: HowMade) -> str:
    """In how many finished first readings each source was named, and in how many none was."""
    said = [f"{label(kind)} in {count:,}" for kind, count in made.rested_on.items() if count]
    said += [f"not said in {made.sources_not_said:,}"] if made.sources_not_said else []
    return sentence(", ".join(said)) if said else "no reading is finished"


def agreement_said(found: Agreement) -> str:
    """The share agreed, n and kappa together, with their intervals."""
    if not found.n:
        return "no case was read twice"
    between = found.interval
    words = f"{percent(100 * found.agreed / found.n)} of {count_noun(found.n, 'answer')}"
    words += f" ({percent(between.low)} to {percent(between.high)})" if between else ""
    kappa, reach = found.kappa, found.kappa_interval_told
    if kappa is None:
        return f"{words}; no kappa, since chance alone gives full agreement"
    reaches = f"{reach.low:.2f} to {reach.high:.2f}" if reach else "no interval"
    return f"{words}; Cohen's kappa {float(kappa):.2f} ({reaches})"


def _alerts_said(made: HowMade) -> str:
    if not made.alerts:
        return "none was raised"
    return f"{made.alerts} raised, {made.alerts_answered} answered, {made.alerts_in_time} of these by the hour set"


def _comments_said(made: HowMade) -> str:
    said = [f"{made.comments[outcome]} {words}" for outcome, words in OUTCOMES.items() if made.comments.get(outcome)]  # type: ignore[index, call-overload]
    said += [f"{made.comments_open} not answered"] if made.comments_open else []
    said += [f"{made.comments_late} made after the last day"] if made.comments_late else []
    said += [f"{count_noun(made.reopened, 'reading')} opened again"] if made.reopened else []
    return sentence(", ".join(said)) if said else "none"


def made_document(made: HowMade) -> dict[str, Any]:
    """As data for the report's JSON."""
    kappa, reach = made.agreement.kappa, made.agreement.kappa_interval
    return {
        "readers": [
            {"by": one.name, "kind": one.kind, "first": one.first, "second": one.second} for one in made.readers
        ],
        "agreement": {
            "n": made.agreement.n, "agreed": made.agreement.agreed,
            "kappa": None if kappa is None else round(float(kappa), 4),
            "low": None if reach is None else round(reach.low, 4), "high": None if reach is None else round(reach.high, 4),
        },
        "calibration": {
            "cases": made.calibrated, "readers": made.calibrated_by, "n": made.calibration.n, "agreed": made.calibration.agreed,
        },
        "rested_on": {**made.rested_on, "not_said": made.sources_not_said},
        "interviews": made.interviews, "settled": made.settled, "despite_conflict": made.despite, "after_list": made.after_list,
        "alerts": {"raised": made.alerts, "answered": made.alerts_answered, "in_time": made.alerts_in_time},
        "comments": {
            **{outcome: made.comments.get(outcome, 0) for outcome in OUTCOMES},  # type: ignore[call-overload]
            "not_answered": made.comments_open, "late": made.comments_late, "readings_opened_again": made.reopened,
        },
    }  # fmt: skip
