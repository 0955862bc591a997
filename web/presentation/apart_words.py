"""What is counted beside a figure, in words: dispensed, recorded late, transferred, snoozed."""

from projections.reports.duty_results import NEAR, CountedApart

APART = {
    "dispensed": "Dispensed",
    "told_late": "By entries recorded after the due date",
    "transferred": f"Transferred away within {NEAR} working days before the due date",
    "snoozed": f"Snoozed within {NEAR} working days of the due date",
}
"""The four counts, each with its heading."""


def apart_words(apart: CountedApart | None) -> str:
    """``4 dispensed; 3 by entries recorded after the due date``; empty where nothing is, or it is withheld."""
    if apart is None:
        return ""
    words = ("dispensed", "by entries recorded after the due date", f"transferred away within {NEAR} days", "snoozed")
    return "; ".join(f"{count:,} {word}" for count, word in zip(apart, words, strict=True) if count)


def apart_said(apart: CountedApart | None, before: str = "; ") -> str:
    """The same after a figure: ``; 4 dispensed``; empty where there is nothing to say."""
    words = apart_words(apart)
    return f"{before}{words}" if words else ""
