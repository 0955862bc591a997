"""What a form or a command says of an account, checked."""

from typing import Any, cast, get_args

from domain.accounts.account_rules import AccountField, account_faults
from domain.accounts.roles import LEVELS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade


def read_account(form: Any) -> tuple[Account | None, dict[str, str]]:
    """The account that a form or the command line describes, or what is wrong with it: field -> what to do."""
    typed = {name: str(form.get(name, "")).strip() for name in ("username", "name", "role", "grade")}
    places, inspections = (_lines(form.get(name, "")) for name in ("places", "inspections"))
    role, grade = cast(Role, typed["role"]), cast(OfficerGrade, typed["grade"]) if typed["grade"] else None
    account = Account(typed["username"], typed["name"], role, places, inspections, grade)
    problems: dict[str, str] = {name: _wanted(name, account) for name in account_faults(account)}
    return (None, problems) if problems else (account, {})


def _wanted(field: AccountField, account: Account) -> str:
    """What to do about a field of an account that cannot stand so."""
    return {
        "username": "Enter a user name of small letters, numbers, dots and hyphens, like r.ablewhite",
        "name": "Enter the name as the case files write it",
        "role": f"Choose a role: {', '.join(ROLES)}",
        "places": f"Enter the {LEVELS.get(account.role, 'place')}s that this person answers for, one a line",
        "inspections": "Enter the inspections that this person reads, one a line",
        "grade": f"Choose a grade: {', '.join(get_args(OfficerGrade))}",
    }[field]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
