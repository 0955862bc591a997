"""What an inspection's report says beside its findings, after its entries so far."""

from dataclasses import dataclass, field

from domain.entries.entry import Entry
from domain.entries.report_entries import NextStepAgreed, ProgressJudged, RecommendationMade


@dataclass
class ReportParts:
    """The parts, each by its number: recommendations, progress on those of the inspection before, next steps."""

    recommendations: dict[int, RecommendationMade] = field(default_factory=dict)
    progress: dict[int, ProgressJudged] = field(default_factory=dict)
    next_steps: dict[int, NextStepAgreed] = field(default_factory=dict)

    def take(self, fact: Entry) -> None:
        """Apply one stored entry; entries of other kinds change nothing."""
        match fact:
            case RecommendationMade():
                self.recommendations[fact.number] = fact
            case ProgressJudged():
                self.progress[fact.recommendation] = fact
            case NextStepAgreed():
                self.next_steps[fact.number] = fact
            case _:
                pass
