"""Registering a destination as two people would, and delivering to it, without the site."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.accounts.account_register import AccountRegister
from domain.destinations.addresses import networks_of
from domain.destinations.destination_rules import Destination, Wanted
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.receivers import NETWORKS, Receiver
from web.gate.deliverer import Deliverer
from web.gate.gate_settings import GateSettings
from web.gate.starting import now_in_record

GLOUCESTER = "V465889/1"
"""A case of the team that ``p.anstey`` answers for."""


def until_next_year() -> date:
    return datetime.now(UTC).date() + timedelta(days=300)


def registered(
    database: Any, address: str, subscriber: str = "p.anstey", types: tuple[str, ...] = (), until: date | None = None
) -> Destination:
    """A destination that gets what is stored from now on."""
    wanted = Wanted(kind="webhook", address=address, subscriber=subscriber, types=types, purpose="the diary of the team",
                    until=until or until_next_year())  # fmt: skip
    with closing(AccountRegister(str(database))) as register:
        position, hash_ = now_in_record(register)
        return register.destinations.add(wanted, asked_by="i.nkemelu", confirmed_by="r.one", request=1, at=datetime.now(UTC),
                                         position=position, hash_=hash_)  # fmt: skip


def record(database: Any, case: str = GLOUCESTER, type_: str = "MappaSet", **fields: Any) -> str:
    """Record an entry on a case; its event's id."""
    with closing(Files.open(str(database))) as files:
        number = f"new-{len(files.read(case).entries)}"
        said = {"category": 2, "level": 3} if type_ == "MappaSet" and not fields else fields
        entry = {"entry": number, "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T09:00:00Z"} | said
        files.record(case, [load_entry(type_, entry)], actor="t.adeyemi")
    return f"{case}#{number}"


def settings_for(receiver: Receiver | None = None) -> GateSettings:
    """An operator's settings that let this machine be reached, and believe the receiver's authority."""
    return GateSettings(networks_of(NETWORKS, "test"), "" if receiver is None else str(receiver.ca))


@contextmanager
def deliverer(database: Any, settings: GateSettings, said: list[str] | None = None) -> Iterator[Deliverer]:
    with closing(Deliverer(str(database), settings, (said if said is not None else []).append)) as found:
        yield found


def due_again(found: Deliverer, number: int) -> None:
    """Let the time until the next try be over."""
    one = found.gate.destinations.destination(number)
    found.gate.destinations._set(number, next_try=None if one.next_try is None else "2020-01-01T00:00:00+00:00")


def environment(receiver: Receiver, home: Path) -> dict[str, str]:
    """The environment of a command that may deliver to the receiver."""
    from web.gate.gate_settings import CA_FILE, PRIVATE

    return {PRIVATE: NETWORKS, CA_FILE: str(receiver.ca), "HOME": str(home)}
