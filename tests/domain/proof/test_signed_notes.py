"""Signed notes and checkpoints: the examples of C2SP and of Go's ``sumdb/note``, and what is no note, no key, no checkpoint."""

import base64
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proof.checkpoints import AnotherLog, Checkpoint, NotACheckpoint, log_origin, read_checkpoint
from domain.proof.merkle import EMPTY_ROOT
from domain.proof.signed_notes import (
    ID_BYTES,
    WITNESS,
    NotAKey,
    NotANote,
    Note,
    NotSigned,
    Signature,
    SigningKey,
    VerifierKey,
    WrongSignature,
    cosigned,
)

EXAMPLES = {
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k": (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    ),
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    ),
}
"""Verifier key -> a note that it checks: of C2SP ``signed-note``, and of Go's ``sumdb/note``."""

PRIVATE = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
"""The private key of the second."""

CHECKPOINT = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
"""The example of C2SP ``tlog-cosignature``. Neither public key is published with it."""


@pytest.fixture
def key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.from_private_bytes(PRIVATE))


@pytest.mark.parametrize("vkey", EXAMPLES)
def test_the_published_examples_are_read_written_and_checked(vkey: str) -> None:
    note, found = Note.read(EXAMPLES[vkey]), VerifierKey.read(vkey)
    assert (str(note), str(found)) == (EXAMPLES[vkey], vkey)
    assert found.check(note) is None
    with pytest.raises(WrongSignature):
        found.check(Note(note.text.replace("i", "j"), note.signatures))


def test_a_note_is_signed_as_go_signs_it(key: SigningKey) -> None:
    vkey, written = list(EXAMPLES.items())[1]
    text = Note.read(written).text
    assert str(key.verifier("PeterNeumann")) == vkey
    assert str(Note(text).signed([key.sign("PeterNeumann", text)])) == written


def test_the_example_of_a_checkpoint_with_a_cosignature_is_read() -> None:
    checkpoint, note = read_checkpoint(CHECKPOINT)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert str(note) == CHECKPOINT
    assert str(checkpoint) == note.text
    witness = note.signatures[1]
    assert datetime.fromtimestamp(int.from_bytes(witness.made[:8], "big"), UTC) == datetime(
        2023, 3, 20, 12, 25, 47, tzinfo=UTC
    )
    assert cosigned(note.text, 1679315147).startswith(b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n")


def test_a_witness_signs_the_time_too() -> None:
    private = Ed25519PrivateKey.generate()
    public = VerifierKey("witness.example/w1", private.public_key().public_bytes_raw(), WITNESS)
    note, at = Note(str(Checkpoint("log.example", 7, bytes(32)))), 1_727_964_367
    made = at.to_bytes(8, "big") + private.sign(cosigned(note.text, at))
    assert public.check(note.signed([Signature(public.name, public.key_id, made)])) == datetime.fromtimestamp(at, UTC)
    later = (at + 1).to_bytes(8, "big") + made[8:]
    with pytest.raises(WrongSignature):
        public.check(note.signed([Signature(public.name, public.key_id, later)]))
    assert VerifierKey.read(str(public)) == public


def test_the_id_of_a_key_differs_by_name_and_type(key: SigningKey) -> None:
    as_log, as_witness = key.verifier("a"), VerifierKey("a", key.public, WITNESS)
    assert len({as_log.key_id, as_witness.key_id, key.verifier("b").key_id}) == 3
    assert as_log.key_id == sha256(b"a\n\x01" + key.public).digest()[:ID_BYTES]


def test_signatures_of_others_are_left_alone(key: SigningKey) -> None:
    other = SigningKey(Ed25519PrivateKey.generate())
    text = "a\n"
    note = Note(text).signed([other.sign("b", "something else\n"), key.sign("a", text)])
    assert key.verifier("a").check(note) is None
    with pytest.raises(NotSigned):
        key.verifier("c").check(note)
    forged = Note(text).signed([Signature("a", key.verifier("a").key_id, bytes(64)), key.sign("a", text)])
    with pytest.raises(
        WrongSignature
    ):  # one that is said to be of a known key must be right, whatever stands beside it
        key.verifier("a").check(forged)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "line end"),
        ("no end", "line end"),
        ("a\n\nb\n", "line of a signature"),
        ("a\n\n— b AAAA AAAA\n", "line of a signature"),
        ("a\n\n- b AAAAAAAA\n", "line of a signature"),
        ("a\n\n— b+c AAAAAAAAAAA=\n", "line of a signature"),
        ("a\n\n— b AAAA\n", "base64"),
        ("a\n\n— b AAAAAAB=\n", "base64"),  # bits behind the last byte
        ("a\rb\n", "control"),
        ("a\n\n" + "— b AAAAAAAA\n" * 101, "100 signatures"),
        ("a" * (1 << 20) + "\n", "longer"),
    ],
)
def test_what_is_no_note(written: str, words: str) -> None:
    with pytest.raises(NotANote, match=words):
        Note.read(written)


def test_a_note_takes_sixteen_signatures_and_its_text_empty_lines(key: SigningKey) -> None:
    text = "a\n\n\nb\n"
    note = Note(text).signed(key.sign(f"n{number}", text) for number in range(16))
    assert Note.read(str(note)) == note
    assert Note.read(str(note)).text == text


@pytest.mark.parametrize("at", range(67))
def test_a_key_with_any_character_changed_is_refused_or_another(at: int) -> None:
    vkey = next(iter(EXAMPLES))
    changed = vkey[:at] + chr(ord(vkey[at]) + 1) + vkey[at + 1 :]
    with pytest.raises(NotAKey):
        VerifierKey.read(changed)


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # a type that nobody knows
        "rekor.sigstore.dev+12345678+AwEB", "bananas", "-----BEGIN PRIVATE KEY-----", "",
    ],
)  # fmt: skip
def test_what_is_no_key(vkey: str) -> None:
    with pytest.raises(NotAKey):
        VerifierKey.read(vkey)


@pytest.mark.parametrize("vkey", [
    "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
])  # fmt: skip
def test_keys_of_other_programs_are_read(vkey: str) -> None:
    assert str(VerifierKey.read(f"{vkey}\n")) == vkey


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("log\n1\n", "three lines"),
        ("log\n01\n" + "A" * 43 + "=\n", "line 2"),
        ("log\n-1\n" + "A" * 43 + "=\n", "line 2"),
        ("log\n٣\n" + "A" * 43 + "=\n", "line 2"),
        ("log\n1\nAAAA\n", "line 3"),
        ("log\n0\n" + "A" * 43 + "=\n", "without leaves"),
        ("\n1\n" + "A" * 43 + "=\n", "three lines"),
        ("log\n1\n" + "A" * 43 + "=\n\nmore\n", "three lines"),
    ],
)
def test_what_is_no_checkpoint(text: str, words: str) -> None:
    with pytest.raises(NotACheckpoint, match=words):
        Checkpoint.read(text)


def test_a_checkpoint_may_be_unsigned_empty_or_say_more() -> None:
    origin = log_origin("host.example/caseaudit/" + "0" * 32, "entries")
    empty = Checkpoint(origin, 0, EMPTY_ROOT)
    assert read_checkpoint(str(empty)) == (empty, Note(str(empty)))
    assert Checkpoint.read(f"{empty}and more\n") == empty
    empty.check_origin(origin)
    with pytest.raises(AnotherLog, match=f"of {origin}; this log is other"):
        empty.check_origin("other")
