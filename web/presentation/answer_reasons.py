"""What became of a duty, and why an answer is what it is, in sentences."""

from collections.abc import Callable, Mapping
from datetime import date

from domain.entries import code_lists
from domain.policy.cited_documents import MARKS
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import Interruption
from projections.scoring.answers import Answer, Reason
from web.presentation.duty_sentences import duty_asked
from web.presentation.formatting import count_noun, sentence, short_date

INTERRUPTED: Mapping[Interruption, str] = {
    "custody": "in custody for most of this time",
    "whereabouts_unknown": "nobody knew where the person was for most of this time",
    "contact_suspended": "contact was suspended for most of this time",
}


def why(
    obligation: Obligation,
    day: date,
    entry: Callable[[str], str] | None = None,
    interruption: Interruption | None = None,
) -> str:
    """A duty as at a day: from when it counts, when it was due, and what became of it.

    ``entry`` names an entry by its id; None: the entries that raised and met it are not named.

    ``interruption``: what kept the person from being seen, where a window of contact lapsed.
    """
    raised = f" (entry {entry(obligation.raised_by)})" if entry and obligation.raised_by else ""
    arises, due = short_date(obligation.arises_on), short_date(obligation.due_on)
    if obligation.window:
        asked = f"{obligation.value.text}: {arises} to {due}"
    elif obligation.value.on:
        asked = f"by the date set, {due}{raised}"
    else:
        asked = f"{obligation.value.text} from {arises}{raised}: {'by ' if obligation.due_day else 'due '}{due}"
    lapsed = interruption is not None and obligation.state(day) == "lapsed"
    kept = f" {sentence(INTERRUPTED[interruption])}." if lapsed and interruption else ""
    mark = f" ({obligation.mark})" if obligation.mark else ""
    return f"{sentence(asked)}{mark}. {became(obligation, day, entry)}{kept}"


def became(obligation: Obligation, day: date, entry: Callable[[str], str] | None = None) -> str:
    """What became of a duty by a day, in a sentence. ``entry``: see ``why``."""
    days = obligation.days_late(day)
    late = count_noun(days, "working day") if days else "less than a working day"
    entries = ", ".join(dict.fromkeys(map(entry, obligation.met_by))) if entry else ""
    by = f", entry {entries}" if entries else ""
    match obligation.state(day):
        case "met":
            return f"Met on {short_date(obligation.met_on)}{by}."
        case "met_late":
            return f"Met late, on {short_date(obligation.met_on)}{by}: {late} late."
        case "overdue":
            return f"Not done: {late} overdue."
        case "missed":
            return "Missed: too few in this time" + (f", only entry {entries}." if entries else ".")
        case "dispensed":
            last = obligation.dispensed_until(day)
            return "Not done, and dispensed with" + (f" until {short_date(last)}." if last else ".")
        case "lapsed":
            return f"Lapsed on {short_date(obligation.ended_on)}: no longer owed."
        case "due":
            return "Not done yet, and not overdue."
        case None:
            return "Has not arisen yet."


def because(reason: Reason, day: date, entry: Callable[[str], str] | None = None) -> str:
    """One reason for an answer, in a sentence or two. ``entry``: see ``why``."""
    if reason.judgement is not None:
        judged = reason.judgement
        comment = f": {judged.comment}" if judged.comment else "."
        return f"Judged by {judged.by} ({code_lists.label(judged.role)}) on {short_date(judged.occurred_on)}{comment}"
    if reason.obligation is not None:
        start = f"{sentence(reason.words)}. " if reason.words else ""
        return f"{duty_asked(reason.obligation, day)}. {start}{why(reason.obligation, day, entry)}"
    return f"{sentence(reason.words)}."


def answer_words(answer: Answer) -> str:
    """``insufficient (nothing there)``, and on what it rests where that is not found in a public source: ``, recalled``."""
    marks = ", ".join(MARKS[one] for one in answer.sure if one != "F")
    said = code_lists.label(answer.answer) + (" (nothing there)" if answer.absent else "")
    return f"{said}, rests on values {marks}" if marks else said
