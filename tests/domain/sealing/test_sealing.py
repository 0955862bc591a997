"""Sealing one entry and opening it: nothing of a text is left in it, and no ciphertext opens anywhere else."""

import hmac
import json
from base64 import b64decode, b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import ENTRY_TYPES, EntryCorrected
from domain.entries.entry import Entry
from domain.entries.schemas import ShapeError, load_entry
from domain.sealing.person_key import Derived, KeyDestroyed, PersonKey, Where
from domain.sealing.sealed_fields import SEALED, plan_of, put_back, taken_out
from domain.sealing.sealing import NotOpened, entry_part, opened, opened_with, seal, subject_of, tail_of, with_tail
from tests.domain.aggregates.test_case_file import EXAMPLES, fact
from tests.support.histories import CASE

KEY = PersonKey(bytes(range(32)))
OTHER = PersonKey(bytes(range(1, 33)))
CORRECTED = fact("EntryCorrected", "c1", of="new", fields={"note": "he came\nround again", "contact_type": "letter"})


def texts_of(found: Entry, held: dict[str, str], key: PersonKey = KEY) -> dict[str, str]:
    """Every text of a sealed entry, opened."""
    assert found.sealed is not None
    return {
        path: opened(Where(CASE, found.entry, path), subject_of(CASE, found, path), held[path], digest, key)
        for path, digest in found.sealed.items()
    }


SUBJECT = ENTRY_TYPES["ContactLogged"]


@pytest.mark.parametrize("name", [name for name, one in ENTRY_TYPES.items() if plan_of(one) is not None])
def test_what_is_sealed_opens_again_and_leaves_no_text(name: str) -> None:
    plain = fact(name, **EXAMPLES[name])
    found, held = seal(CASE, plain, None, KEY)
    texts = taken_out(plain)[1]
    assert texts and found.sealed is not None and found.sealed.keys() == held.keys() == texts.keys()
    assert put_back(found, texts_of(found, held)) == msgspec.structs.replace(plain, sealed=found.sealed)
    state = with_tail(msgspec.json.encode(found), held)
    for path, text in texts.items():
        assert text.encode() not in state, path
    assert msgspec.json.decode(entry_part(state), type=type(found)) == found
    assert tail_of(state) == held


def test_a_correction_is_sealed_by_the_type_that_it_corrects() -> None:
    found, held = seal(CASE, CORRECTED, SUBJECT, KEY)
    assert isinstance(found, EntryCorrected)
    assert found.fields == {"note": SEALED, "contact_type": "letter"}
    assert texts_of(found, held) == {"fields.note": "he came\nround again"}
    subject, _ = seal(CASE, fact("ContactLogged", contact_type="letter", note="he came\nround again"), None, KEY)
    assert found.sealed == {"fields.note": (subject.sealed or {})["note"]}, (
        "a correction compares with what it corrects"
    )


def test_a_date_of_birth_keeps_its_year_alone() -> None:
    found, _ = seal(CASE, fact("SupervisionStarted", **EXAMPLES["SupervisionStarted"]), None, KEY)
    assert str(found.person.date_of_birth) == "1975-01-01"  # type: ignore[attr-defined]
    changed, held = seal(
        CASE, fact("EntryCorrected", "c1", of="new", fields={"date_of_birth": "1975-02-27"}),
        ENTRY_TYPES["PersonDetailsChanged"], KEY,
    )  # fmt: skip
    assert changed.fields == {"date_of_birth": "1975-01-01"}  # type: ignore[attr-defined]
    assert texts_of(changed, held) == {"fields.date_of_birth": "1975-02-27"}


def test_types_without_text_and_inspections_cost_nothing() -> None:
    assert plan_of(ENTRY_TYPES["AppointmentMade"]) is plan_of(ENTRY_TYPES["InspectionOpened"]) is None
    plain = fact("TierSet", tier=4)
    assert seal(CASE, plain, None, KEY)[0] is plain
    empty = fact("ContactLogged", contact_type="letter", note="")
    assert seal(CASE, empty, None, KEY)[0] is empty, "there is nothing to seal in an empty text"


@pytest.mark.parametrize(
    "where", [Where(CASE, "other", "note"), Where("X123456/2", "new", "note"), Where(CASE, "new", "evidence")]
)
def test_a_ciphertext_opens_nowhere_else(where: Where) -> None:
    found, held = seal(CASE, fact("ContactLogged", contact_type="letter", note="came round"), None, KEY)
    digest = (found.sealed or {})["note"]
    with pytest.raises(NotOpened):
        opened(where, where, held["note"], digest, KEY)
    own = KEY.of_text(Where(CASE, "new", "note"))
    with pytest.raises(NotOpened, match="moved"):
        opened_with(own, where, held["note"])


def test_another_key_another_text_and_a_changed_byte_do_not_open() -> None:
    where = Where(CASE, "new", "note")
    found, held = seal(CASE, fact("ContactLogged", contact_type="letter", note="came round"), None, KEY)
    digest = (found.sealed or {})["note"]
    with pytest.raises(NotOpened, match="another one"):
        opened(where, where, held["note"], digest, OTHER)
    _, instead = seal(CASE, fact("ContactLogged", contact_type="letter", note="came not"), None, KEY)
    with pytest.raises(NotOpened, match="digest"):
        opened(where, where, instead["note"], digest, KEY)
    raw = bytearray(b64decode(held["note"]))
    for at in range(len(raw)):
        raw[at] ^= 1
        with pytest.raises(NotOpened):
            opened(where, where, b64encode(raw).decode(), digest, KEY)
        raw[at] ^= 1
    with pytest.raises(NotOpened):
        opened(where, where, "no base64", digest, KEY)


def test_a_destroyed_key_opens_nothing() -> None:
    where = Where(CASE, "new", "note")
    _, held = seal(CASE, fact("ContactLogged", contact_type="letter", note="came round"), None, KEY)
    with pytest.raises(KeyDestroyed):
        opened(where, where, held["note"], None, PersonKey(None))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_keys_are_derived_by_hmac_sha256(key: bytes, message: bytes) -> None:
    assert Derived(key).of(message) == hmac.digest(key, message, "sha256")


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=4), st.binary(min_size=32, max_size=32))
def test_whatever_the_text_it_opens_again(note: str, actions: list[str], key: bytes) -> None:
    person = PersonKey(key)
    for name, values in (
        ("ContactLogged", {"contact_type": "letter", "note": note}),
        ("RiskManagementPlanMade", {"actions": actions}),
    ):
        try:
            plain = fact(name, **values)
        except ShapeError:
            continue  # not text that an entry takes
        found, held = seal(CASE, plain, None, person)
        texts = texts_of(found, held, person) if found.sealed else {}
        assert put_back(found, texts) == msgspec.structs.replace(plain, sealed=found.sealed)


@pytest.mark.parametrize("given_from_outside", [{"note": "x"}, None, {}])
def test_sealed_is_never_given_from_outside(given_from_outside: Any) -> None:
    values = {
        "entry": "e",
        "occurred_on": "2005-05-03",
        "recorded_at": "2005-05-03T17:00:00+01:00",
        "contact_type": "letter",
    }
    with pytest.raises(ShapeError, match="sealed when they are stored"):
        load_entry("ContactLogged", json.loads(json.dumps({**values, "sealed": given_from_outside})))
