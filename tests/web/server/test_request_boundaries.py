"""Where one request ends and the next begins: what a proxy could read in another way is refused."""

import pytest
from waitress.adjustments import Adjustments

from web.server.body_limit import BodyLimit
from web.server.refusal import HEADERS, Refusal
from web.server.request_reader import RequestReader

BEGUN = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
NEXT = b"GET /desk HTTP/1.1\r\n"


class Limits:
    def of(self, method: str, path: str) -> BodyLimit:
        return BodyLimit(1000, 1000)

    def knows(self, environ: dict[str, object]) -> bool:
        return False


def read(sent: bytes) -> tuple[RequestReader, bytes]:
    """The request at the beginning of these bytes, and what is left of them."""
    adjusted = Adjustments(max_request_header_size=32_768, max_request_body_size=2**62)
    adjusted.limits = Limits()
    reader = RequestReader(adjusted)
    while sent and not reader.completed:
        sent = sent[reader.received(sent) :]
    return reader, sent


def test_of_two_lengths_the_chunks_count() -> None:
    both = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    reader, left = read(BEGUN + both + NEXT)
    assert (reader.error, reader.headers["CONTENT_LENGTH"], left) == (None, "5", NEXT)


@pytest.mark.parametrize(
    "headers",
    [b"Content-Length: +4", b"Content-Length: -4", b"Content-Length: 0x4", b"Content-Length: 4, 4", b"Content-Length:",
     b"Content-Length: 4\r\nContent-Length: 9", b"Content-Length : 4", "Content-Length: \u00b2".encode("latin-1"),
     b"Content-Length: " + b"9" * 5000, b"Transfer-Encoding : chunked", b"Transfer-Encoding: \x0bchunked",
     b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: xchunked",
     b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"X: a\nContent-Length: 4", b"X: a\0b"],
)  # fmt: skip
def test_a_length_that_could_be_read_in_two_ways_is_refused(headers: bytes) -> None:
    assert read(BEGUN + headers + b"\r\n\r\nabcd")[0].error is not None


@pytest.mark.parametrize("size", [b"-1", b" 3", b"0x3", b"+3", b"3\n", b"3;a=b\n", b"3;\n", b"3_0"])
def test_a_chunk_of_an_odd_size_is_refused(size: bytes) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc\r\n0\r\n\r\n"
    assert read(BEGUN + chunked)[0].error is not None


def test_chunks_may_say_more_than_their_size() -> None:
    reader, left = read(BEGUN + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n" + NEXT)
    assert (reader.error, reader.headers["CONTENT_LENGTH"], left) == (None, "3", NEXT)


def test_a_header_with_a_low_line_is_not_taken_for_another() -> None:
    """A proxy that takes out ``X-Forwarded-For`` leaves ``X_Forwarded_For``, which WSGI could not tell from it."""
    reader, _ = read(b"GET / HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 192.0.2.1\r\nContent_Length: 4\r\n\r\n")
    assert set(reader.headers) == {"HOST"}


def test_what_is_refused_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = read(BEGUN + b"X: <script>alert(1)</script>\nContent-Length: 4\r\n\r\n")

    class Channel:
        class server:
            class adj:
                ident = None

    task, sent = Refusal(Channel(), reader), []
    monkeypatch.setattr(task, "write", sent.append)
    task.execute()
    assert task.status.startswith("400") and sent
    assert set(HEADERS) <= set(task.response_headers)
    assert ("Content-Type", "text/plain; charset=utf-8") in task.response_headers
