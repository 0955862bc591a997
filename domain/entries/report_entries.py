"""The entries of an inspection's report beside its findings: recommendations, the progress made on earlier ones, next steps.

A later entry on the same subject replaces the earlier. Texts name no person.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import Id, Text
from domain.entries.inspection_entries import OfInspection
from domain.entries.process_entries import Said

RecommendationNumber = Annotated[int, Meta(ge=1, le=99)]


class RecommendationMade(OfInspection, frozen=True):
    """A recommendation, by its number in the report. ``to``: who should see to it. ``criterion``: what it follows from."""

    number: RecommendationNumber
    text: Said
    to: Text | None = None
    criterion: Id | None = None


class ProgressJudged(OfInspection, frozen=True):
    """How far a recommendation of the inspection before (``InspectionOpened.follows``) was seen to, and what shows it."""

    recommendation: RecommendationNumber
    progress: code_lists.Progress
    words: Said


class NextStepAgreed(OfInspection, frozen=True):
    """What happens after the report: who does what, by which day (None: none is set)."""

    number: RecommendationNumber
    text: Said
    who: Text
    by_when: date | None = None
