"""Which entries on calibration an inspection accepts: cases beside the sample, each read once by each assessor, blind."""

from collections.abc import Collection
from datetime import datetime

from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import QualityJudged
from domain.entries.inspection_entries import CalibrationNamed, ReadingCompleted, reader_of
from domain.entries.refusals import Refused, TooLate


def check_naming(found: Inspection, fact: CalibrationNamed) -> None:
    """``Refused`` where the case is of the sample or a spare, and once reading has begun."""
    if fact.taken_back:
        if fact.case not in found.calibration.cases:
            raise Refused("case", f"{fact.case} is no case of calibration: there is nothing to take back")
        if found.calibration.readers(fact.case):
            raise Refused("case", f"{fact.case} has been read; a finished reading stays")
        return
    if not found.sample:
        raise Refused("type", "draw the sample first: a case of calibration is none of it, and no spare")
    if fact.case in {*found.sample, *(found.drawn.spares if found.drawn else ())}:
        raise Refused("case", f"{fact.case} is in the sample, or a spare for it: name another case")
    if found.completed:
        raise TooLate("type", "a case of the sample has been read: calibration comes before fieldwork", "read")


def check_calibrated(found: Inspection, fact: ReadingCompleted) -> None:
    """``Refused`` where somebody else than an assessor finishes, or a case that is not for calibration."""
    if fact.second or fact.answers:
        raise Refused("calibration", "a reading for calibration is neither a second one nor opened again")
    check_calibrating(found, fact.case, {reader_of(fact)})


def check_calibration_answer(found: Inspection, case: str, fact: QualityJudged) -> None:
    """``Refused`` where an answer for calibration is also anything else, or comes when its reader may see the others'."""
    if fact.second or fact.adjudicates or fact.reopening is not None:
        raise Refused(
            "calibration", "an answer for calibration is no second one, settles nothing and is not given again"
        )
    if found.opened is not None:
        check_calibrating(found, case, answerer(fact), fact.recorded_at)


def answerer(fact: QualityJudged) -> set[str]:
    """What may be the staff key of whoever gave an answer."""
    return {fact.by} if fact.by_id is None else {fact.by_id, fact.by}


def check_calibrating(found: Inspection, case: str, keys: Collection[str], recorded_at: datetime | None = None) -> None:
    """``Refused`` where somebody of these keys gives no answer for calibration on a case, recorded at this instant (None: now)."""
    if found.frozen_at is not None and (recorded_at is None or recorded_at > found.frozen_at):
        raise TooLate("inspection", "this inspection is frozen: calibration is over", "frozen")
    if case not in found.calibration.cases:
        raise Refused("case", f"{case} is no case of calibration here")
    if found.assessors.keys().isdisjoint(keys):
        raise Refused("by", f"'{', '.join(sorted(keys))}' is not an assessor here")
    done = found.calibration.finished_at(case, keys)
    if done is not None and (recorded_at is None or recorded_at > done):
        raise TooLate(
            "calibration",
            "you have finished this case and may see the answers of others: yours stay as they were",
            "read",
        )
