"""Every route as every role: no answer holds anything of a case that is closed to its reader, or of one held elsewhere."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
from flask import Flask

from domain.accounts.roles import PEOPLE, READERS, Account, Role
from domain.entries.schemas import load_entry
from domain.policy.measures.measure_files import reports
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.lists.work_lists import LISTS
from tests.support.depth import deep
from tests.support.people import found_by, signed_in, token_in
from tests.web.site.test_access_control import CHELTENHAM, GLOUCESTER, TODAY, USERS
from web.app import create_app
from web.demo.demo_accounts import STAFF
from web.presentation.downloads import FORMATS, PICTURES
from web.site import access_control

REFERENCE = re.compile(rb"\b[A-Z]\d{6}/\d+|\b[A-Z]\d{6}\b")
CLOSED = GLOUCESTER
NAME = b"Brian Davies"
"""The person of the closed case, whose name no other case has."""

EXAMPLE = {b"X123456/1", b"X123456"}
"""The reference that pages give as an example."""

SHUT_OUT = [user for user in USERS.values() if user not in ("i.nkemelu", "s.brandt")]
WALKS = [("sqlite", role) for role in PEOPLE]
WALKS += [("postgresql", role) for role in (PEOPLE if deep() else ("spo",))]

CHOICES: Mapping[str, list[Any]] = {
    "case": [CLOSED, CHELTENHAM, "B999999/1"],
    "inspection": ["gloucestershire-2005", "nobody-s"],
    "form": [*FORMATS, "json"],
    "picture": list(PICTURES),
    "document": ["odt"],
    "list": list(LISTS),
    "report": list(reports().reports),
    "measure": list(reports().measures),
    "sheet": ["summary", "parts"],
    "type_": ["TierSet", "AccessLimited", "EntryWithdrawn"],
}  # fmt: skip
"""What stands in the addresses; a quick run takes the first of each but for cases."""

REPORTS = ("compliance.report", "compliance.table", "compliance.chart_table", "api_reports.report")

OTHERS: Mapping[str, Any] = {
    "kept": "0" * 32, "recommendation": 8, "part": "step", "step": "lead", "alert": "x",
    "which": "quarters", "code": "cy", "mapping": "crams",
    "criterion": "B1", "question": "plan-reviewed", "entry": "x", "edition": "2005", "clause": "plan-review",
    "entry_id": "0014", "username": "p.anstey", "mark": "x", "digest": "0" * 64, "decision": "confirmed",
    "level": "officer", "key": "Helen Sallis", "action": "x", "what": "agree", "position": 3, "framework": "esi-2003",
}  # fmt: skip
QUERIES = ("", "?as_at=2005-10-03", "?as_at=2005-10-03&known=hindsight", "?inspection=gloucestershire-2005")


class Site(NamedTuple):
    """The site, and for each account the cases that it may see something of: those ever held in its places, but the closed one."""

    app: Flask
    seen: Mapping[str, frozenset[bytes]]


@pytest.fixture(scope="module")
def site_on(copies: Callable[[str], str]) -> Callable[[str], Site]:
    """The site on a kind of database, made for the first test that asks; a walk changes nothing but the access log."""
    return cache(lambda kind: limited(copies(kind)))


@pytest.fixture
def site(kind: str, site_on: Callable[[str], Site]) -> Site:
    return site_on(kind)


def limited(database: str) -> Site:
    """The demonstration, one of its cases closed to all but two."""
    files = Files.open(database)
    limit = {
        "entry": "limit", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T09:00:00+00:00", "reason": "a relative",
        "excluded": SHUT_OUT,
    }  # fmt: skip
    files.record(CLOSED, [load_entry("AccessLimited", limit)], actor="test")
    book = CaseRepository(files)
    seen = {account.username: frozenset(_seen(book, account)) for account in STAFF}
    files.close()
    return Site(create_app(database, today=lambda: TODAY, demo=True), seen)


def _seen(book: CaseRepository, account: Account) -> Iterator[bytes]:
    sampled = {case for name in account.inspections for case in book.inspection(name).sample}
    for reference in book.cases:
        held = (change.value for change in book.history(reference, None).allocation)
        if reference != CLOSED and (reference in sampled or any(map(account.answers_for, held))):
            yield reference.encode()
            yield reference.partition("/")[0].encode()


def values_of(endpoint: str, arguments: set[str]) -> Iterator[dict[str, Any]]:
    """The values of the arguments of a route, in the combinations that a run walks."""
    kind = {
        "crn": "case",
        "name": "list" if endpoint.startswith("desk.") else "report" if "report" in endpoint else "measure",
    }
    if endpoint.startswith("board_pack.") or "chart" in endpoint:
        kind["form"] = "picture" if "chart" in endpoint else "document"
    kind["name"] = "report" if endpoint in REPORTS else kind["name"]
    names = sorted(arguments - {"number"})
    chosen = [CHOICES.get(kind.get(name, name), [OTHERS.get(name)]) for name in names]
    if not deep():
        chosen = [some if kind.get(name) == "case" else some[:1] for name, some in zip(names, chosen, strict=True)]
    for values in product(*chosen):
        found = dict(zip(names, values, strict=True))
        if "crn" in found:
            crn, _, number = found.pop("crn").partition("/")
            found |= {"crn": crn, "number": int(number)}
        elif "number" in arguments:
            found["number"] = 1
        yield found


def addresses(app: Flask, method: str) -> Iterator[str]:
    """Every address of the site that takes this method, with all combinations of arguments and queries that a run walks."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if (
                method not in (rule.methods or ())
                or rule.endpoint == "static"
                or rule.endpoint.startswith("signing_in.")
            ):
                continue
            for values in values_of(rule.endpoint, set(rule.arguments)):
                yield app.url_for(rule.endpoint, **values)


def text_of(answer: Any) -> bytes:
    """The answer as bytes; the parts of a document unpacked, without its pictures."""
    body = bytes(answer.data)
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return b"\n".join(parts.read(name) for name in parts.namelist() if not name.endswith(".png"))


def told(answer: Any, address: str) -> bytes:
    """What an address answers; of a refusal without the words of the address itself."""
    assert answer.status_code < 500, address
    text = text_of(answer)
    if answer.status_code >= 400:
        for word in (*re.findall(r"[A-Z]\d{6}/\d+", address), *re.findall(r"[A-Z]\d{6}", address)):
            text = text.replace(word.encode(), b"")
    return text


@pytest.mark.both
@pytest.mark.parametrize(("kind", "role"), WALKS, indirect=["kind"])
def test_no_answer_holds_what_is_closed_to_its_reader(site: Site, role: Role) -> None:
    user = USERS[role]
    client, seen = signed_in(site.app, user), site.seen[user]
    wrong, turn = [], list(USERS).index(role)
    for at, address in enumerate(addresses(site.app, "GET")):
        if not deep() and CLOSED not in address and (at + turn) % 3:
            continue  # in a quick run each role walks a third of what does not name the closed case
        for query in QUERIES if deep() else (QUERIES[at % len(QUERIES)],):
            if address.startswith("/access"):
                continue  # the access log itself: it holds references, and only who audits it reads all of it
            text = told(client.get(address + query), address)
            more = set(REFERENCE.findall(text)) - seen - EXAMPLE
            if NAME in text or more:
                wrong.append((address + query, NAME in text, sorted(more)[:3]))
    assert not wrong


@pytest.mark.both
@pytest.mark.parametrize(("kind", "role"), WALKS, indirect=["kind"])
def test_nothing_is_recorded_on_a_case_that_is_not_open(site: Site, role: Role) -> None:
    client = signed_in(site.app, USERS[role])
    token = token_in(client.get("/password").text)
    files = Files.open(site.app.config["DATABASE"])
    head = files.recorder.head()
    for address in addresses(site.app, "POST"):
        if REFERENCE.search(address.encode()) and CHELTENHAM not in address:
            sent = {"csrf_token": token, "step": "record", "reason": "r", "limit": "limit"}
            answer = client.post(address, data=sent)
            assert answer.status_code in (302, 403, 404), (address, answer.status_code)
            assert CLOSED.encode() not in told(answer, address) or answer.status_code == 302, address
    assert files.recorder.head() == head
    files.close()


@pytest.mark.both
@pytest.mark.parametrize(("kind", "role"), WALKS, indirect=["kind"])
def test_a_search_finds_nothing_of_it(site: Site, role: Role) -> None:
    client = signed_in(site.app, USERS[role])
    for words in (CLOSED, CLOSED[:7], NAME.decode(), "Davies"):
        if role not in READERS:
            assert client.get("/search?show=results").status_code == 403
            continue
        text = found_by(client, words).replace(words, "").encode()
        assert NAME not in text and CLOSED[:7].encode() not in text, words


def test_the_walk_is_of_every_role_and_takes_in_a_case_that_is_there(site: Site) -> None:
    """Else the walk shows nothing."""
    assert set(USERS) == set(PEOPLE) and date(2005, 12, 1) < TODAY
    other = signed_in(site.app, "g.okafor").get(f"/cases/{CLOSED}")
    assert other.status_code == 200 and NAME in other.data
    with site.app.app_context():
        assert {account.username for account in access_control.register().accounts()} >= set(USERS.values())
