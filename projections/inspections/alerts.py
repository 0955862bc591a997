"""Alerts: whoever reads a case for an inspection finds somebody in danger, and the area's named person answers."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.entries.case_entries import AlertAnswered, AlertRaised
from projections.cases.case_repository import CaseRepository


class Alert(NamedTuple):
    """An alert on a case, and its first answer; None while there is none."""

    case: str
    raised: AlertRaised
    answered: AlertAnswered | None

    @property
    def in_time(self) -> bool | None:
        """Whether it was answered by the hour set; None while it is not answered."""
        return None if self.answered is None else self.answered.recorded_at <= self.raised.answer_by


def alerts(book: CaseRepository, inspection: str, *, opened: bool = False) -> list[Alert]:
    """The alerts of an inspection, the earliest first. ``opened``: with their texts, for what shows them."""
    found = [
        alert for case in _cases_read(book, inspection) for alert in _of_case(book, inspection, case, opened=opened)
    ]
    return sorted(found, key=lambda one: one.raised.recorded_at)


def alerts_said(found: Sequence[Alert]) -> str:
    """How many alerts were raised and answered, as a sentence."""
    if not found:
        return "No alert was raised."
    answered = sum(one.answered is not None for one in found)
    in_time = sum(one.in_time is True for one in found)
    raised = f"{len(found)} alerts were raised" if len(found) > 1 else "One alert was raised"
    return f"{raised}; {answered} answered, {in_time} of these by the hour set."


def _cases_read(book: CaseRepository, inspection: str) -> dict[str, None]:
    """The cases of the sample, those that were replaced, and those of calibration."""
    found = book.inspection(inspection)
    return dict.fromkeys([*found.sample, *(one.case for one in found.replaced), *found.calibration.cases])


def _of_case(book: CaseRepository, inspection: str, case: str, *, opened: bool) -> list[Alert]:
    file = book.file(case)
    if not any(isinstance(fact, AlertRaised) for fact in file.entries.values()):
        return []
    entries = (book.opened_file(file) if opened else file).entries.values()
    answers: dict[str, AlertAnswered] = {}
    for fact in entries:
        if isinstance(fact, AlertAnswered):
            answers.setdefault(fact.alert, fact)
    return [
        Alert(case, fact, answers.get(fact.entry))
        for fact in entries
        if isinstance(fact, AlertRaised) and fact.inspection == inspection
    ]
