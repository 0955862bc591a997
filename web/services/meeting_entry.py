"""Which entry meets a duty, as far as the person signed in may record it: for links to its form."""

from typing import NamedTuple

from flask import Flask

from domain.aggregates.other_file_ids import file_named
from projections.obligations.duty_state import Obligation
from web.presentation.fact_words import type_title
from web.site import access_control


class MeetingEntry(NamedTuple):
    """A type of entry (its name). ``about``: the id of the entry that it must name; empty where it names none."""

    type: str
    about: str

    @property
    def title(self) -> str:
        return type_title(self.type)

    @property
    def is_countersignature(self) -> bool:
        """Whether it is given on the page on which the assessment is read."""
        return self.type == "AssessmentCountersigned" and bool(self.about)


def meeting_entry(duty: Obligation) -> MeetingEntry | None:
    """The first entry that can meet a duty and that the person signed in may record; None where there is none."""
    for by in duty.clause.entries:
        # What names an entry of another file is recorded there.
        if by.naming and duty.raised_by is not None and file_named(duty.raised_by) is not None:
            continue
        if access_control.account().may_enter(by.type):
            return MeetingEntry(by.type.__name__, (by.naming and duty.raised_by) or "")
    return None


def attach(app: Flask) -> None:
    app.add_template_global(meeting_entry)
