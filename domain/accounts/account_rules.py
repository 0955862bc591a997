"""What an account must be, and who may change it."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from domain.accounts.roles import LEVELS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade

USERNAME = re.compile(r"[a-z0-9][a-z0-9.@_-]{1,98}")

LONGEST_NAME = 200
"""Characters of a person's name, at most."""

NOT_NAMES = frozenset(("new", "names", "operator", "unknown", "demo"))
"""What cannot be a user name: words of addresses, and those by which the access log names what is no account."""

AccountField = Literal["username", "name", "role", "places", "inspections", "grade", "staff", "until", "disabled"]


def account_faults(account: Account) -> list[AccountField]:
    """The fields of an account that cannot stand so; none where it may be kept."""
    faults: list[AccountField] = []
    if not USERNAME.fullmatch(account.username) or account.username in NOT_NAMES:
        faults.append("username")
    if not 0 < len(account.name) <= LONGEST_NAME:
        faults.append("name")
    if account.role not in ROLES:
        faults.append("role")
    elif (LEVELS.get(account.role, "officer") != "officer" or account.inspects) and not account.places:
        faults.append("places")
    if account.inspects and account.until is None:
        faults.append("until")
    if account.grade is not None and account.grade not in get_args(OfficerGrade):
        faults.append("grade")
    return faults


def may_change(by: Account, standing: Account, *, role: Role, disabled: bool) -> bool:
    """Whether somebody may close an account or give it another role: anybody's but their own."""
    return by.username != standing.username or (role == standing.role and not disabled)


def unknown_names(usernames: Iterable[str], accounts: Iterable[Account]) -> list[str]:
    """Those of some user names that no account has; most often a slip of the keys."""
    known = {account.username for account in accounts}
    return [name for name in usernames if name not in known]


def keys_taken(account: Account, others: Iterable[Account]) -> list[str]:
    """The staff keys of an account that already name another account, open or closed."""
    taken = {key for other in others if other.username != account.username for key in other.keys}
    return [key for key in account.staff if key in taken]
