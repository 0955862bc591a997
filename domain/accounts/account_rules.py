"""What an account must be, and who may change it."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from domain.accounts.roles import LEVELS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade

USERNAME = re.compile(r"[a-z0-9][a-z0-9.@_-]{1,98}")

LONGEST_NAME = 200
"""Characters of a person's name, at most."""

AccountField = Literal["username", "name", "role", "places", "inspections", "grade"]


def account_faults(account: Account) -> list[AccountField]:
    """The fields of an account that cannot stand so; none where it may be kept."""
    faults: list[AccountField] = []
    if not USERNAME.fullmatch(account.username):
        faults.append("username")
    if not 0 < len(account.name) <= LONGEST_NAME:
        faults.append("name")
    if account.role not in ROLES:
        faults.append("role")
    elif LEVELS.get(account.role, "officer") != "officer" and not account.places:
        faults.append("places")
    elif account.inspects and not account.inspections:
        faults.append("inspections")
    if account.grade is not None and account.grade not in get_args(OfficerGrade):
        faults.append("grade")
    return faults


def may_change(by: Account, standing: Account, *, role: Role, disabled: bool) -> bool:
    """Whether somebody may close an account or give it another role: anybody's but their own."""
    return by.username != standing.username or (role == standing.role and not disabled)


def unknown_names(names: Iterable[str], accounts: Iterable[Account]) -> list[str]:
    """Those of some names of staff that no account is called; most often a slip of the keys."""
    known = {called for account in accounts for called in (account.name, account.username)}
    return [name for name in names if name not in known]
