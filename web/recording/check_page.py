"""The page of the check: what an entry would do, before it is recorded."""

from flask import render_template

from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from web.presentation.fact_words import fact_details, fact_title
from web.presentation.formatting import long_date
from web.recording import kept_drafts
from web.recording.effects_today import effects_of
from web.recording.entries_as_read import naming
from web.recording.entry_check import changes_meanwhile, holidays_words, side_by_side, why_it_stays
from web.recording.limits_by_hand import lifted
from web.recording.recording_form import RecordingForm
from web.recording.refused_by_hand import corrected
from web.services import current_cases
from web.site import clock


def show_check(form: RecordingForm, fact: Entry) -> str:
    """The check of an entry that could be recorded now."""
    return render_template(
        "recording/record_check.html",
        form=form,
        fact=fact,
        name=current_cases.names([form.reference], current_cases.today()).get(form.reference, ""),
        heading=_heading(form, fact),
        details=[*_details(form, fact), *([("Next appointment", form.next.words)] if form.next.given else [])],
        sides=side_by_side(form.standing(), corrected(fact, form.file)) if isinstance(fact, EntryCorrected) else [],
        effects=effects_of(form.reference, fact, *form.also(fact)),
        past=isinstance(fact, EntryCorrected | EntryWithdrawn),
        named_by=naming(form.file, fact.of) if isinstance(fact, EntryWithdrawn) else [],
        unseen=form.unseen(),
        meanwhile=changes_meanwhile(form) if form.changed_meanwhile() else [],
        lifted=sorted(lifted(fact, form.file)),
        self_out=form.who.is_shut_out(getattr(fact, "excluded", ())),
        seen=len(form.file.entries),
        change_href=kept_drafts.address_of(form.draft),
        day=clock.today(),
        why_it_stays=why_it_stays,
        holidays=holidays_words,
    )


def _heading(form: RecordingForm, fact: Entry) -> str:
    if isinstance(fact, EntryCorrected) and form.of is not None:
        return f"You are about to correct: {form.named(form.of.entry)}"
    if isinstance(fact, EntryWithdrawn):
        return f"You are about to withdraw: {form.named(fact.of)}"
    return f"You are about to record: {fact_title(fact)}, {long_date(fact.occurred_on)}"


def _details(form: RecordingForm, fact: Entry) -> list[tuple[str, str]]:
    """The fields of the entry in words. Other entries that it names are described, not given by id."""
    words = {value: text for f in form.fields if f.kind in ("entry", "entries") for value, text in f.options}
    return [(name, ", ".join(words.get(x, x) for x in text.split(", "))) for name, text in fact_details(fact)]
