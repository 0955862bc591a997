"""Limits of access by hand: they name user names, and lifting one needs two people."""

from typing import Any

from flask import Flask

from domain.accounts.account_rules import unknown_names
from domain.accounts.requests import Request
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import AccessLimited, Entry, EntryCorrected
from domain.entries.entry_words import field_titles
from domain.entries.schemas import dump_entry, load_entry
from projections.cases import case_access
from projections.history.access_limits import excluded_by
from web.recording.recorded_by_hand import recorded
from web.services import current_cases
from web.site import access_control, clock, two_people


def limit_problem(fact: Entry, file: CaseFile) -> str | None:
    """What is wrong with the staff whom an entry shuts out; None where each is the user name of an account."""
    accounts = access_control.register().accounts()
    wrong = unknown_names(_named(fact, file), accounts)
    if not wrong:
        return None
    called = [f"{one.username} ({one.name})" for one in accounts if one.name.casefold() == wrong[0].casefold()]
    told = f"Write {' or '.join(called)}." if called else "Ask your information manager for it."
    title = field_titles(AccessLimited)["excluded"]
    return f"{title} must be user names, one a line. “{wrong[0]}” is none. {told}"


def lifted(fact: Entry, file: CaseFile) -> frozenset[str]:
    """The staff whom this entry would let in again: by lifting, withdrawing or correcting a limit, in whatever way."""
    entries = list(file.entries.values())
    return excluded_by(entries) - excluded_by([*entries, fact])


def ask_to_lift(reference: str, fact: Entry, staff: frozenset[str], file: CaseFile) -> two_people.Outcome:
    """Ask to record an entry that lifts a limit. A second manager who answers for the case confirms it."""
    today = current_cases.repository().read(reference, current_cases.today(), current_cases.framework())
    limits = [one for one in file.entries.values() if isinstance(one, AccessLimited) and staff & set(one.excluded)]
    change: dict[str, Any] = {
        "type": type(fact).__name__, "entry": dump_entry(fact), "excluded": sorted(staff),
        "limited_for": "; ".join(one.reason for one in limits),
    }  # fmt: skip
    return two_people.ask(
        "limit lifted", reference, change, reason=str(getattr(fact, "reason", "") or ""),
        able=lambda who: case_access.may_record(current_cases.repository(), who, today),
    )  # fmt: skip


def _record(request: Request) -> None:
    """Record the entry that was asked for, now."""
    now = clock.recording_time()
    entry = {name: value for name, value in request.change["entry"].items() if name != "type"}
    fact = load_entry(request.change["type"], {**entry, "recorded_at": now.isoformat()})
    recorded(request.subject, [fact], now=now, by=request.asked_by)


def _named(fact: Entry, file: CaseFile) -> list[str]:
    """The staff that an entry names who were not shut out before."""
    named = fact.excluded if isinstance(fact, AccessLimited) else None
    if isinstance(fact, EntryCorrected) and isinstance(file.entries.get(fact.of), AccessLimited):
        named = fact.fields.get("excluded")
    before = excluded_by(list(file.entries.values()))
    return [name for name in named or () if name not in before]


def attach(app: Flask) -> None:
    """Say what a confirmed request to lift a limit does."""
    with app.app_context():
        two_people.attach_effect("limit lifted", _record)
