"""Checking the access log: every line against the tiles of its tree, the end against the head, and what lines are found by."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.accounts import access_tree
from domain.accounts.access_lines import digest_of
from domain.accounts.access_log import AccessLog
from domain.accounts.access_store import Cursor
from domain.accounts.access_tree import Lines, TreeHead
from domain.proof.merkle import Frontier, root_of
from domain.proof.tiles import HEIGHT, WIDTH, Tile, hashes_in
from domain.store.hash_chain import BrokenChain
from domain.store.log_check import Known

STEP = 2_048
"""Lines read at a time."""

LISTS, AT_ONCE = 200, 500
"""Lists of cases read at a time, and cases of one list."""


class AccessProof(NamedTuple):
    """What was checked: the end of the tree, and how many lines have come after it and are not in it yet."""

    head: TreeHead
    unsealed: int


def check_access(log: AccessLog, beside: Sequence[Known] = (), step: int = STEP) -> Iterator[int]:
    """Check the log, ``step`` lines at a time; yields how many are checked. Raises ``BrokenChain`` at the first fault.

    ``beside``: what checkpoints kept elsewhere say of it. Lines that came after the head are not in the tree yet: they are not
    checked. ``LogUnavailable`` where the log cannot be read.
    """
    walk = _Walk(log, beside)
    yield from walk.run(step)
    for check in (_check_lists, _check_names):
        with log.transaction() as c:
            if log.store.kind == "postgresql":
                c.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            check(c)


def proof_of(log: AccessLog) -> AccessProof:
    """Where the tree ends now, and what is not in it yet. ``BrokenChain``."""
    with log.transaction() as c:
        head = access_tree.head(c)
        ((unsealed,),) = c.rows("SELECT count(*) FROM access_lines WHERE number > ?", (head.number,))
    return AccessProof(head, int(unsealed))


def missing_guards(log: AccessLog) -> list[str]:
    """The triggers that should refuse changes to the log, and are not there or do not fire; of tables that are there.

    To be asked before anything else is done with the log: on SQLite its first use puts them back.
    """
    sqlite = log.store.kind == "sqlite"
    kinds = ("update", "delete", "replace") if sqlite else ("change", "truncate")
    with log.store.transaction() as c:
        tables = {name for (name,) in c.rows(_TABLES[sqlite])} & {*GUARDED}
        there = {name for (name,) in c.rows(_TRIGGERS[sqlite])}
    return [name for name in (f"{table}_no_{kind}" for table in sorted(tables) for kind in kinds) if name not in there]


GUARDED = ("access_lists", "access_listed", "access_lines", "access_names", "access_tiles")

_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}

_TRIGGERS = {
    True: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'",
    False: "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal",
}


class _Walk:
    """One walk over the lines. ``whole``: the tree of the whole tiles before; ``numbers``, ``leaves``: the open tile since."""

    def __init__(self, log: AccessLog, beside: Sequence[Known]):
        self.log, self.beside = log, sorted(beside, key=lambda known: known.size)
        self.whole, self.position = Frontier(), 0
        self.numbers: list[int] = []
        self.leaves: list[bytes] = []

    @property
    def size(self) -> int:
        return self.whole.size + len(self.leaves)

    def run(self, step: int) -> Iterator[int]:
        with self.log.transaction() as c:
            end = access_tree.head(c)
        for known in self.beside:
            if known.size > end.frontier.size:
                raise BrokenChain(
                    f"the checkpoint is of {known.size} lines of the access log, and its head says {end.frontier.size}: the last "
                    "ones were removed, an older copy was put back, or this is a copy whose access log stayed with the first"
                )
        self._compare()
        while (lines := self._lines(end, step)).numbers:
            for number, leaf in zip(*lines, strict=True):
                self._take(number, leaf)
            yield self.size
        self._end(end)

    def _lines(self, end: TreeHead, step: int) -> Lines:
        with self.log.transaction() as c:
            return access_tree.lines(c, self.position, end.number, step)

    def _take(self, number: int, leaf: bytes) -> None:
        self.position = number
        self.numbers.append(number)
        self.leaves.append(leaf)
        if len(self.leaves) == WIDTH:
            with self.log.transaction() as c:
                self._check_tiles(c)
        self._compare()

    def _check_tiles(self, c: Cursor) -> None:
        """The tile of level 0 that ends here, and those above that end with it, against what is kept."""
        level, number, hashes = 0, self.size // WIDTH - 1, self.leaves
        self._check_lines(access_tree.tile(c, 0, number))
        if access_tree.last_line(c, number) != self.position:
            raise _fault(f"tile {number}, which ends with line {self.position}, says that it ends with another line")
        root = root_of(hashes)
        while True:
            if access_tree.tile(c, level, number) != Tile(level, number, root, b"".join(hashes)):
                raise _fault(
                    f"tile {number} of level {level}, which ends with line {self.position}, is not the one made of it"
                )
            if (number + 1) % WIDTH:
                break
            level, number = level + 1, number // WIDTH
            hashes = list(access_tree.kept(c, level, number * WIDTH, WIDTH))
            root = root_of(hashes)
        self.whole = self.whole.with_subtrees([root_of(self.leaves)], HEIGHT)
        self.numbers, self.leaves = [], []

    def _check_lines(self, kept: Tile | None) -> None:
        """The lines of the open tile against the leaf hashes that were kept of them."""
        if kept is None:
            raise _fault(f"the tile that ends with line {self.position} is missing")
        for number, leaf, was in zip(self.numbers, self.leaves, hashes_in(kept.hashes), strict=False):
            if leaf != was:
                raise _fault(f"line {number} is not what was written, or a line before it was removed or inserted")

    def _compare(self) -> None:
        """What is known from outside about the log as it is here."""
        while self.beside and self.beside[0].size == self.size:
            known = self.beside.pop(0)
            if known.root != self.whole.with_leaves(self.leaves).root or known.position not in (None, self.position):
                raise BrokenChain(
                    f"the first {known.size} lines of the access log are not those of the checkpoint: one of them was changed, "
                    "removed or inserted since"
                )

    def _end(self, end: TreeHead) -> None:
        self._check_open(end)
        if (self.position, self.size) != (end.number, end.frontier.size):
            raise _fault(
                f"its head says that it has {end.frontier.size} lines up to number {end.number}; there are {self.size} up to "
                f"{self.position}: lines were removed or inserted, or the head was changed"
            )
        if self.whole.with_leaves(self.leaves) != end.frontier:
            raise _fault("its head is not that of its lines: it was changed")
        with self.log.transaction() as c:
            for level, size in enumerate(_whole_tiles(self.size)):
                ((count,),) = c.rows("SELECT count(*) FROM access_tiles WHERE level = ?", (level,))
                if count != size:
                    raise _fault(f"there are {count} tiles of level {level}, and {size} are full")

    def _check_open(self, end: TreeHead) -> None:
        """The lines of the open tile against the whole subtrees that the head has of them: where the first fault lies."""
        begin, roots = end.frontier.size // WIDTH * WIDTH, list(end.frontier.roots)
        if begin != self.whole.size:
            return
        at = 0
        for height in range(HEIGHT - 1, -1, -1):
            if not end.frontier.size >> height & 1:
                continue
            root = roots[-(end.frontier.size & (1 << height + 1) - 1).bit_count()]
            found = self.leaves[at : at + (1 << height)]
            if found and root_of(found) != root:
                first, last = self.numbers[at], self.numbers[at + len(found) - 1]
                where = f"line {first}" if first == last else f"one of the lines {first} to {last}"
                raise _fault(f"{where} is not what was written, or a line there or before was removed or inserted")
            at += 1 << height


def _whole_tiles(size: int) -> Iterator[int]:
    """How many tiles of each level are full, up to the first level without any, and one more."""
    while size >= WIDTH:
        size //= WIDTH
        yield size
    yield 0


def _check_lists(c: Cursor) -> None:
    """Each list of cases against its digest, and what finds lists by their cases against the lists."""
    last = sizes = 0
    while rows := c.rows(
        "SELECT number, digest, size, cases FROM access_lists WHERE number > ? ORDER BY number LIMIT ?", (last, LISTS)
    ):
        for number, digest, size, cases in rows:
            listed = tuple(str(cases).split("\n"))
            if digest_of(listed) != bytes(digest) or size != len(listed):
                raise _fault(f"the list {number} of cases is not what was written")
            if _found_by(c, number, listed) != len(listed):
                raise _fault(f"the cases by which the list {number} is found are not those in it")
            last, sizes = number, sizes + size
    ((count,),) = c.rows("SELECT count(*) FROM access_listed")
    if count != sizes:
        raise _fault("cases are said to stand in lists that are not there")


def _found_by(c: Cursor, number: int, cases: Sequence[str]) -> int:
    """By how many of its cases a list is found."""
    found = 0
    for at in range(0, len(cases), AT_ONCE):
        some = cases[at : at + AT_ONCE]
        places = ", ".join("?" * len(some))
        query = f"SELECT count(*) FROM access_listed WHERE list = ? AND reference IN ({places})"
        found += int(c.rows(query, (number, *some))[0][0])
    return found


def _check_names(c: Cursor) -> None:
    """Each name of a line is among those that lines are found by."""
    query = "SELECT username, name FROM access_lines EXCEPT SELECT username, name FROM access_names LIMIT 1"
    if c.rows(query):
        raise _fault("a name by which lines are found was removed")


def _fault(words: str) -> BrokenChain:
    return BrokenChain(f"the access log: {words}")
