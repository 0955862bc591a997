"""Drafts of the pages on which entries are recorded: kept with every form that is sent, shown by the page that follows it.

A form carries its writer, sealed. So what is sent after the sign-in ended is kept for them, and shown to nobody else.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Flask, flash, request, url_for

from domain.aggregates.other_file_ids import crn_of
from domain.entries.case_entries import ENTRY_TYPES
from domain.outside_key import NotSealed
from domain.working.drafts import Draft
from web.presentation.fact_words import fact_title, type_title
from web.recording.typed_entries import TOKEN
from web.services import current_cases
from web.site import access_control, clock, links

IDLE = "idle"
"""The step of a form that a script sends by itself, to keep what is typed: after typing, and when the page is left."""

UNTYPED = ("csrf_token", "step", "writer", "opened", "seen", "revision")
"""Fields of a form that the person did not type."""

_WRITER = "writer of a draft"

GONE = "That draft is gone. It may be recorded, thrown away, older than seven days, or not open to you any more."
"""The same words whatever became of it."""

KEPT = "Your sign-in had ended. What you typed is kept as a draft: sign in to go on with it."


class DraftLine(NamedTuple):
    """A draft in a list: the case, what it is, when it was kept and until when, and the address of its form."""

    draft: Draft
    title: str
    href: str


def asked_for() -> str | None:
    """The id of the draft that the address names; None where it names none."""
    asked = request.args.get("draft", "")
    return asked if TOKEN.fullmatch(asked) else None


def found(id: str) -> Draft | None:
    """The draft of the person signed in with this id."""
    return access_control.register().drafts.find(id, access_control.account().username, clock.now())


def is_anothers(id: str) -> bool:
    """Whether a draft that is not open to the person signed in has this id."""
    return access_control.register().drafts.is_somebodys(id)


def keep(draft: Draft) -> Draft:
    """Keep a draft. Of somebody who is erased nothing is kept."""
    if not _is_erased(draft.reference):
        access_control.register().drafts.keep(draft, clock.now())
    return draft


def fresh(id: str, reference: str, form: str, entries: int) -> Draft:
    """A draft of which nothing is kept yet. ``entries``: how many the file holds, unless the form says how many it held."""
    opened = number_sent("opened", entries)
    return Draft(id, access_control.account().username, reference, form, {}, opened, opened, back=back_asked())


def throw_away(draft: Draft) -> None:
    """Delete a draft."""
    access_control.register().drafts.throw_away(draft.id, draft.username)


def typed_now() -> dict[str, list[str]]:
    """What was typed into the form that was sent."""
    return {name: texts for name, texts in request.form.to_dict(flat=False).items() if name not in UNTYPED}


def number_sent(name: str, most: int) -> int:
    """A number of entries that the form carries; ``most`` where it carries none, or a larger one."""
    sent = request.form.get(name, "")
    return min(int(sent), most) if sent.isdecimal() and len(sent) < 9 else most


def writer(draft: Draft) -> str:
    """The sealed name of who writes a draft, which its form carries."""
    return access_control.register().key.seal(_WRITER, _owner(draft.reference, draft.id), draft.username)


def keep_for_writer(reference: str, form: str) -> str | None:
    """Keep what was sent by somebody who is not signed in, or whose form had expired; the address to go on at afterwards.

    None where the form does not say, under seal, whose it is: it may come from another site.
    """
    id = asked_for()
    if id is None:
        return None
    try:
        name = access_control.register().key.unseal(_WRITER, _owner(reference, id), request.form.get("writer", ""))
    except NotSealed:
        return None
    who = access_control.signed_in()
    if who is not None and who.username != name:
        return None
    drafts = access_control.register().drafts
    kept = drafts.find(id, name, clock.now()) or Draft(id, name, reference, form)
    if "opened" in request.form and not _is_erased(reference):
        opened = kept.opened or number_sent("opened", 10**8)
        new = replace(
            kept, typed=typed_now(), opened=opened, seen=max(kept.seen, opened), checked=False, back=back_asked()
        )
        drafts.keep(new, clock.now())
    flash(KEPT if who is None else "This form had expired. What you typed is kept: look at it, then send it again.")
    return request.full_path.rstrip("?")


def back_asked() -> str:
    """The page to come back to, as the address names it; empty where it names none of this site."""
    return links.back_to(request.args.get("back"))


def this_form(**changes: str | None) -> str:
    """The address of this form, of the draft that it names, with other arguments; None leaves one out."""
    kept = {name: request.args[name] for name in ("draft", "about", "clause", "back") if name in request.args}
    arguments: dict[str, Any] = {**kept, "as_at": None, "known": None, **changes}
    return url_for(request.endpoint or "", **(request.view_args or {}), **arguments)


def own_drafts(reference: str | None = None) -> list[DraftLine]:
    """The drafts of the person signed in, on cases that they may record on; with ``reference`` those on this case."""
    return [line for draft in _own(reference) if (line := _line(draft)) is not None]


def drafts_gone() -> int:
    """How many of their drafts cannot be shown, since the case is no longer theirs to record on."""
    return sum(not _may_be_shown(draft.reference) for draft in _own(None))


def address_of(draft: Draft, **values: str) -> str:
    """The address of a draft's form."""
    crn, _, number = draft.reference.partition("/")
    where: dict[str, Any] = {
        "crn": crn,
        "number": int(number),
        "draft": draft.id,
        "as_at": None,
        "known": None,
        **values,
    }
    kind, _, name = draft.form.partition("/")
    if kind == "correct":
        return url_for("recording.correct", entry_id=name, back=draft.back or None, **where)
    return url_for("recording.entry", type_=name, back=draft.back or None, **where)


def _own(reference: str | None) -> Sequence[Draft]:
    return access_control.register().drafts.of(access_control.account().username, clock.now(), reference)


def _line(draft: Draft) -> DraftLine | None:
    """None where the case is not theirs any more, or the draft is recorded."""
    if not _may_be_shown(draft.reference) or draft.id in current_cases.entries_of(draft.reference):
        return None
    access_control.shown(draft.reference)
    kind, _, name = draft.form.partition("/")
    if kind == "correct":
        fact = current_cases.repository().file(draft.reference).entries.get(name)
        return None if fact is None else DraftLine(draft, f"Correction: {fact_title(fact)}", address_of(draft))
    title = "Withdrawal of an entry" if name == "EntryWithdrawn" else type_title(name) if name in ENTRY_TYPES else ""
    return DraftLine(draft, title, address_of(draft)) if title else None


def _may_be_shown(reference: str) -> bool:
    return current_cases.is_open(reference) and current_cases.may_record(reference)


def _is_erased(reference: str) -> bool:
    files = current_cases.repository().files
    key = files.keys.of([crn_of(reference)]).get(crn_of(reference)) if files.seals else None
    return key is not None and key.is_destroyed


def _owner(*parts: str) -> str:
    return " ".join(parts)


def attach(app: Flask) -> None:
    """Give the templates ``own_drafts`` and ``drafts_gone``."""
    app.add_template_global(own_drafts)
    app.add_template_global(drafts_gone)
