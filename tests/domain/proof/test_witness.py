"""Handing checkpoints to a folder and to a witness over HTTP: what they take, and what each refusal means, in words."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proof import merkle
from domain.proof.checkpoints import Checkpoint, read_checkpoint
from domain.proof.signed_notes import Note, SigningKey, VerifierKey
from domain.proof.signing_key import Signer
from domain.proof.witness import Contradicted, NotHeard, largest_in, put_in_folder
from domain.proof.witness_address import ask_witness, shown
from tests.support.witness import TIME, Witness, served

RECORD = f"host.example/caseaudit/{'0123456789abcdef' * 2}"
ORIGIN = f"{RECORD}/entries"
AT = datetime(2026, 11, 28, 17, 5, 30, 123456, tzinfo=UTC)


class Leaves:
    """A log in memory."""

    def __init__(self, *said: str):
        self.leaves = [merkle.leaf_hash(one.encode()) for one in said]

    def subtree(self, height: int, index: int) -> bytes:
        return merkle.root_of(self.leaves[index << height : (index + 1) << height])

    def root_at(self, size: int) -> bytes:
        return merkle.root_of(self.leaves[:size])

    def consistency(self, first: int, second: int) -> list[bytes]:
        return merkle.consistency_proof(self.subtree, first, second)

    def note(self, signer: Signer | None = None, size: int | None = None) -> Note:
        size = len(self.leaves) if size is None else size
        checkpoint = Checkpoint(ORIGIN, size, self.root_at(size))
        return Note.read(str(checkpoint) if signer is None else signer.sign(checkpoint))


LOG, OTHER = Leaves(*"abcdefgh"), Leaves(*"abXdefgh")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(ORIGIN, SigningKey(Ed25519PrivateKey.generate()))


def test_a_folder_gets_a_file_a_checkpoint_and_none_is_written_over(tmp_path: Path, signer: Signer) -> None:
    first = put_in_folder(tmp_path, LOG.note(signer, 3), LOG, AT)
    assert (
        Path(first.where).name
        == "0123456789abcdef0123456789abcdef-entries-000000000003-20261128T170530123456Z.checkpoint"
    )
    assert Path(first.where).read_text() == str(LOG.note(signer, 3))
    with pytest.raises(NotHeard, match="exists"):
        put_in_folder(tmp_path, LOG.note(signer, 3), LOG, AT)
    put_in_folder(tmp_path, LOG.note(), LOG, AT)  # unsigned, it binds too
    put_in_folder(tmp_path, LOG.note(), LOG, AT + timedelta(days=1))  # of the same size: it is so still
    assert len(list(tmp_path.iterdir())) == 3
    assert [one.size for one in largest_in(tmp_path, ORIGIN)] == [8, 8]


def test_a_folder_that_holds_more_leaves_shows_an_older_copy(tmp_path: Path, signer: Signer) -> None:
    put_in_folder(tmp_path, LOG.note(signer), LOG, AT)
    with pytest.raises(
        Contradicted, match=r"8 leaves and this log has 5: an older copy was put back.*caseaudit branch"
    ):
        put_in_folder(tmp_path, LOG.note(signer, 5), LOG, AT + timedelta(days=1))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_shows_a_change_of_what_was(tmp_path: Path) -> None:
    put_in_folder(tmp_path, LOG.note(size=5), LOG, AT)
    with pytest.raises(Contradicted, match="changed, removed or inserted"):
        put_in_folder(tmp_path, OTHER.note(), OTHER, AT + timedelta(days=1))
    put_in_folder(tmp_path, LOG.note(), LOG, AT + timedelta(days=1))


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / f"{'0' * 32}-entries-000000000099-20261128T170530Z.checkpoint").write_text(str(OTHER.note()))
    broken = tmp_path / "0123456789abcdef0123456789abcdef-entries-000000000099-20261128T170530Z.checkpoint"
    broken.write_text("host.example/case")  # the disk was full
    put_in_folder(tmp_path, LOG.note(), LOG, AT)
    assert broken.read_text() == "host.example/case"


def test_a_folder_that_is_not_there_has_not_heard(tmp_path: Path) -> None:
    with pytest.raises(NotHeard, match=r"no checkpoint can be written to .*gone: No such file"):
        put_in_folder(tmp_path / "gone", LOG.note(), LOG, AT)


def test_a_witness_signs_what_follows_from_what_it_signed_before(signer: Signer) -> None:
    with served(Witness(signer.verifier)) as witness:
        for old, size in ((0, 3), (3, 3), (3, 7), (7, 8)):
            heard = ask_witness(witness.address, LOG.note(signer, size), LOG, old, [witness.key])
            assert witness.key.check(heard.note) == datetime.fromtimestamp(TIME, UTC)
            assert signer.verifier.check(heard.note) is None
            assert read_checkpoint(str(heard.note))[0].size == size
        assert len(witness.asked) == 4
        assert witness.asked[2].startswith("old 3\n") and ORIGIN in witness.asked[2]


@pytest.mark.parametrize("said", [0, 2, 7, 8, 99])
def test_a_witness_that_holds_another_size_is_asked_again(said: int, signer: Signer) -> None:
    with served(Witness(signer.verifier)) as witness:
        ask_witness(witness.address, LOG.note(signer, 5), LOG, 0)
        ask_witness(witness.address, LOG.note(signer), LOG, said)
        assert len(witness.asked) == 3 and witness.seen[ORIGIN].size == 8


def test_a_witness_shows_an_older_copy_and_a_change(signer: Signer) -> None:
    with served(Witness(signer.verifier)) as witness:
        ask_witness(witness.address, LOG.note(signer, 7), LOG, 0)
        with pytest.raises(Contradicted, match="holds a checkpoint of 7 leaves and this log has 5"):
            ask_witness(witness.address, LOG.note(signer, 5), LOG, 5)
        with pytest.raises(Contradicted, match="the first 7 leaves of this log are others now"):
            ask_witness(witness.address, OTHER.note(signer), OTHER, 7)
        with pytest.raises(Contradicted, match="are others now"):
            ask_witness(witness.address, OTHER.note(signer, 7), OTHER, 7)
        assert witness.seen[ORIGIN] == Checkpoint(ORIGIN, 7, LOG.root_at(7))


def test_a_witness_that_knows_neither_log_nor_key(signer: Signer) -> None:
    other = SigningKey(Ed25519PrivateKey.generate()).verifier(ORIGIN)
    with served(Witness()) as witness, pytest.raises(NotHeard, match="does not know this log; give its operator"):
        ask_witness(witness.address, LOG.note(signer), LOG, 0)
    with served(Witness(other)) as witness, pytest.raises(NotHeard, match="does not trust the key that signed"):
        ask_witness(witness.address, LOG.note(signer), LOG, 0)
    with pytest.raises(NotHeard, match="signed checkpoints only"):
        ask_witness(witness.address, LOG.note(), LOG, 0)


def test_a_witness_that_cannot_be_reached(signer: Signer) -> None:
    with pytest.raises(NotHeard, match=r"cannot be reached: .*refused"):
        ask_witness("http://127.0.0.1:9", LOG.note(signer), LOG, 0)
    with pytest.raises(NotHeard, match="address is none") as raised:
        ask_witness("http://jo:secret@[oops/", LOG.note(signer), LOG, 0)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, b""), "no lines of signatures"),
        ((200, b"thanks\n"), "no lines of signatures"),
        ((200, b"\xff"), "no lines of signatures"),
        ((409, b"many\n"), "does not say of how many"),
        ((409, b"3\n"), "two checkpoints at once"),
        ((500, b"broken <b>"), "answered 500: broken <b>"),
        ((302, b""), "answered 302"),
        ((400, b""), "answered 400"),
    ],
)
def test_answers_that_are_none(answer: tuple[int, bytes], words: str, signer: Signer) -> None:
    with served(Witness(signer.verifier)) as witness:
        witness.answer = answer
        with pytest.raises(NotHeard, match=words):
            ask_witness(witness.address, LOG.note(signer), LOG, 0)


def test_only_signatures_of_known_witnesses_are_kept(signer: Signer) -> None:
    stranger = VerifierKey("witness.example/w2", sha256(b"x").digest(), 4)
    with served(Witness(signer.verifier)) as witness:
        heard = ask_witness(witness.address, LOG.note(signer), LOG, 0, [stranger, witness.key])
        assert [one.name for one in heard.note.signatures] == [ORIGIN, witness.key.name]
        with pytest.raises(NotHeard, match="none of the keys that are known"):
            ask_witness(witness.address, LOG.note(signer), LOG, 8, [stranger])
        made = str(heard.note.signatures[1])
        witness.answer = 200, (made[:-9] + ("A" if made[-9] != "A" else "B") + made[-8:] + "\n").encode()
        with pytest.raises(NotHeard, match="is not by the key"):
            ask_witness(witness.address, LOG.note(signer), LOG, 8, [witness.key])


def test_an_address_is_shown_without_its_password() -> None:
    assert shown("https://jo:secret@witness.example/a") == "https://witness.example/a"
