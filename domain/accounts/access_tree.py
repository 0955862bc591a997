"""The tree over the lines of the access log: what stands of it in the log's tables, and what can be proved by it.

A leaf is made of every column of its line, in this order: number, at, username, name, action, route, selection, sought, purpose,
the digest of its list of cases, brought, detail, address, earlier. Each is written as a letter for its kind (``i`` a whole
number in decimal digits, ``t`` a text in UTF-8, ``b`` bytes, ``n`` nothing), its length in bytes as four bytes, and its bytes.
Leaves stand in the order of the lines' numbers, and are numbered from 0 without gaps.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from domain.accounts.access_store import Cursor
from domain.proof.merkle import Frontier, leaf_hash
from domain.proof.tiles import WIDTH, Tile, hashes_in
from domain.store.hash_chain import BrokenChain

COLUMNS = (
    "l.number, l.at, l.username, l.name, l.action, l.route, l.selection, l.sought, l.purpose, c.digest, l.brought, l.detail, "
    "l.address, l.earlier"
)


class TreeBroken(BrokenChain):
    """The head of the access log's tree is missing or cannot be read."""


class TreeHead(NamedTuple):
    """The end of the tree. ``number``: the last line in it. ``at``: when it came in, UTC. ``note``: the signed checkpoint."""

    frontier: Frontier
    number: int
    at: str
    note: str


class Lines(NamedTuple):
    """Lines one after the other: their numbers, and the hashes of their leaves."""

    numbers: Sequence[int]
    leaves: Sequence[bytes]


def head(c: Cursor) -> TreeHead:
    """The head; ``TreeBroken``."""
    rows = c.rows("SELECT leaves, number, frontier, at, note FROM access_head")
    try:
        ((leaves, number, frontier, at, note),) = rows
        return TreeHead(Frontier.read(leaves, bytes(frontier)), int(number), at, note)
    except (TypeError, ValueError) as error:
        raise TreeBroken("the head of the access log's tree is missing or cannot be read") from error


def lines(c: Cursor, after: int, until: int, limit: int) -> Lines:
    """Up to ``limit`` lines after a number and up to another."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM access_lines AS l LEFT JOIN access_lists AS c ON c.number = l.list "
        "WHERE l.number > ? AND l.number <= ? ORDER BY l.number LIMIT ?",
        (after, until, limit),
    )
    return Lines([row[0] for row in rows], [leaf_hash(leaf(row)) for row in rows])


def leaf(row: Iterable[Any]) -> bytes:
    """What a leaf is made of, from the columns of its line."""
    return b"".join(map(_part, row))


def _part(value: Any) -> bytes:
    if value is None:
        return b"n\0\0\0\0"
    if isinstance(value, int):
        kind, held = b"i", b"%d" % value  # true is 1, as SQLite keeps it
    elif isinstance(value, str):
        kind, held = b"t", value.encode("utf-8", "surrogatepass")
    else:
        kind, held = b"b", bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
    return kind + len(held).to_bytes(4, "big") + held


def tile(c: Cursor, level: int, number: int) -> Tile | None:
    """A tile as it is kept; None where there is none."""
    rows = c.rows(
        "SELECT level, number, root, hashes FROM access_tiles WHERE level = ? AND number = ?", (level, number)
    )
    return Tile(rows[0][0], rows[0][1], bytes(rows[0][2]), bytes(rows[0][3])) if rows else None


def last_line(c: Cursor, number: int) -> int:
    """The number of the last line of a tile of level 0; 0 where it is not kept."""
    rows = c.rows("SELECT last_line FROM access_tiles WHERE level = 0 AND number = ?", (number,))
    return int(rows[0][0]) if rows else 0


def kept(c: Cursor, level: int, first: int, count: int) -> Sequence[bytes]:
    """Hashes of a level (see ``domain.proof.tiles.Hashes``). ``LookupError`` where some are not kept."""
    if level:
        query = "SELECT root FROM access_tiles WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
        found = [bytes(root) for (root,) in c.rows(query, (level - 1, first, first + count))]
    else:
        found = _leaves(c, first, count)
    if len(found) != count:
        raise LookupError(f"the access log's tree, level {level}: hashes {first} to {first + count - 1} are not kept")
    return found


def _leaves(c: Cursor, first: int, count: int) -> list[bytes]:
    """So many leaf hashes of one tile: from the tile, or from the lines of the open one."""
    number, begin = divmod(first, WIDTH)
    if (whole := tile(c, 0, number)) is not None:
        return hashes_in(whole.hashes)[begin : begin + count]
    after = last_line(c, number - 1) if number else 0
    return list(lines(c, after, head(c).number, begin + count).leaves[begin:])


def move(c: Cursor, before: TreeHead, after: TreeHead, tiles: Iterable[tuple[Tile, int]]) -> bool:
    """Move the head on and keep the tiles, each with the number of its last line. False: another process was quicker."""
    moved = c.rows(
        "UPDATE access_head SET leaves = ?, number = ?, frontier = ?, at = ?, note = ? WHERE leaves = ? AND number = ? "
        "RETURNING leaves",
        (
            after.frontier.size,
            after.number,
            bytes(after.frontier),
            after.at,
            after.note,
            before.frontier.size,
            before.number,
        ),
    )
    for one, ends in tiles if moved else ():
        c.rows(
            "INSERT INTO access_tiles (level, number, last_line, root, hashes) VALUES (?, ?, ?, ?, ?)",
            (one.level, one.number, ends, one.root, one.hashes),
        )
    return bool(moved)
