"""What a weekly digest says: counts by team and one link. No name, no CRN, and no place below the team."""

from collections.abc import Mapping, Sequence

from projections.changes.caseload_changes import KINDS, ChangeKind
from projections.changes.told_changes import ToldChanges
from web.presentation.formatting import count_noun, long_date

WORDS: Mapping[ChangeKind, tuple[str, str]] = {
    "harm": ("risk raised", "risks raised"),
    "absences": ("absence to decide", "absences to decide"),
    "overdue": ("case newly overdue", "cases newly overdue"),
    "transfers": ("case new to you", "cases new to you"),
    "past": ("case with a past verdict changed", "cases with past verdicts changed"),
}
"""A count of cases with a change of each kind, in words: for one, and for several."""


def subject(told: ToldChanges) -> str:
    return f"caseaudit: what changed since {long_date(told.since)}"


def body(told: ToldChanges, site: str) -> str:
    """The text of the mail. ``site``: the address of the site, without a slash at its end."""
    lines = [f"Since {long_date(told.since)}, on the cases that you answer for:", "", *_counts(told), ""]
    lines += [
        f"{count_noun(told.overdue, 'duty is', 'duties are')} overdue in all.",
        "",
        f"Look at them: {site}/changed",
        "",
    ]
    lines += ["Cases whose access is limited are not counted here. This mail is sent once a week, and only when something",
              "has changed. You asked for it on the page of your account, where you can stop it too."]  # fmt: skip
    return "\n".join(lines)


def _counts(told: ToldChanges) -> Sequence[str]:
    return [
        f"{f'{team}: ' if told.of_teams else ''}{', '.join(_said(kind, counts[kind]) for kind in KINDS if counts[kind])}"
        for team, counts in told.by_team
    ]


def _said(kind: ChangeKind, count: int) -> str:
    return count_noun(count, *WORDS[kind])
