"""A supervision chart in words: each mark and band, the same as rows of a table, and a summary of the whole."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from domain.aggregates.other_file_ids import file_named
from domain.calendar.workdays import ONE_DAY
from domain.entries import case_entries, code_lists
from projections.cases.chart_lanes import MARGIN, ChartAppointment, ChartBand, Lane, Mark
from projections.cases.supervision_chart import SupervisionChart
from projections.obligations.duty_state import Obligation
from web.cases.chart_legend import KINDS, kind_of
from web.presentation.answer_reasons import became
from web.presentation.duty_sentences import duty_asked
from web.presentation.fact_words import type_title
from web.presentation.formatting import count_noun, sentence, short_date
from web.presentation.outcome_words import outcome_words

ENFORCED = (("warning", "warning"), ("breach", "breach action"), ("recall", "recall request"))


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A mark or a band as a row of the table. ``until``: the last day of a band."""

    day: date
    until: date | None
    lane: str
    words: str
    entry: str | None


def mark_words(mark: Mark, day: date) -> str:
    """A mark in a sentence or two. Of an entry of another file of the person, no more than what kind it is."""
    if mark.entry is not None and file_named(mark.entry) is not None and not isinstance(mark.about, Obligation):
        return f"{KINDS[kind_of(mark)]}, in another file of this person."
    match mark.about:
        case ChartAppointment():
            return _visit(mark.about, mark.kind)
        case Obligation() as duty:
            return f"{duty_asked(duty, day)}. Due {short_date(duty.due_on)}. {became(duty, day)}"
        case case_entries.AssessmentCompleted() as made:
            return f"{_code(made.instrument)}, {made.stage} assessment."
        case case_entries.AbsenceJudged() as judged:
            return f"Absence judged {'acceptable' if judged.acceptable else 'unacceptable'}: {_brief(judged.reason)}."
        case case_entries.WarningGiven() as warned:
            return f"{sentence(warned.stage)} warning."
        case case_entries.RecallRequested() as asked:
            return f"{'Emergency recall' if asked.emergency else 'Recall'} requested: {_brief(asked.reason)}."
        case case_entries.BreachDecided() | case_entries.RecallDecided() as decided:
            what = "Breach" if isinstance(decided, case_entries.BreachDecided) else "Recall"
            return f"{what} decided: {code_lists.label(decided.outcome)}."
        case case_entries.AssessmentCountersigned(by=by, grade=grade):
            return f"Assessment countersigned by {by} ({code_lists.label(grade)})."
        case case_entries.OversightRecorded() as seen:
            return f"{_code(seen.kind)} by {seen.by} ({code_lists.label(seen.grade)})."
        case case_entries.ContactLogged() as contact:
            return f"{_code(contact.contact_type)}{f' with {contact.with_}' if contact.with_ else ''}."
        case case_entries.UnpaidWorkSession() as session:
            return f"Unpaid work session, {session.hours:g} hours: {code_lists.label(session.outcome)}."
        case case_entries.DrugTestTaken() as test:
            return f"Drug test: {code_lists.label(test.result)}."
        case entry:
            return f"{type_title(type(entry).__name__)}."


def mark_label(mark: Mark) -> str:
    """The few words beside a duty that is overdue or falls due next: what it is about."""
    assert isinstance(mark.about, Obligation)
    return sentence(mark.about.clause.id.replace("-", " ").replace("mappa", "MAPPA"))


def _brief(note: str) -> str:
    """The beginning of a note, which may be pages long. The entry shows the whole note."""
    return shorten(note, 120, placeholder=" …").rstrip(".")


def _code(code: str) -> str:
    return sentence(code_lists.label(code))


def _visit(visit: ChartAppointment, kind: str) -> str:
    """An appointment in words: its type, and what became of it."""
    outcome, acceptable = visit.appointment.outcome, visit.appointment.acceptable
    what = f"{_code(visit.made.contact_type)} appointment"
    if kind == "arranged":
        return f"{what} arranged."
    undecided = (
        ", nobody decided in time" if (outcome, acceptable, kind) == ("awaiting_explanation", None, "missed") else ""
    )
    return f"{what}: {outcome_words(outcome, acceptable)}{undecided}."


def band_words(band: ChartBand) -> str:
    """A band in words, both days included: ``High risk from 3 Mar 2005 to 9 Jun 2005.``"""
    return f"{KINDS[band.kind]} from {short_date(band.start)} to {short_date(band.until - ONE_DAY)}."


def summary(chart: SupervisionChart) -> str:
    """A summary of the chart in words, for readers who cannot see it: what an SPO would say of it."""
    contacts = _counts(chart.lane("Contact"))
    due = _counts(chart.lane("Late or missing"))
    acts = _counts(chart.lane("Enforcement"))
    parts = [f"{count_noun(contacts['kept'], 'appointment')} kept, {contacts['missed']} missed"]
    parts += [f"{count_noun(contacts['accepted'], 'absence')} accepted"] if contacts["accepted"] else []
    parts += [f"{KINDS[b.kind].lower()} from {short_date(b.start)}" for b in chart.lane("Risk of harm").bands]
    parts += [f"in custody from {short_date(b.start)}" for b in chart.lane("Contact").bands]
    parts += [count_noun(acts[kind], noun) for kind, noun in ENFORCED if acts[kind]]
    ahead = f"due by {short_date(chart.day + MARGIN)} and not done yet"
    owed = (("overdue", "overdue"), ("missed_window", "missed"), ("due", ahead))
    told = [kind for kind, _ in owed if due[kind] or (kind == "overdue" and chart.shows_duties)]
    counted = [(due[kind], words) for kind, words in owed if kind in told]
    parts += [f"{count_noun(n, 'duty', 'duties')} {words}" for n, words in counted]
    return f"{'; '.join(parts)}."


def _counts(lane: Lane) -> Counter[str]:
    return Counter(kind_of(mark) for mark in lane.marks)


def rows(chart: SupervisionChart) -> list[ChartRow]:
    """Every mark and band, in order of its day."""
    found = []
    for lane in chart.lanes:
        for band in lane.bands:
            found.append(ChartRow(band.start, band.until - ONE_DAY, lane.name, band_words(band), band.entry))
        for mark in lane.marks:
            found.append(ChartRow(mark.day, None, lane.name, mark_words(mark, chart.day), mark.entry))
    return sorted(found, key=lambda row: row.day)
