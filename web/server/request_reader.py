"""Reads one request as it arrives. A body that is too large is thrown away, and the site answers that it is.

The site sees the length that the client announced and refuses it itself, so that the answer is a page like others.
"""

import re
from typing import TYPE_CHECKING, Any

from waitress import receiver
from waitress.parser import HTTPRequestParser, ParsingError

from web.server.body_limit import BodyLimit, Discarded

HEADER_BYTES = 32 * 1024
"""The most bytes of all headers of a request together."""

DISCARDED_BYTES = 128 * 2**20
"""A longer body is not even thrown away: the connection is closed after the answer."""

HEADER_SECONDS = 10
"""Seconds from the first byte of a request to the last of its headers."""

BODY_SECONDS, BODY_BYTES_A_SECOND = 10, 50_000
"""Seconds for a body, and one more for so many bytes of it."""

for _name in ("ONLY_HEXDIG_RE", "CHUNK_EXT_RE"):
    # They end with $, so that waitress lets a line feed stand before the end of a chunk's size. A proxy may end it there.
    setattr(receiver, _name, re.compile(getattr(receiver, _name).pattern.removesuffix(b"$") + rb"\Z"))


class RequestReader(HTTPRequestParser):  # type: ignore[misc]
    """A request of which not all has arrived. ``adj.limits`` says how large bodies may be (``BodyLimits``)."""

    if TYPE_CHECKING:
        adj: Any
        chunked: bool
        completed: bool
        content_length: int
        body_bytes_received: int
        body_rcv: Any

    limit = BodyLimit(0, 0)
    most = 0
    """The most bytes of the body as far as is known yet."""
    to_ask = False
    """Whether the site must say first if it knows the person."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # a number of thousands of digits
            raise ParsingError("Content-Length is invalid") from None
        self.limit = self.adj.limits.of(self.command, self.path)
        larger = self.chunked or self.content_length > self.limit.anyone
        self.to_ask = larger and self.limit.known > self.limit.anyone
        self.most = self.limit.known if self.to_ask else self.limit.anyone
        if self.content_length > self.most:
            self.to_ask = False
            self._discard(self.content_length)

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and not self.completed and self.body_bytes_received > self.most:
            self._end(self.most + 1)
        return consumed

    def refuse_large(self) -> None:
        """The site does not know the person: the body may only have what anybody may send."""
        self.most = self.limit.anyone
        if not self.chunked:
            self._discard(self.content_length - self.body_bytes_received)

    def seconds(self) -> float:
        """How long all of it may take, from its first byte."""
        if not self.headers_finished:
            return HEADER_SECONDS
        size = self.most if self.chunked else min(self.content_length, max(self.most, self.limit.known))
        return HEADER_SECONDS + BODY_SECONDS + size / BODY_BYTES_A_SECOND

    def _discard(self, size: int) -> None:
        self.close()
        self.body_rcv = Discarded(size)
        if size > DISCARDED_BYTES:
            self._end(self.content_length)

    def _end(self, announced: int) -> None:
        """Read no more of it; the site is told this length, and the connection is closed after its answer."""
        self.close()
        self.body_rcv = None
        self.completed = True
        self.headers.update(CONTENT_LENGTH=str(announced), CONNECTION="close")
