"""A case as its pages read it: the five tabs, what is hidden from a blind reader, and the page of a case not begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask import abort, render_template

from domain.aggregates.case_file import CaseFile
from domain.sealing.sealed_fields import ERASED
from domain.store.stored_entries import NotHeld, Stored
from projections.cases.case_reading import Reading
from projections.cases.entry_timeline import TimelineEntry, timeline
from projections.obligations.arranged import arranged_on
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import Interruption, interruption
from web.cases.kept_words import kept_words
from web.services import current_cases, current_inspections

TABS = (
    ("Overview", "cases.show"),
    ("Due", "cases.due"),
    ("Timeline", "cases.timeline"),
    ("Answers", "cases.answers"),
    ("History", "cases.history"),
)
"""The tabs of a case, in order: label and endpoint."""


@dataclass(frozen=True)
class OpenedCase:
    """One case at the moment of the page. ``inspection``: the one whose judgements count too; None: those on the record.

    ``unseen``: the titles of the inspections for which the reader has still to finish reading this case.
    """

    reference: str
    reading: Reading
    inspection: str | None
    inspection_title: str | None
    unseen: Sequence[str]

    @property
    def day(self) -> date:
        return self.reading.moment.on

    @cached_property
    def file(self) -> CaseFile:
        """Its file, without the answers of others that the reader must not see yet."""
        return current_cases.shown_file(self.reference)

    @cached_property
    def arisen(self) -> list[Obligation]:
        """Its duties that had arisen by the day, by due date."""
        return [o for o in self.reading.obligations if o.state(self.day) is not None]

    @cached_property
    def items(self) -> Sequence[TimelineEntry]:
        """Its entries as known at the moment and dated by its day, in order of that day."""
        stored = current_cases.repository().stored(self.reference)
        return timeline(self.file, self.reading.history, self.reading.moment, stored)

    @cached_property
    def records(self) -> bool:
        """Whether the reader may record on it; on the case of an erased person nobody does."""
        return self.reading.name != ERASED and current_cases.may_record(self.reference)

    def kept(self, duty: Obligation) -> str:
        """Kept beside arranged, where appointments met the duty; else empty."""
        return kept_words(duty, self.reading.history.appointments)

    def interrupted(self, duty: Obligation) -> Interruption | None:
        """What kept the person from being seen in most of the time of a duty."""
        return interruption(duty, self.reading.history)

    def arranged(self, duty: Obligation) -> date | None:
        """The day of an appointment, booked by the day and still to come, that would meet a duty."""
        return arranged_on(duty, self.reading.history, self.day)

    @property
    def held(self) -> NotHeld | None:
        """What of the file this service did not hold at the moment, where it is read as received here."""
        moment = self.reading.moment
        if not moment.received or self.file.first_entry is None:
            return None
        stored: dict[str, Stored] = dict(current_cases.repository().stored(self.reference))
        return NotHeld.of(self.file.entries.values(), stored, moment.known_at)


def opened_case(crn: str, number: int) -> OpenedCase:
    """The case at the moment of the page; 404 where it is not open to the reader. ``?inspection=`` names an inspection."""
    reference = f"{crn}/{number}"
    inspection = current_inspections.inspection_asked()
    opened = current_inspections.inspection(inspection) if inspection else None
    if inspection and current_inspections.is_draft_reader(inspection):
        abort(404, "A draft shows no case: how this one was read is shown once the inspection is published.")
    unseen = current_inspections.not_yet_shown(reference)
    reading = current_cases.case(reference, None if inspection in unseen else inspection)
    titles = [current_cases.repository().inspections[name].title for name in sorted(unseen)]
    return OpenedCase(reference, reading, inspection, opened.title if opened else None, titles)


def case_page(case: OpenedCase, template: str, **values: Any) -> str:
    """A tab of a case. ``values``: what it shows beside the case."""
    return render_template(
        template, case=case, reading=case.reading, reference=case.reference, day=case.day, records=case.records,
        inspection=case.inspection, spell=case.reading.snapshot.spell, **values,
    )  # fmt: skip


def not_begun(case: OpenedCase) -> str:
    """The page of a case whose supervision had not begun by the day, or that was not held here by then."""
    first = case.file.begun or case.file.first_entry
    return render_template(
        "cases/case_not_begun.html", reference=case.reference, begins=first and first.occurred_on, held=case.held,
        received=case.reading.moment.received,
    )  # fmt: skip
