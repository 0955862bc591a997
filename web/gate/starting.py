"""Where a destination begins in the record, and where it goes on once it is started again."""

from domain.accounts.account_register import AccountRegister
from domain.store.record_reader import RecordReader


def now_in_record(register: AccountRegister) -> tuple[int, str]:
    """The position of the record's end, and the chain's hash there."""
    standing = RecordReader(register.engine).standing(0)
    return standing.head, standing.hash


def start_again(register: AccountRegister, number: int) -> None:
    """Deliver to it again from where it was; from now on, where the record is another than the one that it was given."""
    found = register.destinations.destination(number)
    if found.wanted.kind == "mail" or RecordReader(register.engine).hash_at(found.position) == found.hash:
        register.destinations.start(number)
    else:
        register.destinations.start(number, *now_in_record(register))
