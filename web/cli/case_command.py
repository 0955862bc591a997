"""The command ``case``: one case on the terminal."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import click

from domain.calendar.london_time import day_of
from domain.entries.case_entries import Entry
from domain.entries.code_lists import label
from domain.store.stored_entries import Stored
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import late_grounds, late_in_answer
from projections.cases.todays_law import todays_law
from projections.obligations.interruptions import interruption
from web.cli import command_log, command_options
from web.presentation.answer_reasons import answer_words, because, why
from web.presentation.basis_words import knowledge_words
from web.presentation.fact_words import claim_words, fact_details, fact_title, late_words, openly_named, stored_words
from web.presentation.formatting import short_date
from web.presentation.json_documents import case_document
from web.presentation.score_words import doubt_words


@click.command()
@click.argument("reference")
@command_options.moment
@command_options.received
@command_options.inspection
@command_options.framework
@command_options.form("text", "json")
@command_options.database
def case(
    reference: str,
    as_at: date | None,
    known_at: Any,
    received: bool,
    inspection: str | None,
    framework: str | None,
    form: str,
    database: str,
) -> None:
    """One case as at a day, as known at a moment: its entries, what was due and when it was met, its answers.

    With --inspection the judgements of that inspection count.
    """
    book = CaseRepository(command_options.open_files(database))
    command_options.check_inspection(book, inspection)
    if book.file(reference).first_entry is None:
        raise click.UsageError(f"there is no case {reference}")
    command_log.shows(database, [reference])
    chosen = command_options.framework_of(book, inspection, framework)
    moment = command_options.read_moment(as_at, known_at, received=received)
    reading = book.read(reference, moment, chosen, inspection, opened=True)
    stored = book.stored(reference)
    if form == "json":
        click.echo(json.dumps(case_document(reading, stored), indent=2, ensure_ascii=False))
    else:
        click.echo(_case_text(reading, stored, late_grounds(book, reference, moment)))


def _case_text(reading: Reading, stored: Mapping[str, Stored], late: Collection[str]) -> str:
    day, started = reading.moment.on, reading.history.started
    if started is None and reading.moment.received:
        since = short_date(day_of(min(one.at for one in stored.values())))
        return (
            f"{reading.reference}: this service did not hold the file then; the first of it was stored here on {since}"
        )
    if started is None:
        return f"{reading.reference}: nothing was on the file by then"
    held = reading.holder
    lines = [
        f"{reading.reference}  {reading.name}  {label(started.order_type)}, {held.officer}, {held.team}",
        f"as at {short_date(day)}, " + knowledge_words(reading.moment),
        "",
        "ENTRIES",
    ]
    for fact in reading.history.entries:
        if fact.occurred_on <= day:
            details = "; ".join(f"{name}: {value}" for name, value in fact_details(fact))
            lines.append(f"  {fact.occurred_on}  {openly_named(fact.entry)}  {fact_title(fact)}  {details}")
            lines += [f"    {words}" for words in _storing(fact, stored.get(fact.entry))]
    lines += ["", "DUTIES"]
    for o in reading.obligations:
        if (state := o.state(day)) is not None:
            words = why(o, day, openly_named, interruption(o, reading.history))
            lines.append(f"  {state:<9} {o.clause.id} ({o.clause.edition}): {words}")
    lines += _todays_law(reading)
    lines += ["", f"ANSWERS, asked by the {reading.framework.title}"]
    for answer in reading.answers:
        lines.append(f"  {answer_words(answer):<28} {answer.question.text} [{answer.basis}]")
        lines += [f"    {because(reason, day, openly_named)}" for reason in answer.because[:4]]
        if rests := late_in_answer(answer, late, day):
            lines.append(f"    rests on what was stored late: {', '.join(map(openly_named, rests))}")
    return "\n".join(lines)


def _todays_law(reading: Reading) -> list[str]:
    """What today's law says where it lays no duty with a time limit, in lines; none where it says nothing."""
    law = todays_law(reading.history, reading.moment.on)
    lines = []
    for one in law.warn_or_refer:
        asked = f"refer (warned {one.warned_on})" if one.warned_on else "warn, or refer"
        mark = doubt_words(one.rule.sure, one.rule.remark)
        lines.append(f"  {asked}: failure on {one.failed_on}; no number of days is given. {one.rule.citation}{mark}")
    lines += [f"  {one.on}: {one.what}. {one.rule.citation}" for one in law.final_third]
    lines += [f"  contact is suspended, but the case is kept in it: {why}" for why in law.kept]
    if law.handover is not None:
        planned, named = law.handover.planned, law.handover.named_on
        lines.append(f"  handover from custody planned for {planned.handover_on}; community named: {named or 'nobody'}")
        lines += [f"  {one.on}: {one.what}. {one.rule.citation}" for one in law.handover.dates]
    tiers = law.tiers
    if tiers is not None and tiers.v2 is not None:
        protect = ", ".join(f"{p.what} {p.points}" for p in tiers.v2.protect) or "no points"
        lines.append(f"  tier, version 2: {tiers.v2.tier} (protect: {protect}; change: {tiers.v2.change_said})")
    if tiers is not None and tiers.v3 is not None:
        provisional = ", provisional" if tiers.v3.provisional else ""
        lines.append(f"  tier, version 3, not known to be in force: {tiers.v3.tier}{provisional}")
    return ["", "LAW OF TODAY", *lines] if lines else []


def _storing(fact: Entry, stored: Stored | None) -> list[str]:
    """How an entry was stored, in lines; none for an entry of another file."""
    if stored is None:
        return []
    return [*([late_words(stored)] if stored.late else []), stored_words(stored), *claim_words(fact)]


COMMANDS = [case]
