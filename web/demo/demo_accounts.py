"""The accounts of the demonstration: one or more in each role, without passwords, so of no use elsewhere."""

from domain.accounts.account_register import AccountExists, AccountRegister
from domain.accounts.roles import Account
from web.demo.invented_people import AREA

STAFF = (
    Account("p.anstey", "Peter Anstey", "spo", ("Gloucester",), grade="spo"),
    Account("m.hoole", "Margaret Hoole", "spo", ("Cheltenham", "Tewkesbury and Cotswold"), grade="spo"),
    Account("t.adeyemi", "Tunde Adeyemi", "case_manager", grade="po"),
    Account("a.rao", "Anita Rao", "divisional_manager", ("South",), grade="spo"),
    Account("c.whitlock", "Carys Whitlock", "area_manager", (AREA,), grade="spo"),
    Account("j.hartnell", "J Hartnell", "inspector", inspections=("gloucestershire-2004", "gloucestershire-2005")),
    Account("g.okafor", "G Okafor", "inspector", inspections=("gloucestershire-2004", "gloucestershire-2005")),
    Account("i.nkemelu", "Ife Nkemelu", "information_manager"),
)


def add_staff(register: AccountRegister) -> None:
    """Add the accounts that the register does not have yet."""
    for account in STAFF:
        try:
            register.add(account)
        except AccountExists:
            continue
