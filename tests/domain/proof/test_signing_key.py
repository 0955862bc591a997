"""The signing key's file: where it is, what is refused, what a missing or a wrong one means; how one key follows another."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.entries.signing_entries import SigningKeySet
from domain.key_files import KeyUnusable, key_folder
from domain.proof.checkpoints import AnotherLog, Checkpoint, log_origin, read_checkpoint
from domain.proof.key_succession import WrongSuccession, check_key_set, key_set, keys_after, named_key
from domain.proof.signed_notes import VerifierKey
from domain.proof.signing_key import (
    IN_FILE,
    Signer,
    key_path,
    key_state,
    make_signing_key,
    put_in_place,
    read_signing_key,
)

ID = "0123456789abcdef" * 2
RECORD = f"host.example/caseaudit/{ID}"
ORIGIN = log_origin(RECORD, "entries")
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(IN_FILE, raising=False)
    return tmp_path


def test_a_key_is_made_for_this_user_alone_and_signs_heads_of_its_log_only() -> None:
    key, path = make_signing_key(RECORD)
    assert path == key_path(RECORD) == key_folder() / f"{ID}.signing"
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    state = key_state(RECORD, key.verifier(ORIGIN))
    assert state.signer is not None and not state.fault
    checkpoint = Checkpoint(ORIGIN, 3, bytes(32))
    found, note = read_checkpoint(state.signer.sign(checkpoint))
    assert found == checkpoint
    assert state.named is not None and state.named.check(note) is None
    for other in (log_origin(RECORD, "access"), log_origin(RECORD.replace("0", "1"), "entries")):
        with pytest.raises(AnotherLog):
            state.signer.sign(Checkpoint(other, 3, bytes(32)))
    access = state.signer.of("access")
    assert access.verifier == VerifierKey(log_origin(RECORD, "access"), key.public)


def test_a_record_that_names_no_key_signs_nothing() -> None:
    make_signing_key(RECORD)
    assert key_state(RECORD, None) == (None, None, "")


def test_a_missing_file_is_said() -> None:
    key, path = make_signing_key(RECORD)
    path.unlink()
    state = key_state(RECORD, key.verifier(ORIGIN))
    assert state.signer is None and state.fault == f"the signing key is missing: there is no {path}"


def test_the_key_of_another_is_refused() -> None:
    key, path = make_signing_key(RECORD)
    path.unlink()
    other, _ = make_signing_key(RECORD)
    state = key_state(RECORD, key.verifier(ORIGIN))
    assert state.signer is None
    assert other.verifier(ORIGIN).key_id.hex() in state.fault and "than the record names" in state.fault


def test_the_environment_names_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.chmod(0o700)
    monkeypatch.setenv(IN_FILE, str(config / "outside.pem"))
    key, path = make_signing_key(RECORD)
    assert path == config / "outside.pem" and not key_folder().exists()
    assert key_state(RECORD, key.verifier(ORIGIN)).signer is not None
    monkeypatch.setenv(IN_FILE, str(config / "nowhere" / "outside.pem"))
    with pytest.raises(KeyUnusable, match="can be kept at"):
        make_signing_key(RECORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_read_is_refused(mode: int) -> None:
    key, path = make_signing_key(RECORD)
    path.chmod(mode)
    assert "chmod 600" in key_state(RECORD, key.verifier(ORIGIN)).fault


def test_what_is_no_key_is_refused() -> None:
    key, path = make_signing_key(RECORD)
    pem, wrong = path.read_bytes(), generate_private_key(SECP256R1())
    for content, words in (
        (b"", "no private key"), (b"secret", "no private key"), (pem[:60], "no private key"),
        (wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "no Ed25519 key"),
    ):  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(KeyUnusable, match=words):
            read_signing_key(path)
        assert words in key_state(RECORD, key.verifier(ORIGIN)).fault
    path.unlink()
    path.symlink_to("/dev/null")
    assert "is a link" in key_state(RECORD, key.verifier(ORIGIN)).fault


def test_a_key_beside_another_is_found_whenever_the_rotation_was_broken_off() -> None:
    old, path = make_signing_key(RECORD)
    new, beside = make_signing_key(RECORD)
    assert beside != path and read_signing_key(path).public == old.public
    for key in (old, new):
        assert key_state(RECORD, key.verifier(ORIGIN)).signer is not None
    put_in_place(RECORD, new.verifier(ORIGIN))
    put_in_place(RECORD, new.verifier(ORIGIN))  # again: nothing more to do
    assert read_signing_key(path).public == new.public and not beside.exists()
    for key in (old, new):  # a restore of before the rotation still finds its key
        assert key_state(RECORD, key.verifier(ORIGIN)).signer is not None


def test_a_key_follows_another_by_a_note_that_both_sign() -> None:
    first, second, third = (make_signing_key(RECORD)[0] for _ in range(3))
    facts = [key_set(AT, RECORD, first), key_set(AT, RECORD, second, first), key_set(AT, RECORD, third, second)]
    keys = [key.verifier(ORIGIN) for key in (first, second, third)]
    assert [check_key_set(fact) for fact in facts] == keys
    assert keys_after(keys[0], facts) == keys and keys_after(keys[1], facts) == keys[1:]
    assert named_key(facts, RECORD) == keys[2] and named_key([], RECORD) is None
    assert named_key(facts, RECORD.replace("0", "1")) is None  # a copy that goes on under a name of its own
    stored = msgspec.json.encode(facts)
    assert msgspec.json.decode(stored, type=list[SigningKeySet]) == facts


def test_after_a_loss_an_older_key_vouches_for_nothing() -> None:
    first, second = (make_signing_key(RECORD)[0] for _ in range(2))
    lost = key_set(AT, RECORD, second, first.verifier(ORIGIN), "disk broke", "operator", "ann")
    assert check_key_set(lost) == second.verifier(ORIGIN)
    facts = [key_set(AT, RECORD, first), lost]
    assert keys_after(first.verifier(ORIGIN), facts) == [first.verifier(ORIGIN)]
    assert named_key(facts, RECORD) == second.verifier(ORIGIN)


def test_a_key_that_the_one_before_did_not_sign_is_refused() -> None:
    first, second = (make_signing_key(RECORD)[0] for _ in range(2))
    unsigned = key_set(AT, RECORD, second, first.verifier(ORIGIN))
    other = key_set(AT, RECORD, second, first)
    renamed = msgspec.structs.replace(other, vkey=str(first.verifier(ORIGIN)))
    garbled = msgspec.structs.replace(other, note="x")
    elsewhere = key_set(AT, RECORD.replace("0", "1"), second, first)
    moved = msgspec.structs.replace(elsewhere, before=str(first.verifier(ORIGIN)))
    for fact in (unsigned, renamed, garbled, moved):
        with pytest.raises(WrongSuccession):
            keys_after(first.verifier(ORIGIN), [fact])


def test_a_signer_prints_no_key() -> None:
    key, _ = make_signing_key(RECORD)
    assert repr(Signer(ORIGIN, key)) == f"Signer(origin='{ORIGIN}', key=SigningKey())"
