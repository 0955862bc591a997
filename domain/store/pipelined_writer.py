"""Deciding ahead: what was decided is stored in a thread of its own, while the next facts are decided."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from domain.store.application import OPEN, Files, Writing


class PipelinedWriter(Writing):
    """A writing for very many facts. ``commit`` begins to store what is pending; only ``settle`` says that it is stored.

    What is decided meanwhile counts on that. The database works without the interpreter, so this takes the longer of the two.
    """

    def __init__(self, files: Files, now: datetime, most: int = OPEN):
        super().__init__(files, now, most)
        self.thread = ThreadPoolExecutor(1, "storing")
        self.begun: Future[None] | None = None
        self.storing: dict[str, int] = {}
        """The files of what is being stored. They stay open: read anew they would be without it."""

    def commit(self, actor: str) -> None:
        """Begin to store what is pending, all or none. What was begun before is settled first, and may fail for it."""
        self.settle()
        pending, self.pending = self.pending, []
        self.storing, self.stood = self.stood, {}
        if pending:
            self.begun = self.thread.submit(self.store, pending, actor)
        self.kept_open(len(pending))

    def settle(self) -> None:
        """Wait until what was begun is stored. Where it can't be, nothing is pending any more, and no file is open."""
        begun, self.begun = self.begun, None
        if begun is None:
            return
        try:
            begun.result()
        except BaseException:
            self.pending, self.stood = [], {}
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
