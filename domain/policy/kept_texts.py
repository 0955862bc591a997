"""Texts of policy as a record keeps them: each under its digest, all of those that an inspection is scored by together.

A file laid over later, or a later version of the program, has other texts. By these, what was frozen still comes out.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from domain.entries.code_lists import PolicyKind


class PolicyText(Protocol):
    """What is read as a policy document: a file, or a text that was kept."""

    @property
    def name(self) -> str:
        """What its faults are named by."""

    def read_bytes(self) -> bytes:
        """The whole text, in UTF-8."""


@dataclass(frozen=True, slots=True)
class LaidOver:
    """That a document comes from a policy folder: its file, what it takes the place of (None: it adds), and why."""

    file: str
    replaces: str | None = None
    reason: str | None = None
    line: int = 0
    """The line on which an edition's ``start`` stands; 0: nobody asks."""

    @property
    def words(self) -> str:
        """The same as a sentence."""
        if self.replaces is None:
            return f"Added by the policy file {self.file}."
        return f"The policy file {self.file} takes the place of what ships as {self.replaces}: {self.reason}"


READ = 32
"""Sets of kept texts of which what was read stays in memory."""


def digest_of_text(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex: that of the file that it was read from."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class KeptText:
    """One text, and its SHA-256 in hex. ``id``: which edition or framework it is; of other kinds the kind again."""

    kind: PolicyKind
    id: str
    text: str
    digest: str
    laid_over: LaidOver | None = None

    @property
    def name(self) -> str:
        return f"the kept text of {self.words}"

    @property
    def words(self) -> str:
        """What it is of, inside a sentence."""
        of_many = {"standards": f"the edition {self.id}", "frameworks": f"the framework {self.id}"}
        return of_many.get(self.kind, f"the rules of {self.kind}")

    def read_bytes(self) -> bytes:
        return self.text.encode()


@dataclass(frozen=True, eq=False)
class KeptTexts:
    """The texts by which one inspection is scored. Two with the same digest are equal.

    ``missing``: the digests of those that should be among them and are not there.
    """

    texts: tuple[KeptText, ...]
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[KeptText], missing: Iterable[str] = ()) -> "KeptTexts":
        return cls(tuple(sorted(texts, key=lambda one: (one.kind, one.id, one.digest))), tuple(missing))

    @cached_property
    def digest(self) -> str:
        """The SHA-256, in hex, of the digests of all of them."""
        named = [f"{one.kind} {one.id} {one.digest}" for one in self.texts]
        return digest_of_text("\n".join((*named, *(f"missing {digest}" for digest in self.missing))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptTexts) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def of_kind(self, kind: str) -> dict[str, tuple[PolicyText, LaidOver | None]]:
        """Id -> its text, and what was laid over."""
        return {one.id: (one, one.laid_over) for one in self.texts if one.kind == kind}

    def one(self, kind: PolicyKind) -> KeptText | None:
        """The text of a kind of which there is one; None: it is not among them."""
        return next((one for one in self.texts if one.kind == kind), None)

    @cached_property
    def harm(self) -> str | None:
        """In words what is wrong with the first that is not there, or is not what its digest says; None: nothing."""
        for digest in self.missing:
            return f"the text with the SHA-256 {digest}, which the freeze names, is not on the file of the inspection"
        bad = next((one for one in self.texts if digest_of_text(one.text) != one.digest), None)
        return None if bad is None else f"{bad.name} has not the SHA-256 {bad.digest} under which it is kept"

    def differs(self, other: "KeptTexts") -> list[KeptText]:
        """Those of these texts that are not among the others, or not with the same digest."""
        there = {(one.kind, one.id, one.digest) for one in other.texts}
        return [one for one in self.texts if (one.kind, one.id, one.digest) not in there]


_RULES: ContextVar[KeptTexts | None] = ContextVar("rules of practice and tiering", default=None)


def rules_by() -> KeptTexts | None:
    """The kept texts whose rules of practice and tiering hold here; None: those of the program."""
    return _RULES.get()


@contextmanager
def by_rules_of(texts: KeptTexts | None) -> Iterator[None]:
    """Work out what follows by the rules of practice and tiering among these texts; None: by those of the program."""
    before = _RULES.set(texts)
    try:
        yield
    finally:
        _RULES.reset(before)
