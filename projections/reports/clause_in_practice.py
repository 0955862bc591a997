"""What life does to a duty under a clause, in plain words: custody, changes, transfers, the end, what came before.

Every sentence follows from the clause's kind and keys, and from the rules of practice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.entries.case_entries import AppointmentMade, UnpaidWorkSession
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from domain.policy.practice import Parameter, Practice, practice
from domain.policy.practice_scope import WORK, asks_more_than_one, has_entries
from projections.reports.clause_sentences import entry_words, span_words, state_words


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that happens to a case, and what it does to a duty under the clause."""

    title: str
    does: str


@dataclass(frozen=True, slots=True)
class ClauseInPractice:
    """Versions of a clause that life touches alike, and the rules of ours that they rest on."""

    versions: tuple[Clause, ...]
    effects: tuple[Effect, ...]
    rules: tuple[Parameter, ...]


def in_practice(versions: Sequence[Clause]) -> list[ClauseInPractice]:
    """What happens to duties under each version of a clause; versions with the same answer stand together."""
    groups: dict[tuple[tuple[Effect, ...], tuple[Parameter, ...]], list[Clause]] = {}
    for clause in versions:
        groups.setdefault((effects(clause), practice().concerning(clause)), []).append(clause)
    return [ClauseInPractice(tuple(found), told, rules) for (told, rules), found in groups.items()]


def effects(clause: Clause) -> tuple[Effect, ...]:
    """What each event in a case does to a duty under this clause."""
    rules = practice()
    told = ((title, " ".join(say(clause, rules))) for title, say in TOPICS.items())
    return tuple(Effect(title, sentences) for title, sentences in told if sentences)


def custody(clause: Clause, rules: Practice) -> Iterable[str]:
    match clause.in_custody:
        case "runs":
            yield "Nothing changes: it arises in custody as elsewhere, and its time runs on."
        case "ends":
            yield "It lapses on the day on which custody begins, unless it was due before. The next release raises its own."
        case "pauses":
            yield f"Days in custody do not count: the date moves on by as many {_unit(clause)}."
            yield "What was overdue when custody began stays overdue. What arises in custody is counted from the release."
            yield "As long as the person is inside, what is still to be done is due when released."
        case "anew":
            yield from _windows_in_custody(clause, rules)
    if clause.due_by_release:
        yield "Where its time would have run out before the release, it is due on the day of release."


def _unit(clause: Clause) -> str:
    units = {value.allow.unit for value in clause.values if value.allow is not None}
    return "working days" if units == {"working day"} else "days"


def _windows_in_custody(clause: Clause, rules: Practice) -> Iterable[str]:
    share = "half" if rules.share_at_liberty == 0.5 else f"{rules.share_at_liberty:.0%}"
    yield "Windows go on by the same calendar, and nothing that was met is lost."
    yield f"A window is judged where the person was at liberty on at least {share} of its working days; else it lapses."
    if asks_more_than_one(clause):
        yield "More than one is asked in proportion to the working days at liberty, rounded down, and at least one."
    yield f"After {rules.long_custody_days} days or more the windows begin anew on the day of release."


def after_long_custody(clause: Clause, rules: Practice) -> Iterable[str]:
    long = f"recall or sentence of {rules.long_custody_days} days or more"
    if clause.kind == "frequency":
        yield f"After {long} the phases begin anew on the day of release; after remand they go on by the time since the start."
    elif clause.after == "release":
        yield "It is owed after recall or sentence of any length,"
        yield f"and after remand of {rules.long_custody_days} days or more."
    elif clause.again and clause.after == "start" and clause.kind == "within":
        yield f"After {long} it is owed again, within the same time counted from the release."
        yield f"Then it is met by: {_listed(clause.again)}."
    elif clause.again:
        yield f"After {long} it is met by what is owed again at the start, too ({_listed(clause.again)});"
        yield "the next interval runs from that."


def unknown(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.kind == "frequency":
        yield "Those days are not at liberty. A window that lapses for them is neither met nor missed, and is counted apart."
    elif clause.after == "surrender":
        yield "It is raised when it is known again where the person is. If they are lost again, its days wait."
    elif clause.pauses_unknown:
        yield f"Its time waits: those days do not count, and the date moves on by as many {_unit(clause)}."
    else:
        yield "Nothing changes: its time runs on."
    if clause.after == "risk_changes":
        yield "Absconding is itself a change of risk and raises it."


def suspended(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.kind == "frequency":
        yield f"Those days are not at liberty, for at most {rules.suspension_weeks} weeks without renewal."
        yield "A window that lapses for them is shown apart."
    else:
        yield "Nothing changes: only contact is suspended."


def changes(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.kind == "frequency":
        yield "The running window runs to its end under the row of its first day. The next begins under the row in force then."
        yield "A row that asks for more appointments a week begins its windows at once, beside the running one; both are judged."
        yield "Phases are counted from the start or release all the same, whatever changes."
        return
    if clause.after == "risk_changes":
        yield "A level that became another raises it, by whatever entry; the first level does not."
        yield "The assessment that brings the change meets a review of risk of harm."
    if clause.during:
        yield f"It holds while {state_words(clause.during)}. When that ends, what is not yet due lapses."
    if clause.after == "start" and clause.kind == "within":
        yield "The row and the edition of the day on which it arose stand, whatever changes later."
        yield "A new edition asks it only of cases that start under it."
    elif clause.kind == "every":
        yield "Each interval takes the row and the edition of the day on which it begins."
        yield "Where no row fits for a while, it begins again at the next trigger."
        yield "If it is new to an edition, it asks of running cases from the edition's first day."
    else:
        yield "The row and the edition of the day on which it arises stand, whatever changes later."


def transfer_in(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.after == "receipt":
        yield "It is raised by a case received from another area, on the day of receipt."
        return
    yield "What arose before the case was received is not owed here."
    if clause.kind == "frequency":
        yield "Phases are counted from the order all the same."


def moved(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.after == "transfer":
        yield "Raised by the move, and met only while the case is held there. When the case moves on, it lapses if it is"
        yield "not yet due, else it stays unmet."
    else:
        yield "It goes with the case; a miss belongs to whoever held the case on the day on which it was due."
    yield "A place renamed and caretaking by another area are no transfer."


def end(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.after == "end":
        yield "It is raised by the end, but not by death, nor by transfer to another area."
        return
    if clause.kind == "frequency":
        yield "The running window ends the day before. It is judged by the share of its working days at liberty up to then."
        yield "Nothing is asked after it."
    else:
        yield "What is not yet due lapses on that day; what was overdue stays overdue. Nothing arises any more."
    yield "Transfer out and death end it likewise."
    if clause.past_end:
        yield "Past the planned end of an order that nobody closed it is still owed: until the hours are done, the order is"
        yield f"revoked or the file closed, but for {rules.unpaid_work_years} years from the start at the longest."
    else:
        yield "Past the planned end of an order that nobody closed nothing new arises."


def before_start(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.earlier:
        weeks = rules.earlier_work_weeks
        yield f"What was done in the {weeks} weeks before counts as of the first day: {_listed(clause.earlier)}."
        if clause.reviewed:
            yield f"Older work counts once it is reviewed: {_listed(clause.reviewed)}."
    elif isinstance(clause.after, EntryPattern) and clause.after.type in WORK:
        yield f"What raises it may be up to {rules.earlier_work_weeks} weeks older than the start;"
        yield "its time runs from the first day then."
    elif has_entries(clause, AppointmentMade, UnpaidWorkSession) or _on_appointments(clause):
        yield "An appointment or session for a day before the start may be on the file; it counts for nothing here."
    else:
        yield "Nothing before the first day of supervision raises it. A state that held then is read as begun on that day."


def _on_appointments(clause: Clause) -> bool:
    return clause.kind == "response" or clause.after in ("absence", "failure", "appointment")


def late_entries(clause: Clause, rules: Practice) -> Iterable[str]:
    if clause.kind == "frequency" and has_entries(clause, AppointmentMade):
        yield "An appointment counts in the window of the day that it is for. One attended counts whenever it was entered; a"
        yield "late absence once a letter, decision or warning names it."
    elif clause.until_replaced:
        yield "A date set anew on or before its day replaces the one that stood."
    elif clause.kind == "response":
        yield "Failures are told by the appointments' own days. While an action is undecided, further ones raise nothing;"
        yield "those from the day of the decision count anew."
        yield _period(clause)


def _period(clause: Clause) -> str:
    spans = dict.fromkeys(span_words(value.period) for value in clause.values)
    return f"Failures count together {' or '.join(spans)}."


def _listed(patterns: Iterable[EntryPattern]) -> str:
    return "; or ".join(dict.fromkeys(map(entry_words, patterns)))


TOPICS: dict[str, Callable[[Clause, Practice], Iterable[str]]] = {
    "Custody": custody,
    "Release from long custody": after_long_custody,
    "Whereabouts unknown": unknown,
    "Contact suspended": suspended,
    "A change of tier, risk or edition": changes,
    "The case is received by transfer": transfer_in,
    "The case moves to another area": moved,
    "The end of supervision": end,
    "Before the start": before_start,
    "Which day counts": late_entries,
}
"""What may happen in a case -> parts of the text that says what it does, to be joined by spaces.

Without any part the event has nothing to do with the clause.
"""
