"""A criterion of management (Section A): the evidence items that are rated, and so place it on a ladder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One evidence item of a criterion of management. ``national``: about the national directorate, so it is not rated.

    ``weight``: its share in a majority of the items; 1 or more.
    """

    id: str
    text: str
    cite: str
    sure: str
    weight: int = 1
    national: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class ManagementCriterion:
    """A criterion of management (Section A): its items are rated, and it is placed on a ladder. No case file counts."""

    id: str
    title: str
    description: str
    items: tuple[EvidenceItem, ...]

    @property
    def rated(self) -> tuple[EvidenceItem, ...]:
        """The items that are rated: all but those about the national directorate."""
        return tuple(item for item in self.items if not item.national)
