"""Lines of the access log are taken into its tree, within ten seconds of their writing, by one process at a time.

No line waits for it. Lines come into the tree in the order of their numbers, up to the one after which others may still be
missing (``AccessLog.settled``). Whoever is stopped in between leaves the tree as it was; the next goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from domain.accounts import access_tree
from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.access_tree import Lines, TreeBroken, TreeHead
from domain.error_traces import trace_of
from domain.proof.checkpoints import Checkpoint, log_origin
from domain.proof.merkle import Frontier, consistency_proof, root_at
from domain.proof.signed_notes import Note
from domain.proof.signing_key import Signer
from domain.proof.tiles import Tile, grown, subtree_from
from domain.proof.witness import NotHeard
from domain.store.application import Files
from domain.store.damage import words_of_damage
from domain.store.database import Database
from domain.store.hash_chain import BrokenChain
from domain.store.record_keys import record_name, signing_state

LOG = logging.getLogger("caseaudit.access")

EVERY = 4.0
"""Seconds between two looks for new lines."""

BATCH = 2_048
"""Lines taken in at a time."""


KEY_READ = 20.0
"""Seconds after which it is looked again for which key signs."""


class TreeSetBack(BrokenChain):
    """The tree is smaller than this process has left it."""


class AccessTree:
    """The tree of one record's access log, for who lets it grow, signs it or hands it to a witness.

    ``files``: those of the record; its name and its signing key are theirs.
    """

    def __init__(self, log: AccessLog, files: Files):
        self._log, self._files = log, files
        self._seen = 0
        self._said = False
        self._key: tuple[Signer | None, float] | None = None

    @property
    def origin(self) -> str:
        return log_origin(record_name(self._files), "access")

    def head(self) -> TreeHead:
        """``TreeBroken``, ``LogUnavailable``."""
        with self._log.transaction() as c:
            return access_tree.head(c)

    def note(self) -> Note:
        """The newest checkpoint of all lines so far: as it was signed, or unsigned where there is no key.

        ``BrokenChain``; ``NotHeard`` where the log cannot be used now.
        """
        try:
            self.grow(self._files.recorder.clock())
            head = self.head()
        except LogUnavailable as error:
            raise NotHeard(str(error)) from error
        return Note.read(head.note or str(Checkpoint(self.origin, head.frontier.size, head.frontier.root, head.number)))

    def root_at(self, size: int) -> bytes:
        with self._log.transaction() as c:
            return root_at(subtree_from(partial(access_tree.kept, c)), size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        with self._log.transaction() as c:
            return consistency_proof(subtree_from(partial(access_tree.kept, c)), first, second)

    def grow(self, now: datetime) -> int:
        """Take in every line that is settled; how many. An older log is taken in from its first line on.

        ``TreeBroken``, ``TreeSetBack``, ``LogUnavailable``.
        """
        taken, until = 0, 0
        while True:
            head, last = self._ends()
            if last <= head.number or (until and until <= head.number):
                self._sign_again(head)
                return taken
            until = until or self._log.settled()
            taken += self._take(head, until, now)

    def _ends(self) -> tuple[TreeHead, int]:
        """The head, and the number of the last line."""
        with self._log.transaction() as c:
            head = access_tree.head(c)
            last = int(c.rows("SELECT coalesce(max(number), 0) FROM access_lines")[0][0])
        if head.frontier.size < self._seen:
            raise TreeSetBack(
                f"the tree of the access log had {self._seen} lines and now has {head.frontier.size}: it was set back, so it does"
                " not grow; run `caseaudit verify`, and start the site again if it was you who put a copy back"
            )
        if head.frontier.size == 0 and last > BATCH and not self._said:
            self._said = True
            LOG.warning("the access log has no tree yet: its %d lines are taken into it as they stand now", last)
        return head, last

    def _take(self, before: TreeHead, until: int, now: datetime) -> int:
        """Take in the next lines; how many. 0 where another process did."""
        with self._log.transaction() as c:
            new = access_tree.lines(c, before.number, until, BATCH)
            if not new.numbers:
                raise TreeBroken("the lines that should follow in the access log's tree are gone")
            frontier, tiles = grown(before.frontier, new.leaves, partial(access_tree.kept, c))
        at = now.astimezone(UTC).isoformat(timespec="microseconds")
        after = TreeHead(frontier, new.numbers[-1], at, self._signed(frontier, new.numbers[-1]))
        with self._log.transaction(writes=True) as c:
            moved = access_tree.move(c, before, after, _ends_of(tiles, before.frontier.size, new))
        self._seen = frontier.size if moved else self._seen
        return len(new.numbers) if moved else 0

    def _signer(self) -> Signer | None:
        """Who signs; looked for again every ``KEY_READ`` seconds. None: no key."""
        if self._key is None or time.monotonic() > self._key[1] + KEY_READ:
            signer = signing_state(self._files).signer
            self._key = (None if signer is None else signer.of("access")), time.monotonic()
        return self._key[0]

    def _signed(self, frontier: Frontier, number: int) -> str:
        """The signed checkpoint of such an end; empty where there is no key."""
        signer = self._signer()
        return "" if signer is None else signer.sign(Checkpoint(signer.origin, frontier.size, frontier.root, number))

    def _sign_again(self, head: TreeHead) -> None:
        """Sign the head where no key, or another, signed it."""
        signer = self._signer()
        if signer is None or (head.note and signer.verifier.has_signed(Note.read(head.note))):
            return
        with self._log.transaction(writes=True) as c:
            access_tree.move(c, head, head._replace(note=self._signed(head.frontier, head.number)), ())


def _ends_of(tiles: Sequence[Tile], size: int, new: Lines) -> list[tuple[Tile, int]]:
    """Each tile with the number of its last line; before the new lines there were ``size``."""
    return [(tile, new.numbers[tile.leaves - size - 1]) for tile in tiles]


def keep_growing(
    database: Database, tree: Callable[[], AccessTree], clock: Callable[[], datetime], stopped: threading.Event
) -> None:
    """Let the tree grow until ``stopped``. What fails is logged once, and tried again."""
    said, found = "", None
    while True:
        try:
            found = found or tree()
            found.grow(clock())
            said = ""
        except Exception as error:
            ours = isinstance(error, LogUnavailable | BrokenChain | LookupError)
            fault = words_of_damage(error, database) or (str(error) if ours else trace_of(error))
            if fault != said:
                said = fault
                LOG.error("lines of the access log do not come into its tree: %s", said)
        if stopped.wait(EVERY):
            return


def start(address: str, clock: Callable[[], datetime]) -> threading.Event:
    """Let the tree of this record's access log grow on a thread of this process, until what is returned is set.

    To be called in each process of the site, after it was forked.
    """

    def opened() -> AccessTree:
        return AccessTree(AccessLog(Database.at(address)), Files.open(address))

    stopped = threading.Event()
    threading.Thread(
        target=keep_growing, args=(Database.at(address), opened, clock, stopped), daemon=True, name="access tree"
    ).start()
    return stopped
