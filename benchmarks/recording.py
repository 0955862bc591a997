"""An entry recorded beside the site, and a page shown with it: from before the commit to the page's bytes."""

from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from flask.testing import FlaskClient

from benchmarks.nation import Size, reference_of
from benchmarks.page import entry
from benchmarks.timing import Figure, several
from domain.store.application import Files
from tests.support.people import post

CHANGED = 2_500
"""Cases that have changed since the columns were made."""

BEHIND = "Lists and counts leave out"
"""How the footer begins to say that a page lacks entries."""


def shown(client: FlaskClient, address: str) -> str:
    """The page. It must be all there. What is ``sought`` goes by POST from the search page, and its redirect is followed."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    sought = query.pop("sought", None)
    if sought is not None:
        answer = post(client, f"{parts.path}?{urlencode(query)}", sought=sought)
        assert answer.status_code == 302, f"{address}: {answer.status}"
        return shown(client, answer.location)
    answer = client.get(address, follow_redirects=True)  # a form is shown at the address of its draft
    assert (answer.status_code, answer.request.path) == (200, unquote(parts.path)), f"{address}: {answer.status}"
    return answer.text


class Recording:
    """Entries recorded beside the site, by the application's own writing."""

    def __init__(self, address: str):
        self.files, self.count = Files.open(address), 0

    def record(self, case: int = 0) -> None:
        self.count += 1
        self.files.record(reference_of(case), [entry(f"benchmark-{self.count}")], actor="benchmark")

    def and_shown(self, client: FlaskClient, address: str) -> None:
        """Record an entry and show a page with it."""
        self.record()
        assert BEHIND not in shown(client, address), f"{address} leaves entries out"

    def close(self) -> None:
        self.files.close()


def one_more(recording: Recording, client: FlaskClient, times: int) -> Iterator[tuple[str, Figure]]:
    """An entry recorded, and a page shown with it; beside the commit."""
    commit = several(recording.record, times)[3]
    for name, address in {"desk": "/desk", "report": "/reports/oversight"}.items():
        shown(client, address)
        yield name, Figure(*several(partial(recording.and_shown, client, address), times), commit)


def change_many(recording: Recording, size: Size, clients: Sequence[FlaskClient]) -> int:
    """Record an entry on each of many cases and let the app take them in; how many cases."""
    cases = range(0, size.cases, max(1, size.cases // CHANGED))
    for case in cases:
        recording.record(case)
    for _ in range(len(cases)):  # each page takes in what it can
        if BEHIND not in shown(clients[0], "/desk"):
            break
    for client in clients:
        assert BEHIND not in shown(client, "/desk"), "the entries are not taken in"
        shown(client, "/matrix")
    return len(cases)
