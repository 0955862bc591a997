"""A pipelined writer: one batch of entries is stored in a second thread while the next batch is decided."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from domain.store.application import Files
from domain.store.writing import OPEN, Writing


class PipelinedWriter(Writing):
    """A ``Writing`` for very many entries. ``commit`` only begins to store a batch; ``settle`` waits until it is stored.

    Entries decided in between assume that the batch will be stored. The database works without the interpreter lock, so
    the time taken is the longer of deciding and storing, not their sum.
    """

    def __init__(self, files: Files, now: datetime, most: int = OPEN):
        super().__init__(files, now, most)
        self.thread = ThreadPoolExecutor(1, "storing")
        self.begun: Future[None] | None = None
        self.storing: dict[str, int] = {}
        """The files of the batch that is being stored, with their numbers of entries before it.

        They stay open: read from the database now, they would lack the batch.
        """

    def commit(self, actor: str) -> None:
        """Begin to store what is pending, all or none. The batch before is settled first; its error is raised here."""
        self.settle()
        pending, self.pending = self.pending, []
        self.storing, self.version_before = self.version_before, {}
        if pending:
            self.begun = self.thread.submit(self.store, pending, actor)
        self.kept_open(len(pending))

    def settle(self) -> None:
        """Wait until the batch is stored. If that fails, raise its error, drop what is pending and close every file."""
        begun, self.begun = self.begun, None
        if begun is None:
            return
        try:
            begun.result()
        except BaseException:
            self.pending, self.version_before = [], {}
            self.close_all()
            raise
        finally:
            self.storing = {}

    def overtaken(self, reference: str) -> bool:
        assert self.begun is None
        return super().overtaken(reference)

    def closable(self) -> Iterable[str]:
        return [reference for reference in self.open if reference not in self.storing]

    def close(self) -> None:
        self.thread.shutdown()
        super().close()
