"""What a form or a command says of an account, checked."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast, get_args

from domain.accounts.account_rules import LONGEST_NAME, AccountField, account_faults
from domain.accounts.roles import LEVELS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade, label
from domain.entries.tidy_text import words


def read_account(form: Any) -> tuple[Account | None, dict[str, str]]:
    """The account that a form or the command line describes, or what is wrong with it: field -> what to do."""
    typed = {name: str(form.get(name, "")).strip() for name in ("username", "name", "role", "grade")}
    places, inspections, staff = (_lines(form.get(name, "")) for name in ("places", "inspections", "staff"))
    until, ends = _day(str(form.get("until", "") or "").strip())
    role, grade = cast(Role, typed["role"]), cast(OfficerGrade, typed["grade"]) if typed["grade"] else None
    account = Account(typed["username"], typed["name"], role, places, inspections, grade, staff=staff, until=until)
    problems: dict[str, str] = {name: _wanted(name, account) for name in account_faults(account)}
    if not ends:
        problems["until"] = "Enter the last day like 2027-03-31, or leave it empty."
    return (None, problems) if problems else (account, {})


def _wanted(field: AccountField, account: Account) -> str:
    """What to do about a field of an account that cannot stand so."""
    return {
        "username": "Enter a user name of small letters, numbers, dots and hyphens. For example, r.ablewhite.",
        "name": f"Enter the name of the person, as it is to be printed, in at most {LONGEST_NAME} characters.",
        "role": f"Choose a role: {_choices(ROLES)}.",
        "places": "Enter the areas in which this inspector may open inspections, one a line."
        if account.inspects
        else f"Enter the {LEVELS.get(account.role, 'place')}s that this person answers for, one a line.",
        "inspections": "Enter the inspections that this person reads, one a line.",
        "staff": "Enter the staff keys of this person, one a line.",
        "until": "Enter the last day on which this inspector may sign in. For example, 2027-03-31.",
        "disabled": "Select whether the account is closed.",
        "grade": f"Choose a grade, or none: {_choices(get_args(OfficerGrade))}.",
    }[field]


def _choices(codes: Iterable[str]) -> str:
    """Codes with their words, for a form and for the command line, where the codes are typed."""
    return ", ".join(code if label(code) == code else f"{label(code)} ({code})" for code in codes)


def _day(text: str) -> tuple[date | None, bool]:
    """The day that was typed (None: nothing was), and whether it can be read."""
    try:
        return (date.fromisoformat(text) if text else None), True
    except ValueError:
        return None, False


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words(line) for line in text.splitlines() if line.strip()))
