"""The page for the operator on how the record is proved: its head, its signing key, and what its witness has taken."""

from flask import Blueprint, render_template

from domain.accounts.roles import ADMINISTRATORS
from domain.proof.checkpoints import Checkpoint
from domain.proof.signed_notes import VerifierKey
from domain.store.checkpointing import EntriesLog
from domain.store.hash_chain import BrokenChain
from domain.store.record_keys import key_entries, signing_state, unsigned_words
from web.services import current_cases, witness_state
from web.site import access_control, clock

blueprint = Blueprint("proof", __name__)

SHOWN = 20
"""The checkpoints that the page lists, at most."""


@blueprint.get("/proof")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """How many entries there are, who signs, who witnesses, and what is wrong with any of it."""
    files = current_cases.repository().files
    note, broken = None, ""
    try:
        note = EntriesLog(files).note()
    except BrokenChain as error:
        broken = str(error)
    keys = [(VerifierKey.read(fact.vkey).key_id.hex(), fact) for fact in key_entries(files)]
    requests = access_control.register().requests.still_open(clock.now())
    return render_template(
        "admin/proof.html",
        head=None if note is None else Checkpoint.read(note.text), note=note, broken=broken, state=signing_state(files),
        keys=keys[::-1], witness=witness_state.standing() if note else witness_state.NOTHING, taken=witness_state.latest(SHOWN),
        unsigned=unsigned_words(files),
        waits=any(one.kind == "signing key replaced" and not one.alone for one in requests),
    )  # fmt: skip
