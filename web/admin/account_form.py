"""What a form or a command says of an account, checked."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast, get_args

from domain.accounts.account_rules import LONGEST_CLIENT, LONGEST_NAME, AccountField, account_faults
from domain.accounts.roles import LEVELS, PLACE_LEVELS, RIGHTS, ROLES, Account, Client, PlaceLevel, Right, Role
from domain.entries.code_lists import OfficerGrade, label
from domain.entries.tidy_text import words


def read_account(form: Any) -> tuple[Account | None, dict[str, str]]:
    """The account that a form or the command line describes, or what is wrong with it: field -> what to do."""
    typed = {name: str(form.get(name, "")).strip() for name in ("username", "name", "role", "grade")}
    places, inspections, staff = (_lines(form.get(name, "")) for name in ("places", "inspections", "staff"))
    until, ends = _day(str(form.get("until", "") or "").strip())
    role, grade = cast(Role, typed["role"]), cast(OfficerGrade, typed["grade"]) if typed["grade"] else None
    account = Account(
        typed["username"],
        typed["name"],
        role,
        places,
        inspections,
        grade,
        staff=staff,
        until=until,
        **_of_machine(form),
    )
    problems: dict[str, str] = {name: _wanted(name, account) for name in account_faults(account)}
    if not ends:
        problems["until"] = "Enter the last day like 2027-03-31, or leave it empty."
    return (None, problems) if problems else (account, {})


def _of_machine(form: Any) -> dict[str, Any]:
    """What a form says that only a machine has. The subject of a client is its id, unless another is given."""
    typed = {
        name: str(form.get(name) or "").strip() for name in ("place_level", "source", "issuer", "client", "subject")
    }
    named = Client(typed["issuer"], typed["client"], typed["subject"] or typed["client"]) if typed["client"] else None
    return {
        "rights": cast(tuple[Right, ...], _lines(form.get("rights") or "")),
        "place_level": cast(PlaceLevel | None, typed["place_level"] or None), "source": typed["source"] or None, "client": named,
    }  # fmt: skip


def _wanted(field: AccountField, account: Account) -> str:
    """What to do about a field of an account that cannot stand so."""
    return {
        "username": "Enter a user name of small letters, numbers, dots and hyphens. For example, r.ablewhite.",
        "name": f"Enter the name of the {'system' if account.is_machine else 'person'}, as it is to be printed, "
        f"in at most {LONGEST_NAME} characters.",
        "role": f"Choose a role: {_choices(ROLES)}.",
        "places": "Enter the areas in which this inspector may open inspections, one a line."
        if account.inspects
        else "Enter the places whose cases or figures this machine reads, one a line."
        if account.is_machine
        else f"Enter the {LEVELS.get(account.role, 'place')}s that this person answers for, one a line.",
        "inspections": "Leave out the inspections: a machine reads none by name."
        if account.is_machine
        else "Enter the inspections that this person reads, one a line.",
        "staff": "Leave out the staff keys: a machine is nobody on the staff."
        if account.is_machine
        else "Enter the staff keys of this person, one a line.",
        "until": f"Enter the last day on which this {'machine may be used' if account.is_machine else 'inspector may sign in'}. "
        "For example, 2027-03-31.",
        "disabled": "Select whether the account is closed.",
        "grade": "Leave out the grade: a machine signs nothing."
        if account.is_machine
        else f"Choose a grade, or none: {_choices(get_args(OfficerGrade))}.",
        "rights": f"Choose what the machine may do: {_choices(RIGHTS)}."
        if account.is_machine
        else "Leave out the rights: only a machine has them.",
        "place_level": f"Choose what these places are: {_choices(PLACE_LEVELS)}."
        if account.is_machine
        else "Leave out what the places are: for a person that follows from the role.",
        "source": "Enter the registered source that the machine records as, if it has the right record, and only then."
        if account.is_machine
        else "Leave out the source: only a machine records as one.",
        "client": f"Enter the client's id and subject, each in at most {LONGEST_CLIENT} characters. The issuer is the one that the "
        "site is set up for (CASEAUDIT_OPENID_ISSUER)."
        if account.is_machine
        else "Leave out the client: only a machine is one.",
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
