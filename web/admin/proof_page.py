"""The page for the operator on how the record is proved: its head, its signing key, and what its witness has taken."""

from typing import NamedTuple

from flask import Blueprint, render_template

from domain.accounts.roles import ADMINISTRATORS
from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import Checkpoint
from domain.proof.signed_notes import Note, VerifierKey
from domain.proof.signing_key import KeyState
from domain.store.checkpointing import EntriesLog
from domain.store.hash_chain import BrokenChain
from domain.store.record_keys import key_entries, signing_state, unsigned_words
from domain.store.witnessed import Witnessing
from web.services import current_cases, witness_state
from web.site import access_control, clock

blueprint = Blueprint("proof", __name__)

SHOWN = 20
"""The checkpoints that the page lists, at most."""


@blueprint.get("/proof")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """How many entries there are, who signs, who witnesses, and what is wrong with any of it."""
    found = standing()
    requests = access_control.register().requests.still_open(clock.now())
    return render_template(
        "admin/proof.html",
        waits=any(one.kind == "signing key replaced" and not one.alone for one in requests),
        **found._asdict(),
    )


class Standing(NamedTuple):
    """How the record is proved. ``broken``: why its head cannot be given; ``head`` and ``note`` then are None.

    ``keys``: with the id of each, the latest first. ``taken``: checkpoints that a witness took, the latest first.
    """

    head: Checkpoint | None
    note: Note | None
    broken: str
    state: KeyState
    keys: list[tuple[str, SigningKeySet]]
    witness: witness_state.WitnessState
    taken: list[Witnessing]
    unsigned: list[str]


def standing() -> Standing:
    """How the record is proved now."""
    files = current_cases.repository().files
    note, broken = None, ""
    try:
        note = EntriesLog(files).note()
    except BrokenChain as error:
        broken = str(error)
    keys = [(VerifierKey.read(fact.vkey).key_id.hex(), fact) for fact in key_entries(files)]
    return Standing(
        None if note is None else Checkpoint.read(note.text), note, broken, signing_state(files), keys[::-1],
        witness_state.standing() if note else witness_state.NOTHING, witness_state.latest(SHOWN), unsigned_words(files),
    )  # fmt: skip
