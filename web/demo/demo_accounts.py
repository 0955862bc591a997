"""The accounts of the demonstration: one or more in each role, without passwords, so of no use elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.accounts.account_register import AccountRegister
from domain.accounts.kept_accounts import AccountExists, By
from domain.accounts.roles import Account, Role
from domain.store.stored_by import DEMONSTRATION
from web.demo.invented_people import AREA


def _of(username: str, name: str, role: Role, places: tuple[str, ...] = (), **more: Any) -> Account:
    """An account of somebody whom the samples name: they give no ids of staff, so the staff key is the name."""
    return Account(username, name, role, places, staff=(name,), **more)


READ = ("gloucestershire-2004", "gloucestershire-2005")

STAFF = (
    _of("p.anstey", "Peter Anstey", "spo", ("Gloucester",), grade="spo"),
    _of("m.hoole", "Margaret Hoole", "spo", ("Cheltenham", "Tewkesbury and Cotswold"), grade="spo"),
    _of("t.adeyemi", "Tunde Adeyemi", "case_manager", grade="po"),
    _of("a.rao", "Anita Rao", "divisional_manager", ("South",), grade="spo"),
    _of("c.whitlock", "Carys Whitlock", "area_manager", (AREA,), grade="spo"),
    _of("j.hartnell", "J Hartnell", "inspector", (AREA,), inspections=READ),
    _of("g.okafor", "G Okafor", "inspector", (AREA,), inspections=READ),
    _of("i.nkemelu", "Ife Nkemelu", "information_manager"),
    _of("s.brandt", "Silke Brandt", "auditor"),
)


def add_staff(register: AccountRegister, now: datetime, staff: Iterable[Account] = STAFF) -> None:
    """Add those of these accounts that the register does not have yet."""
    for account in staff:
        try:
            register.add(account, by=By(DEMONSTRATION, now))
        except AccountExists:
            continue
