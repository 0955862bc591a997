"""How large the body of a request may be, and what a server does with one that is larger."""

from io import BytesIO
from typing import Any, NamedTuple, Protocol


class BodyLimit(NamedTuple):
    """The most bytes that a body may have: from anybody, and from a person whom the site knows."""

    anyone: int
    known: int


class BodyLimits(Protocol):
    """What a site says of bodies. It must not raise."""

    def of(self, method: str, path: str) -> BodyLimit:
        """The limit of a page. It is asked in the server's loop, so it reads no database."""

    def knows(self, environ: dict[str, Any]) -> bool:
        """Whether this request comes from a person who may send the page a large body."""


class Discarded:
    """Takes the place of a body that is too large: counts its bytes and keeps none."""

    error = None

    def __init__(self, size: int):
        self._left = size

    @property
    def completed(self) -> bool:
        return self._left <= 0

    def received(self, data: bytes) -> int:
        """The number of these bytes that belong to the body."""
        taken = min(len(data), self._left)
        self._left -= taken
        return taken

    def __len__(self) -> int:
        return 0

    def getfile(self) -> BytesIO:
        return BytesIO()

    getbuf = getfile
