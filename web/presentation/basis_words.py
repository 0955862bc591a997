"""What a figure rests on, in words: the moment, cases that were away, marks, what was stored late, what no standard asks."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.policy.cited_documents import MARKS, SURE
from domain.policy.standards.edition_files import national_standards, subjects_laid
from projections.cases.rests_on import RestsOn
from projections.cases.stored_late import StoredLate
from projections.history.history import end_of_day
from projections.history.moment import Moment
from web.presentation.formatting import count_noun, instant


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
