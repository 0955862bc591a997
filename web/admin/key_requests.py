"""What a confirmed request to replace the record's signing key does."""

import msgspec
from flask import Flask

from domain.accounts.requests import Request
from domain.entries.signing_entries import SigningKeySet
from domain.proof.key_succession import check_key_set
from domain.store.record_keys import KeyChanged, current_key, set_key
from web.services import current_cases
from web.site import access_control, clock, two_people


def _asked(request: Request) -> SigningKeySet:
    return msgspec.convert(request.change["entry"], SigningKeySet)


def _check(request: Request) -> None:
    """``KeyChanged`` where the record names another key by now than the one that was lost."""
    named = current_key(current_cases.repository().files)
    if _asked(request).before != str(named):
        raise KeyChanged("the record names another signing key by now")


def _enter(request: Request) -> None:
    """Enter the new key, with who asked for it and who confirmed it."""
    fact = msgspec.structs.replace(_asked(request), at=clock.recording_time(), confirmed_by=request.decided_by or "")
    check_key_set(fact)
    set_key(current_cases.repository().files, fact, actor=access_control.account().username)
    access_control.log("decided", detail=f"the signing key is replaced: {fact.vkey}")


def attach(app: Flask) -> None:
    with app.app_context():
        two_people.attach_effect("signing key replaced", _enter, _check)
