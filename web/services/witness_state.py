"""How the site's record stands with its witness, for its pages and for monitoring."""

from typing import NamedTuple, cast

from flask import current_app

from domain.store import checkpointing
from domain.store.application import StoringError
from domain.store.checkpointing import EntriesLog, WrongSetting, plan_of_environment
from domain.store.database import NotPrepared
from domain.store.engines import DatabaseError
from domain.store.hash_chain import BrokenChain
from domain.store.record_keys import signing_state
from domain.store.witnessed import Witnessed, Witnessing
from web.services import current_cases
from web.site import clock


class WitnessState(NamedTuple):
    """``called``: the witness, empty where none is named. ``last``: what it took last. ``fault``: why it is not heard."""

    called: str
    last: Witnessing | None
    fault: str


NOTHING = WitnessState("", None, "")


def standing() -> WitnessState:
    """How the record stands with its witness now."""
    try:
        plan = plan_of_environment()
    except WrongSetting as error:
        return WitnessState("", None, str(error))
    if plan is None:
        return NOTHING
    origin = EntriesLog(current_cases.repository().files).origin
    found = checkpointing.standing(plan, origin, _kept(), clock.now())
    return WitnessState(plan.called, found.last, found.fault)


def faults() -> dict[str, str]:
    """What is wrong, for monitoring: why heads are ``unsigned``, why the ``witness`` is not heard. Empty where nothing is."""
    try:
        unsigned, witness = signing_state(current_cases.repository().files).fault, standing().fault
    except (DatabaseError, StoringError, NotPrepared, OSError):
        return {}  # what is said of the database itself is enough
    except BrokenChain as error:
        return {"record": str(error)}
    return {name: words for name, words in (("unsigned", unsigned), ("witness", witness)) if words}


def latest(limit: int) -> list[Witnessing]:
    """What any witness took, the latest first."""
    return _kept().latest(limit)


def _kept() -> Witnessed:
    kept = current_app.extensions.get("witnessed")
    if kept is None:
        kept = current_app.extensions["witnessed"] = Witnessed(current_app.config["DATABASE"])
    return cast(Witnessed, kept)
