"""What an account must be, and who may change it."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from domain.accounts.roles import LEVELS, MACHINES, PLACE_LEVELS, READING, RIGHTS, ROLES, Account, Role
from domain.entries.code_lists import OfficerGrade
from domain.store.stored_by import SOURCE

USERNAME = re.compile(r"[a-z0-9][a-z0-9.@_-]{1,98}")

LONGEST_NAME = 200
"""Characters of a person's name, at most."""

NOT_NAMES = frozenset(("new", "names", "operator", "unknown", "demo"))
"""What cannot be a user name: words of addresses, and those by which the access log names what is no account."""

AccountField = Literal[
    "username", "name", "role", "places", "inspections", "grade", "staff", "until", "disabled", "rights", "place_level",
    "source", "client",
]  # fmt: skip

LONGEST_CLIENT = 200
"""Characters of a client's id or subject, at most."""


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
    if (account.inspects or account.is_machine) and account.until is None:
        faults.append("until")
    if account.grade is not None and account.grade not in get_args(OfficerGrade):
        faults.append("grade")
    return faults + (_machine_faults(account) if account.is_machine else _no_machine_faults(account))


def _machine_faults(account: Account) -> list[AccountField]:
    """What a machine must say of itself, and what only a person has."""
    reads, client = any(right in READING for right in account.rights), account.client
    found: dict[AccountField, bool] = {
        "rights": not account.rights or not set(account.rights) <= set(RIGHTS),
        "places": reads and not account.places,
        "place_level": bool(account.places) and account.place_level not in PLACE_LEVELS,
        "source": ("record" in account.rights) != (account.source is not None)
        or (account.source is not None and re.fullmatch(SOURCE, account.source) is None),
        "client": client is not None
        and not all(
            0 < len(part) <= LONGEST_CLIENT and part.isprintable()
            for part in (client.issuer, client.id, client.subject)
        ),
        "staff": bool(account.staff),
        "inspections": bool(account.inspections),
        "grade": account.grade is not None,
    }
    return [name for name, wrong in found.items() if wrong]


def _no_machine_faults(account: Account) -> list[AccountField]:
    """What only a machine has."""
    found: dict[AccountField, bool] = {
        "rights": bool(account.rights), "place_level": account.place_level is not None, "source": account.source is not None,
        "client": account.client is not None,
    }  # fmt: skip
    return [name for name, wrong in found.items() if wrong]


def may_change(by: Account, standing: Account, *, role: Role, disabled: bool) -> bool:
    """Whether somebody may close an account or give it another role: anybody's but their own."""
    return by.username != standing.username or (role == standing.role and not disabled)


def changes_kind(standing: Account, role: str) -> bool:
    """Whether another role would make a machine of a person's account, or the other way: neither is ever done."""
    return role in ROLES and (role in MACHINES) != standing.is_machine


def unknown_names(usernames: Iterable[str], accounts: Iterable[Account]) -> list[str]:
    """Those of some user names that no account has; most often a slip of the keys."""
    known = {account.username for account in accounts}
    return [name for name in usernames if name not in known]


def keys_taken(account: Account, others: Iterable[Account]) -> list[str]:
    """The staff keys of an account that already name another account, open or closed."""
    taken = {key for other in others if other.username != account.username for key in other.keys}
    return [key for key in account.staff if key in taken]


def client_taken(account: Account, others: Iterable[Account]) -> bool:
    """Whether the client of a machine is another account's already, open or closed."""
    if account.client is None:
        return False
    mine = (account.client.issuer, account.client.id)
    return any(
        other.client is not None and (other.client.issuer, other.client.id) == mine
        for other in others
        if other.username != account.username
    )
