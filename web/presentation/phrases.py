"""Entries, duties and answers in words, the same on pages and on the command line."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import LONDON, day_of
from domain.entries import code_lists
from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, QualityJudged
from domain.entries.entry import CLAIMED
from domain.entries.entry_words import codes, field_titles, title_of
from domain.entries.references import references
from domain.entries.schemas import dump_entry
from domain.policy.cited_documents import MARKS, SURE
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards, subjects_laid
from domain.store.stored_entries import Stored
from projections.cases.rests_on import RestsOn
from projections.cases.stored_late import StoredLate
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.obligations.duty_state import Obligation
from projections.obligations.interruptions import Interruption
from projections.scoring.answers import Answer, Reason
from web.presentation.duty_sentences import duty_asked
from web.presentation.formatting import count_noun, long_date, short_date

NOT_READABLE = "[not readable without its key]"
"""What is said of a day that does not open."""

COMMON_FIELDS = ("type", "entry", "occurred_on", "occurred_at", "recorded_at", "recorded_by", *CLAIMED)


def instant(at: datetime) -> str:
    """An instant as ``3 Oct 2005, 14:05``, in Europe/London."""
    local = at.astimezone(LONDON)
    return f"{short_date(local.date())}, {local:%H:%M}"


def stored_words(stored: Stored, named: Callable[[str], str] = str) -> str:
    """When, by whom and for which source this service stored an entry. ``named``: the printed name of a user name."""
    by = stored.by
    if by.tried_out:
        return f"Recorded here by {named(by.account)} on {long_date(day_of(stored.at))}"
    source = f" from {by.source}" if by.source else ""
    unknown = "" if stored.registered else ", a source that is not registered"
    when = f"Taken over on {long_date(day_of(stored.at))}" if stored.taken_over else f"Stored {instant(stored.at)}"
    return f"{when}{source}{unknown}, by {by.who if by.operator else named(by.account)}"


def late_words(stored: Stored) -> str:
    """How late an entry was stored."""
    return f"Stored late: {count_noun(stored.days, 'day')} after it was recorded"


def claim_words(fact: Entry) -> list[str]:
    """What the records from which an entry came claim of themselves, the latest first."""
    words = []
    if fact.stored_at is not None:
        words.append(
            f"The record it came from says: stored {instant(fact.stored_at)}, by {fact.stored_by or 'nobody named'}"
        )
    return words + [f"A record before that says: stored {claim}" for claim in fact.earlier or ()]


def knowledge_words(moment: Moment) -> str:
    """The state of knowledge: as the file stood that day, with hindsight, or as known at an instant."""
    if moment.known_at is None:
        return "with hindsight"
    if moment.received:
        that_day = moment.known_at == end_of_day(moment.on)
        return f"as received here by {'the end of that day' if that_day else instant(moment.known_at)}"
    if moment.known_at == end_of_day(moment.on):
        return "as the file stood that day"
    return f"as known at {instant(moment.known_at)}"


def rests_on_words(rests_on: RestsOn) -> list[str]:
    """What a figure rests on, in sentences: cases that were away for part of their time, subjects without duties."""
    away = {
        "in custody": rests_on.in_custody,
        "of unknown whereabouts": rests_on.whereabouts_unknown,
        "with contact suspended": rests_on.contact_suspended,
    }
    said = [
        f"{number} of {count_noun(rests_on.cases, 'case')} {'was' if number == 1 else 'were'} {what} for part of it."
        for what, number in away.items()
        if number
    ]
    return said + ([f"{_not_laid(rests_on.not_laid)}."] if rests_on.not_laid else [])


def marked_words(marked: Mapping[str, Sequence[str]]) -> list[str]:
    """How many questions of a score rest on values that nobody found in a public source, in a sentence a mark."""
    return [
        f"{count_noun(len(names), 'question')} {'rests' if len(names) == 1 else 'rest'} on values {MARKS[mark]}: {SURE[mark]}."
        for mark, names in marked.items()
    ]


def stored_late_words(late: StoredLate) -> list[str]:
    """What of a sample was stored late or taken over, and what rests on it; where it is read as received here, what is missing."""
    said = []
    if late.not_held:
        were = "was" if late.not_held == 1 else "were"
        said.append(
            f"{count_noun(late.not_held, 'case')} of the sample {were} not held by this service by then. That says nothing "
            "about what had been done."
        )
    if late.entries:
        one = late.entries == 1
        said.append(
            f"{count_noun(late.entries, 'entry', 'entries')} on {count_noun(late.cases, 'case')} {'was' if one else 'were'} stored "
            f"late, and {count_noun(late.answers, 'answer')} {'rests' if late.answers == 1 else 'rest'} on such entries."
        )
    if late.taken_over:
        were = "was" if late.taken_over == 1 else "were"
        said.append(
            f"{count_noun(late.taken_over, 'entry', 'entries')} {were} taken over, which does not count as late."
        )
    return said


def laid_words(day: date) -> str:
    """On which subjects the edition in force on a day lays duties and on which not; empty where it lays them on all."""
    edition = national_standards().on(day)
    laid, not_laid = subjects_laid(edition) if edition else ((), ())
    return f"{edition.title}: duties on {', '.join(laid)}. {_not_laid(not_laid)}." if edition and not_laid else ""


def _not_laid(subjects: Sequence[str]) -> str:
    return f"The national standards in force lay no duties on {count_noun(len(subjects), 'subject')}: {', '.join(subjects)}"


def sentence(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]


def type_title(name: str) -> str:
    """``SupervisionPlanReviewed`` as ``Supervision plan reviewed``."""
    return title_of(ENTRY_TYPES[name])


def fact_title(fact: Entry) -> str:
    """What the entry is, in words; a judgement with what was judged."""
    title = title_of(type(fact))
    if isinstance(fact, QualityJudged) and (framework := frameworks().get(fact.framework)) is not None:
        question = framework.questions.get(fact.question)
        return f"{title}: {question.text}" if question else title
    return title


def fact_named(fact: Entry) -> str:
    """An entry in a list to choose from: ``25 Jul 2005: Appointment made, office``."""
    day = getattr(fact, "for_on", fact.occurred_on)
    details = (str(v) for k, v in dump_entry(fact).items() if k in fact.use.told_apart_by)
    detail = next(details, "")
    return f"{short_date(day)}: {fact_title(fact)}{f', {code_lists.label(detail)}' if detail else ''}"


def entry_of(history: History, entry: str) -> Entry | None:
    """The entry of this id in a history; None: it is not in it (withdrawn, or not known then)."""
    return next((fact for fact in history.entries if fact.entry == entry), None)


def fact_references(fact: Entry) -> dict[str, list[str]]:
    """Field in words -> the ids of the entries that it names."""
    found: dict[str, list[str]] = {}
    titles = field_titles(type(fact))
    for name, entry, _ in references(fact):
        found.setdefault(titles[name], []).append(entry)
    return found


def fact_details(fact: Entry) -> list[tuple[str, str]]:
    """What the entry says beyond when and who: (field in words, value in words)."""
    titles, values = field_titles(type(fact)), _readable(fact)
    left_out = {*COMMON_FIELDS, *(("question",) if isinstance(fact, QualityJudged) else ())}
    left_out |= {f"{name}_id" for name in ("by", "assessor") if name in values}  # the person is named beside it
    if isinstance(fact, EntryCorrected):
        values["fields"] = "; ".join(_corrected_words(values["fields"]))
    return [(titles[name], _field_words(name, value)) for name, value in values.items() if name not in left_out]


def _readable(fact: Entry) -> dict[str, Any]:
    """The values of an entry. In a day that does not open, 1 January of its year is kept, which is not said."""
    values = dump_entry(fact)
    for path in fact.sealed or ():
        *above, name = path.split(".")
        inside: Any = values
        for part in above:
            inside = inside[int(part)] if isinstance(inside, list) else inside[part]
        if not str(inside[name]).startswith("["):
            inside[name] = NOT_READABLE
    return values


def _corrected_words(fields: Mapping[str, Any]) -> list[str]:
    """What a correction changes, each field by its title, where all types that have these fields agree on it."""
    types = [field_titles(kind) for kind in ENTRY_TYPES.values()]
    having = [titles for titles in types if fields.keys() <= titles.keys()]
    found = {name: {titles[name] for titles in having} for name in fields}
    return [
        f"{titles.pop() if len(titles) == 1 else sentence(name.replace('_', ' '))}: {_field_words(name, fields[name])}"
        for name, titles in found.items()
    ]


def _field_words(name: str, value: Any) -> str:
    """The value of a field in words: a framework by its title, an inspection and a clause without hyphens."""
    if name == "framework" and (framework := frameworks().get(value)) is not None:
        return framework.title
    if name in ("inspection", "clause") and isinstance(value, str):
        return sentence(value.replace("-", " "))
    return sentence(value_words(value)) if _is_coded(value) else value_words(value)


def _is_coded(value: Any) -> bool:
    """Whether a value is chosen from a list, and not written by somebody."""
    if isinstance(value, list):
        return bool(value) and all(_is_coded(one) for one in value)
    return isinstance(value, bool) or (isinstance(value, str) and value in codes())


def value_words(value: Any) -> str:
    """A value in words: codes by their labels, dates as words, groups field by field."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case dict():
            return "; ".join(f"{name.replace('_', ' ')}: {value_words(inner)}" for name, inner in value.items())
        case list():
            return ", ".join(value_words(inner) for inner in value) or "none"
        case str():
            return _day(value) or (code_lists.label(value) if value in codes() else value)
        case _:
            return str(value)


def cell_words(value: Any) -> str:
    """A value as a cell of its own, beginning with a capital; what somebody wrote stays as it was written."""
    written = isinstance(value, str) and value not in codes()
    return value_words(value) if written else sentence(value_words(value))


def _day(value: str) -> str | None:
    try:
        return short_date(date.fromisoformat(value)) if len(value) == 10 else None
    except ValueError:
        return None


def openly_named(entry: str) -> str:
    """An entry by its id; one of another file of the person with its file."""
    file = file_named(entry)
    return entry if file is None else f"in {file}"


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
