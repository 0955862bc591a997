"""The process of an inspection after its entries so far: who leads it, what the area is shown when, comments, what was reopened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from domain.entries.code_lists import NamedFor
from domain.entries.entry import Entry
from domain.entries.inspection_entries import ReadingCompleted
from domain.entries.process_entries import (
    AreaPersonNamed,
    ClosingConfirmed,
    CommentAnswered,
    CommentMade,
    DraftDaySet,
    ErratumIssued,
    InterestDeclared,
    InterestWithdrawn,
    LeadNamed,
    ListDaySet,
    PanelNamed,
    ReadingReopened,
)


@dataclass
class Process:
    """What the entries of ``process_entries`` say. ``area``: the named people of the area, by user name. ``interests``: those
    declared and not withdrawn, by the id of the entry.

    ``reopened``: every reopening, by the id of its entry. ``closed_again``: reopening -> the ids of the answers that count.
    """

    lead: LeadNamed | None = None
    area: dict[str, AreaPersonNamed] = field(default_factory=dict)
    interests: dict[str, InterestDeclared] = field(default_factory=dict)
    list_day: ListDaySet | None = None
    panel: PanelNamed | None = None
    confirmed: ClosingConfirmed | None = None
    draft: DraftDaySet | None = None
    comments: dict[str, CommentMade] = field(default_factory=dict)
    answered: dict[str, CommentAnswered] = field(default_factory=dict)
    reopened: dict[str, ReadingReopened] = field(default_factory=dict)
    closed_again: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errata: list[ErratumIssued] = field(default_factory=list)

    def take(self, fact: Entry) -> None:
        """Apply one stored entry; entries of other kinds change nothing."""
        match fact:
            case LeadNamed():
                self.lead = fact
            case AreaPersonNamed():
                self.area[fact.person_id] = fact
            case InterestDeclared():
                self.interests[fact.entry] = fact
            case InterestWithdrawn():
                self.interests.pop(fact.interest, None)
            case ListDaySet():
                self.list_day = fact
            case PanelNamed():
                self.panel = fact
            case ClosingConfirmed():
                self.confirmed = fact
            case DraftDaySet():
                self.draft = fact
            case CommentMade():
                self.comments[fact.entry] = fact
            case CommentAnswered():
                self.answered[fact.comment] = fact
            case ReadingReopened():
                self.reopened[fact.entry] = fact
            case ErratumIssued():
                self.errata.append(fact)
            case _:
                pass

    def close_again(self, fact: ReadingCompleted) -> None:
        """A reading that was opened again is finished."""
        name = None if fact.second else self.reopening_of(fact.case)
        if name is not None:
            self.closed_again[name] = tuple(fact.answers)

    @property
    def still_open(self) -> dict[str, ReadingReopened]:
        """The readings that are open again now, by the id of the entry that opened them."""
        return {name: fact for name, fact in self.reopened.items() if name not in self.closed_again}

    def reopening_of(self, case: str) -> str | None:
        """The entry by which the first reading of a case is open again now; None where it is not."""
        return next((name for name, fact in self.still_open.items() if fact.case == case), None)

    def answered_again(self, case: str) -> tuple[str, ...]:
        """The ids of the answers that count for a case beside those of before the freeze, in the order of reopening."""
        closed = [self.closed_again.get(name, ()) for name, fact in self.reopened.items() if fact.case == case]
        return tuple(answer for answers in closed for answer in answers)

    def named_for(self, purpose: NamedFor, keys: Iterable[str]) -> bool:
        """Whether one of these user names is of a person of the area who is named for this."""
        return any(purpose in self.area[key].named_for for key in keys if key in self.area)

    def list_open(self, day: date) -> bool:
        """Whether the area may see the list of cases on this day."""
        return self.list_day is not None and self.list_day.opens_on <= day

    def draft_open(self, day: date) -> bool:
        """Whether the named people of the area may see the draft on this day."""
        return self.draft is not None and self.draft.opens_on <= day

    def is_late(self, comment: CommentMade) -> bool:
        """Whether a comment was made after the last day for comments."""
        return self.draft is not None and comment.occurred_on > self.draft.comments_until

    @property
    def moved_nothing(self) -> list[CommentMade]:
        """The comments that were accepted because they move a figure, and by which no reading was opened again."""
        opened = {one.comment for one in self.reopened.values()}
        taken = {name for name, one in self.answered.items() if one.outcome != "refused" and "figure" in one.effects}
        return [one for name, one in self.comments.items() if name in taken - opened]

    @property
    def unanswered(self) -> list[CommentMade]:
        """The comments made in time that the lead has still to answer."""
        return [one for name, one in self.comments.items() if name not in self.answered and not self.is_late(one)]
