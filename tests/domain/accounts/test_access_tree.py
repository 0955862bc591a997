"""The access log proves itself: lines come into a tree, and what is done to them, the tree or its head is found."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import access_growth, access_tree
from domain.accounts.access_check import check_access, missing_guards, proof_of
from domain.accounts.access_growth import AccessTree, TreeSetBack, keep_growing
from domain.accounts.access_lines import OPERATOR, LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.access_store import Cursor
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.proof.checkpoints import Checkpoint, read_checkpoint
from domain.proof.merkle import check_consistency, check_inclusion, inclusion_proof, leaf_hash, root_of
from domain.proof.tiles import subtree_from
from domain.store.hash_chain import BrokenChain
from domain.store.log_check import Known

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = Account("ann", "Ann Ash", "spo", ("Stroud",))
pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(empty_database)
    yield opened
    opened.close()


@pytest.fixture
def log(register: AccountRegister) -> AccessLog:
    return register.log


@pytest.fixture
def tree(register: AccountRegister) -> AccessTree:
    return AccessTree(register.log, register.files)


def write(log: AccessLog, count: int) -> None:
    """So many lines, quickly: of two people, some with cases, some with a search."""
    for number in range(count):
        who = OPERATOR if number % 3 == 0 else ANN
        cases = [f"X{100_000 + number % 7}/1"] if number % 2 else []
        sought = "find=davies" if number % 50 == 0 else ""
        log.add(
            NOW + timedelta(seconds=number),
            who,
            "viewed",
            references=cases,
            route="r",
            sought=sought,
            detail=f"{number}",
        )


def check(log: AccessLog, beside: Sequence[Known] = ()) -> int:
    return max(check_access(log, beside), default=0)


def tamper(log: AccessLog, *statements: str) -> None:
    """As somebody who owns the tables: the triggers are dropped first."""
    with log.transaction(writes=True) as c:
        drop_guards(c, log.store.kind)
        for statement in statements:
            c.rows(statement)


def drop_guards(c: Cursor, kind: str) -> None:
    if kind == "sqlite":
        for (name,) in c.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            c.rows(f"DROP TRIGGER {name}")
        return
    for table in ("access_lines", "access_lists", "access_listed", "access_names", "access_tiles"):
        c.rows(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def test_lines_come_into_the_tree_in_their_order(log: AccessLog, tree: AccessTree) -> None:
    write(log, 700)
    assert (tree.grow(NOW), tree.grow(NOW)) == (700, 0)
    head = tree.head()
    with log.transaction() as c:
        rows = c.rows(
            f"SELECT {access_tree.COLUMNS} FROM access_lines AS l LEFT JOIN access_lists AS c ON c.number = l.list ORDER BY 1"
        )
        leaves = [leaf_hash(access_tree.leaf(row)) for row in rows]
        for number in (0, 255, 256, 511, 512, 699):
            proof = inclusion_proof(subtree_from(lambda *of: access_tree.kept(c, *of)), number, 700)
            check_inclusion(leaves[number], number, 700, proof, head.frontier.root)
    assert (head.frontier.size, head.frontier.root, head.number) == (700, root_of(leaves), rows[-1][0])
    assert check(log) == 700 and proof_of(log).unsealed == 0 and missing_guards(log) == []
    write(log, 100)
    assert proof_of(log).unsealed == 100 and check(log) == 700
    tree.grow(NOW)
    assert check(log, [Known(700, head.frontier.root, head.number)]) == 800
    proof = tree.consistency(700, 800)
    check_consistency(700, 800, proof, tree.root_at(700), tree.head().frontier.root)


def test_a_log_without_lines_is_sound(log: AccessLog, tree: AccessTree) -> None:
    assert tree.grow(NOW) == 0 and check(log) == 0 and proof_of(log).head.frontier.size == 0
    assert Checkpoint.read(tree.note().text).size == 0


def test_two_kinds_of_value_never_make_one_leaf() -> None:
    rows = [(None,), ("",), (b"",), (0,), ("0",), (b"0",), (False, ""), ("", 0), ("n", None), ("ab", "c"), ("a", "bc")]
    made = [access_tree.leaf(row) for row in rows]
    assert len(set(made)) == len(rows) and access_tree.leaf((True,)) == access_tree.leaf((1,))


LINES = 700
TAMPERED = {
    "a line changed": ["UPDATE access_lines SET detail = 'other' WHERE number = {n}"],
    "who": ["UPDATE access_lines SET username = 'jo', name = 'Ann Ash' WHERE number = {n}"],
    "when": ["UPDATE access_lines SET at = at + 1 WHERE number = {n}"],
    "its address": ["UPDATE access_lines SET address = '10.0.0.1' WHERE number = {n}"],
    "the search": ["UPDATE access_lines SET sought = NULL WHERE number = 51"],
    "another list": ["UPDATE access_lines SET list = (SELECT max(number) FROM access_lists), brought = brought WHERE number = 2"],
    "no list": ["UPDATE access_lines SET list = NULL WHERE number = {even}"],
    "a line removed": ["DELETE FROM access_lines WHERE number = {n}"],
    "the last line removed": ["DELETE FROM access_lines WHERE number = 700"],
    "the last five removed": ["DELETE FROM access_lines WHERE number > 695"],
    "a whole tile removed": ["DELETE FROM access_lines WHERE number <= 256"],
    "the log emptied": ["DELETE FROM access_lines", "DELETE FROM access_lists", "DELETE FROM access_listed"],
    "and its tiles": ["DELETE FROM access_lines", "DELETE FROM access_tiles"],
    "two lines swapped": [
        "UPDATE access_lines SET number = -1 WHERE number = {n}", "UPDATE access_lines SET number = {n} WHERE number = {n} + 1",
        "UPDATE access_lines SET number = {n} + 1 WHERE number = -1",
    ],
    "numbers shifted": ["UPDATE access_lines SET number = -number", "UPDATE access_lines SET number = 1 - number"],
    "a tile edited": ["UPDATE access_tiles SET hashes = root WHERE number = 0 AND level = 0"],
    "a tile's root edited": ["UPDATE access_tiles SET root = hashes WHERE number = 1 AND level = 0"],
    "a tile's end edited": ["UPDATE access_tiles SET last_line = last_line - 1 WHERE number = 1"],
    "a tile removed": ["DELETE FROM access_tiles WHERE number = 1"],
    "a tile added": ["INSERT INTO access_tiles SELECT 1, 0, last_line, root, hashes FROM access_tiles WHERE number = 1"],
    "the head's lines": ["UPDATE access_head SET leaves = 699"],
    "the head's end": ["UPDATE access_head SET number = 699"],
    "the head's frontier": ["UPDATE access_head SET frontier = (SELECT hashes FROM access_tiles WHERE number = 0)"],
    "the head removed": ["DELETE FROM access_head"],
    "a list changed": ["UPDATE access_lists SET cases = 'X999999/1' WHERE number = 1"],
    "a list's digest": ["UPDATE access_lists SET digest = (SELECT min(root) FROM access_tiles) WHERE number = 1"],
    "a list removed": ["DELETE FROM access_lists WHERE number = 2"],
    "a case that is no longer found": ["DELETE FROM access_listed WHERE list = 1"],
    "a case that is found elsewhere": ["UPDATE access_listed SET reference = 'X999999/1' WHERE list = 1"],
    "a case that is found nowhere": ["INSERT INTO access_listed (reference, list) VALUES ('X999999/1', 99)"],
    "a name that is no longer found": ["DELETE FROM access_names WHERE username = 'ann'"],
}  # fmt: skip


@pytest.fixture
def sealed(log: AccessLog, tree: AccessTree) -> AccessLog:
    write(log, LINES)
    tree.grow(NOW)
    return log


def test_every_way_of_tampering_is_found(sealed: AccessLog, kind: str) -> None:
    """The same log, each time in one transaction that is rolled back after it was checked."""
    passed, placed = [], {}
    for name, statements in TAMPERED.items():
        for n, even in ((601, 602), (100, 102)):
            said = tampered(sealed, [one.format(n=n, even=even) for one in statements], kind)
            if said is None:
                passed.append(f"{name}: {n}")
            elif name == "a line changed":
                placed[n] = said
    assert passed == []
    assert "line 100 " in placed[100] and "lines 513 to 640" in placed[601]
    assert check(sealed) == LINES


def tampered(log: AccessLog, statements: Sequence[str], kind: str) -> str | None:
    """What the check says once these were run; None: nothing. The log is as it was afterwards."""
    with log.transaction(writes=True) as c:
        drop_guards(c, kind)
        if kind == "postgresql":
            c.rows("ALTER TABLE access_lines ALTER COLUMN number DROP IDENTITY IF EXISTS")
            c.rows("ALTER TABLE access_lines DROP CONSTRAINT access_lines_pkey")
        for statement in statements:
            c.rows(statement)
        try:
            max(check_access(Within(c)), default=0)  # type: ignore[arg-type]
            said = None
        except BrokenChain as error:
            said = str(error)
        c.rows("ROLLBACK")
        c.rows("BEGIN")
    return said


class Within:
    """A log read within a transaction that is under way. Its store says that it is SQLite: no isolation is set then."""

    kind = "sqlite"

    def __init__(self, c: Cursor):
        self.store, self._c = self, c

    def transaction(self) -> "Within":
        return self

    def __enter__(self) -> Cursor:
        return self._c

    def __exit__(self, *_: object) -> None:
        pass


def test_a_line_replaced_is_found(log: AccessLog, tree: AccessTree, kind: str) -> None:
    write(log, 10)
    tree.grow(NOW)
    columns = "at, username, name, action, route, selection, purpose, brought, detail, address"
    values = "at, 'jo', name, action, route, selection, purpose, brought, detail, address"
    replace_ = (
        [f"INSERT OR REPLACE INTO access_lines (number, {columns}) SELECT number, {values} FROM access_lines WHERE number = 5"]
        if kind == "sqlite"
        else [
            "CREATE TEMPORARY TABLE was AS SELECT * FROM access_lines WHERE number = 5",
            "DELETE FROM access_lines WHERE number = 5",
            f"INSERT INTO access_lines (number, {columns}) OVERRIDING SYSTEM VALUE SELECT number, {values} FROM was",
        ]
    )  # fmt: skip
    tamper(log, *replace_)
    with pytest.raises(BrokenChain, match="line"):
        check(log)
    assert missing_guards(log)


def test_a_line_inserted_among_those_sealed_is_found(log: AccessLog, tree: AccessTree, kind: str) -> None:
    write(log, 10)
    tamper(log, "DELETE FROM access_lines WHERE number = 5")  # PostgreSQL leaves gaps; here is one
    tree.grow(NOW)
    assert check(log) == 9
    columns = "at, username, name, action, route, selection, purpose, brought, detail, address"
    over = "OVERRIDING SYSTEM VALUE" if kind == "postgresql" else ""
    tamper(
        log,
        f"INSERT INTO access_lines (number, {columns}) {over} SELECT 5, {columns} FROM access_lines WHERE number = 6",
    )
    with pytest.raises(BrokenChain, match="line"):
        check(log)


def test_a_log_made_anew_is_found_by_a_checkpoint(log: AccessLog, tree: AccessTree, register: AccountRegister) -> None:
    """Whoever can write everything can seal it again: that is what a checkpoint kept elsewhere is for."""
    write(log, 300)
    kept, _ = read_checkpoint(str(tree.note()))
    known = [Known(kept.size, kept.root, kept.position)]
    assert check(log, known) == 300
    empty = "UPDATE access_head SET leaves = 0, number = 0, frontier = (SELECT frontier FROM access_head WHERE 1 = 0)"
    empty = empty.replace(
        "(SELECT frontier FROM access_head WHERE 1 = 0)", "x''" if log.store.kind == "sqlite" else "''"
    )
    tamper(
        log,
        "UPDATE access_lines SET username = 'jo', name = 'Ann Ash' WHERE number = 7",
        "DELETE FROM access_tiles",
        empty,
    )
    with pytest.raises(TreeSetBack, match="set back"):  # the process that let it grow knows better
        tree.grow(NOW)
    with pytest.raises(BrokenChain, match="checkpoint is of 300 lines"):
        check(log, known)
    AccessTree(log, register.files).grow(NOW)
    with pytest.raises(BrokenChain, match="not those of the checkpoint"):
        check(log, known)


def test_a_kill_leaves_the_tree_as_it_was_and_the_next_goes_on(
    log: AccessLog, tree: AccessTree, register: AccountRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, 600)
    moved = access_tree.move
    calls = 0

    def killed(*given: object) -> bool:
        nonlocal calls
        calls += 1
        done = moved(*given)  # type: ignore[arg-type]
        if calls == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(access_growth, "BATCH", 200)
    monkeypatch.setattr(access_tree, "move", killed)
    with pytest.raises(KeyboardInterrupt):
        tree.grow(NOW)
    assert check(log) == 200 and proof_of(log).unsealed == 400
    assert AccessTree(log, register.files).grow(NOW) == 400 and check(log) == 600


def test_many_who_let_it_grow_at_once_make_one_tree(register: AccountRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_growth, "BATCH", 64)
    stopped = threading.Event()
    monkeypatch.setattr(access_growth, "EVERY", 0.001)
    trees = [AccessTree(register.log, register.files) for _ in range(3)]
    threads = [threading.Thread(target=keep_growing, args=(register.log.record, lambda one=one: one, lambda: NOW, stopped))
               for one in trees]  # fmt: skip
    threads += [threading.Thread(target=write, args=(register.log, 150)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads[3:]:
        thread.join()
    stopped.set()
    for thread in threads[:3]:
        thread.join()
    trees[0].grow(NOW)
    assert check(register.log) == 450 and proof_of(register.log).unsealed == 0


def test_a_log_that_cannot_be_used_is_told_once_and_tried_again(
    register: AccountRegister, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(access_growth, "EVERY", 0.001)
    stopped, tree, calls = threading.Event(), AccessTree(register.log, register.files), 0
    grow = tree.grow

    def grows(now: datetime) -> int:
        nonlocal calls
        calls += 1
        if calls <= 3:
            raise LogUnavailable("the access log cannot be used")
        stopped.set()
        return grow(now)

    monkeypatch.setattr(tree, "grow", grows)
    write(register.log, 3)
    keep_growing(register.log.record, lambda: tree, lambda: NOW, stopped)
    assert check(register.log) == 3 and caplog.text.count("do not come into its tree") == 1


def test_an_older_log_gets_its_tree_from_the_first_line(
    log: AccessLog, register: AccountRegister, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, 40)
    tamper(log, "DROP TABLE access_tiles", "DROP TABLE access_head", "DROP TABLE access_log_steps")
    older = AccountRegister(register._address, prepare=True)
    monkeypatch.setattr(access_growth, "BATCH", 16)
    assert AccessTree(older.log, older.files).grow(NOW) == 40 and check(older.log) == 40
    assert "40 lines" in caplog.text and not missing_guards(older.log)
    older.close()
