"""The lines of what changed, for the page that lists all of them and for the panel at the head of *To do*."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.entries.case_entries import Entry
from domain.working.seen_places import SeenUpTo
from projections.changes.caseload_changes import CaseloadChanges, ChangeKind, Order
from projections.changes.change_lines import ChangeLine, change_lines
from projections.changes.import_runs import ImportRun
from projections.columns.column_schema import Array
from projections.obligations.arranged import arranged_on
from projections.obligations.duty_state import Obligation
from web.desk import changed_lately
from web.desk.changed_lately import Lately
from web.presentation.clock_words import whose_clock
from web.presentation.formatting import count_noun, instant, short_date
from web.services import current_cases
from web.site import access_control, clock

KIND_WORDS: Mapping[ChangeKind, str] = {
    "harm": "Harm", "absences": "Absences", "overdue": "Newly overdue", "transfers": "Transfers in",
    "past": "Past verdicts changed",
}  # fmt: skip
"""What each kind of change is called."""

MOST_LINES = 10
"""Lines of the panel on *To do*; the others stand on the page of what changed."""

FIRST_USE = "Never marked as seen: shown from {day}, five working days back"
DIFFERENT = "New since you marked each of your teams as seen"


@dataclass(frozen=True)
class ChangesPanel:
    """What is shown of what changed since it was marked as seen.

    ``from_day``: the earliest day from which anything is new. ``lines``: of the cases shown; ``more``: how many others are
    listed; ``old``: how many are folded, being of long ago.
    ``held``: how many wait to be opened and have nothing else. ``imports``: with how many cases' past verdicts each has
    changed. ``upto``, ``teams``: what *Mark these as seen* sends.
    ``can_undo``: whether the last mark can still be taken back.
    """

    since: str
    from_day: date
    lines: Sequence[ChangeLine]
    names: Mapping[str, str]
    more: int
    old: int
    imports: Sequence[tuple[ImportRun, int]]
    held: int
    upto: SeenUpTo
    teams: Sequence[str]
    can_undo: bool

    @property
    def count(self) -> int:
        """How many lines there are in all, those of imports among them."""
        return len(self.lines) + self.more + self.old + len(self.imports)

    @property
    def to_mark(self) -> int:
        """How many of them *Mark these as seen* would mark."""
        return self.count - self.held

    @property
    def mark_words(self) -> str:
        return "Mark this as seen" if self.to_mark == 1 else f"Mark these {self.to_mark:,} as seen"


def changes_panel() -> ChangesPanel | None:
    """The panel for *To do*; None where the page is not read as at today."""
    if not changed_lately.is_now():
        return None
    lately = changed_lately.own()
    order = lately.found.in_order(lately.listed)
    return panel(lately, order.cases[:MOST_LINES], order)


def panel(lately: Lately, cases: Array, order: Order, *, whole: bool = True) -> ChangesPanel:
    """What is shown of these cases (numbers), which are some of those in order. ``whole``: they can be marked as seen."""
    lines = shown_lines(lately.found, cases)
    seen, now, teams = lately.since.seen, clock.now(), lately.since.teams
    can_undo = any(team in seen.marks and seen.marks[team].can_be_undone(now) for team in teams)
    imports = [(run, lately.turned_by(run)) for run in lately.imports]
    from_day = min((seen.of_team(team).day for team in teams), default=lately.upto.day)
    return ChangesPanel(
        since_words(lately), from_day, lines, names_of(lines), len(order.cases) - len(lines), len(order.old), imports,
        lately.since.held_already(order.cases), lately.upto, teams if whole else (), can_undo,
    )  # fmt: skip


def shown_lines(found: CaseloadChanges, cases: Array) -> list[ChangeLine]:
    """The lines of these cases (numbers), which are on record as shown."""
    lines = change_lines(found, cases, current_cases.entries_of, facts_of) if len(cases) else []
    access_control.shown(*(line.case.reference for line in lines))
    return lines


def facts_of(reference: str) -> list[Entry]:
    """The entries of a case, and those of its person's other files that reach it."""
    return list(current_cases.repository().person(reference).reached.every)


def since_words(lately: Lately) -> str:
    """Since when the changes are new, in words."""
    seen, teams = lately.since.seen, lately.since.teams
    marks = {seen.marks[team].upto.known_at if team in seen.marks else None for team in teams}
    if marks <= {None}:
        return FIRST_USE.format(day=short_date(seen.first.day))
    (only, *others) = marks
    return DIFFERENT if others or only is None else f"New since you marked seen, {instant(only)}"


def summary_words(line: ChangeLine) -> list[tuple[ChangeKind, str]]:
    """A line in words, kind by kind: what it was and what it is."""
    found: list[tuple[ChangeKind, str]] = []
    if line.risk:
        found.append(
            ("harm", f"Risk of harm {_level(line.risk.was)} → {_level(line.risk.now)}, {short_date(line.risk.on)}")
        )
    if line.mappa:
        was = f"MAPPA {line.mappa.was}" if line.mappa.was else "no MAPPA level"
        found.append(("harm", f"{was[:1].upper()}{was[1:]} → MAPPA {line.mappa.now}, {short_date(line.mappa.on)}"))
    if line.arrived:
        found.append(("transfers", f"{_from(line)}, {short_date(line.arrived.on)}"))
    return found


def _level(level: object) -> str:
    return "not assessed" if level is None else str(level).replace("_", " ")


def _from(line: ChangeLine) -> str:
    arrived, held = line.arrived, line.case.spell.place
    assert arrived is not None
    if arrived.was is None:
        return f"New case, with {held.officer or 'nobody in post'}"
    was = arrived.was
    return f"From {', '.join(part for part in (was.officer, was.team) if part)} → {held.officer or 'nobody in post'}, {held.team}"


def names_of(lines: Sequence[ChangeLine]) -> Mapping[str, str]:
    return current_cases.names(line.case.reference for line in lines)


def arranged_for_change(line: ChangeLine, duty: Obligation) -> date | None:
    """The day of an appointment that would meet a duty of a line; None: none is booked."""
    moment = line.case.moment
    return arranged_on(duty, current_cases.repository().history(line.case.reference, moment.known_at), moment.on)


def import_words(run: ImportRun, turned: int) -> str:
    """One import in words."""
    what = f"{count_noun(run.entries, 'entry', 'entries')} on {count_noun(len(run.cases), 'case')}"
    name = f"Import for {run.source}" if run.source else "Import"
    more = f"; past verdicts changed on {count_noun(turned, 'case')}" if turned else ""
    return f"{name}, {instant(run.at)}{whose_clock(run.at)}: {what}{more}"
