"""A witness as C2SP ``tlog-witness`` describes it, served over HTTP on this machine: for tests of whoever asks one."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proof.checkpoints import Checkpoint, read_checkpoint
from domain.proof.merkle import EMPTY_ROOT, ProofFails, check_consistency
from domain.proof.signed_notes import WITNESS, NotSigned, Signature, VerifierKey, WrongSignature, cosigned

TIME = 1_790_000_000
"""When it signs, in seconds since 1970."""


class Witness:
    """What one witness knows: the keys that it trusts, and the last checkpoint that it signed of each log."""

    def __init__(self, *trusted: VerifierKey):
        self.trusted = {key.name: key for key in trusted}
        self.seen: dict[str, Checkpoint] = {}
        self.asked: list[str] = []
        self.answer: tuple[int, bytes] | None = None
        """What it answers in place of what the specification says."""
        self.private = Ed25519PrivateKey.generate()
        self.key = VerifierKey("witness.example/w1", self.private.public_key().public_bytes_raw(), WITNESS)
        self.address = ""

    def add(self, body: str) -> tuple[int, bytes]:
        """The status and the answer to a request, in the order in which the specification asks for its checks."""
        self.asked.append(body)
        if self.answer is not None:
            return self.answer
        head, _, written = body.partition("\n\n")
        first, *lines = head.split("\n")
        old, proof = int(first.removeprefix("old ")), [b64decode(line, validate=True) for line in lines]
        checkpoint, note = read_checkpoint(written)
        if checkpoint.origin not in self.trusted:
            return 404, b""
        try:
            self.trusted[checkpoint.origin].check(note)
        except (NotSigned, WrongSignature):
            return 403, b""
        before = self.seen.get(checkpoint.origin, Checkpoint(checkpoint.origin, 0, EMPTY_ROOT))
        if old > checkpoint.size or len(proof) > 63:
            return 400, b"bad old size"
        if old != before.size:
            return 409, f"{before.size}\n".encode()
        try:
            if old == 0 and proof:
                raise ProofFails
            check_consistency(before.size, checkpoint.size, proof, before.root, checkpoint.root)
        except ProofFails:
            return 422, b""
        self.seen[checkpoint.origin] = checkpoint
        made = TIME.to_bytes(8, "big") + self.private.sign(cosigned(note.text, TIME))
        return 200, f"{Signature(self.key.name, self.key.key_id, made)}\n".encode()


@contextmanager
def served(witness: Witness) -> Iterator[Witness]:
    """The witness at an ``address`` of its own, as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, answer = witness.add(body) if self.path == "/add-checkpoint" else (405, b"")
            self.send_response(status)
            if status == 409:
                self.send_header("Content-Type", "text/x.tlog.size")
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    witness.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield witness
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
