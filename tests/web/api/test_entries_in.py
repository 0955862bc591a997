"""Entries in: the same importer as the command, under the machine account's source; and what no machine may send."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from domain.accounts.roles import SENT_BY_MACHINES, Account
from domain.entries.case_entries import ENTRY_TYPES
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_raw_lines
from domain.importing.sent_entries import SentEntries
from domain.store.application import Files
from domain.store.hash_chain import TABLE
from tests.support.machine_clients import MACHINE, MachineClient, machine, opened, token
from tests.support.people import add, post, signed_in
from web.app import create_app
from web.services import current_cases
from web.site import access_control, clock, machines

pytestmark = pytest.mark.both

SAM = [json.loads(line) for line in Path("docs/example.ndjson").read_text("utf-8").splitlines()]
CASE, ENTRIES = "/api/v1/cases/X123456/1", "/api/v1/entries"
PLAIN = [line for line in SAM if line.get("case") == "X123456/1" and line["type"] in SENT_BY_MACHINES]
"""Those lines of the example that a machine may send."""


@pytest.fixture
def app(empty_database: str) -> Iterator[Flask]:
    made = create_app(empty_database)
    yield made
    with made.app_context():
        access_control.register().close()


@pytest.fixture
def feed(app: Flask) -> MachineClient:
    return opened(app)


def plain(entry: str, type_: str, **fields: Any) -> dict[str, Any]:
    """An entry of the case of the example."""
    return {"case": "X123456/1", "type": type_, "entry": entry, "occurred_on": "2005-05-20",
            "recorded_at": "2005-05-20T12:00:00+01:00", **fields}  # fmt: skip


def tier(entry: str, **more: Any) -> dict[str, Any]:
    """One that a machine may send."""
    return plain(entry, "TierSet", **{"tier": 2, **more})


def files(app: Flask) -> Files:
    with app.app_context():
        return current_cases.repository().files


def stored_by(app: Flask) -> set[str]:
    """Who stored the entries of the case, as the record says."""
    with app.app_context(), access_control.register().engine.connect() as c:
        return set(c.execute(sa.text(f"SELECT actor FROM {TABLE} WHERE originator_id = 'X123456/1'")).scalars())


def outcomes(answer: Any) -> list[str]:
    return [line["outcome"] for line in answer.json["lines"]]


def faults(answer: Any) -> dict[int, tuple[str, str]]:
    """Line -> its first fault."""
    found = {line["line"]: line["faults"] for line in answer.json["lines"] if line["faults"]}
    return {number: (said[0]["field"], said[0]["reason"]) for number, said in found.items()}


def test_lines_are_stored_once_under_the_source_and_the_log_says_so(app: Flask, feed: MachineClient) -> None:
    first = feed.send(PLAIN)
    assert first.status_code == 200, first.text[:800]
    assert (first.json["stored"], first.json["already"], first.json["rejected"]) == (len(PLAIN), 0, 0)
    again = feed.send(PLAIN)
    assert again.status_code == 200 and set(outcomes(again)) == {"already"}
    assert stored_by(app) == {"source crams, feed"}
    with app.app_context():
        line = next(iter(access_control.register().log.lines(action="imported")))
    assert line.username == "feed" and "token night" in line.detail
    assert f"API from crams: 0 stored, {len(PLAIN)} already there, 0 rejected" in line.detail
    keeper = add(app, Account("keeper", "Keeper", "information_manager"))
    assert "API from crams" in signed_in(app, keeper).get("/data").text, "the list of past imports has it"


def test_one_bad_line_keeps_the_good_ones(feed: MachineClient) -> None:
    lines = [
        *PLAIN,
        tier("c1"),
        tier("c2", occurred_on="2005-02-30"),
        tier("c3", case="nothing"),
        tier("c1", tier=3),
    ]
    answer = feed.send(lines)
    assert answer.status_code == 207 and outcomes(answer)[len(PLAIN) :] == [
        "stored",
        "rejected",
        "rejected",
        "rejected",
    ]
    assert [line["entry"] for line in answer.json["lines"]] == [line["entry"] for line in lines], "also of wrong lines"
    said = faults(answer)
    at = len(PLAIN) + 2
    assert said[at][0] == "occurred_on" and said[at + 1][0] == "case"
    assert said[at + 2][0] == "entry" and "other content" in said[at + 2][1]
    mended = feed.send([tier("c2")])
    assert mended.status_code == 200 and outcomes(mended) == ["stored"]


def test_an_array_is_read_like_lines_and_lines_may_come_in_any_order(feed: MachineClient) -> None:
    body = json.dumps(PLAIN[::-1], indent=2)
    answer = feed.client.post(ENTRIES, data=body, content_type="application/json; charset=utf-8", headers=feed.headers)
    assert answer.status_code == 200 and answer.json["stored"] == len(PLAIN), answer.text[:500]


def test_all_or_nothing_and_a_dry_run_store_nothing_unasked(app: Flask, feed: MachineClient) -> None:
    bad = feed.send([*PLAIN, tier("c2", occurred_on="2005-02-30")], f"{ENTRIES}?all_or_nothing=true")
    assert bad.status_code == 422 and bad.content_type == "application/problem+json"
    assert list(bad.json["errors"]) == [f"{len(PLAIN) + 1}.occurred_on"] and "nothing was stored" in bad.json["detail"]
    assert "entry c2 of X123456/1: " in str(bad.json["errors"])
    dry = feed.send(PLAIN, f"{ENTRIES}?dry_run=true")
    assert dry.status_code == 200 and dry.json["dry_run"] and set(outcomes(dry)) == {"would be stored"}
    assert (dry.json["stored"], dry.json["would_be_stored"]) == (0, len(PLAIN))
    with app.app_context():
        line = next(iter(access_control.register().log.lines(action="viewed")))
    assert f"entries checked for crams: {len(PLAIN)} would be stored" in line.detail
    assert files(app).read("X123456/1").first_entry is None
    assert feed.send(PLAIN, f"{ENTRIES}?all_or_nothing=true").json["stored"] == len(PLAIN)


PERSONS_OWN = sorted(set(ENTRY_TYPES) - SENT_BY_MACHINES)


def test_what_a_person_decides_is_refused_by_name(app: Flask, feed: MachineClient) -> None:
    """Judgements, countersignatures, oversight, dispensations, limits of access, and every entry of an inspection."""
    assert {"QualityJudged", "AssessmentCountersigned", "OversightRecorded", "DispensationGiven", "AccessLimited",
            "AccessLimitLifted", "InspectionFrozen", "InspectionPublished", "AlertRaised"} <= set(PERSONS_OWN)  # fmt: skip
    feed.send(PLAIN)
    by = {"by": "Ann", "grade": "spo"}
    own = [
        *(line for line in SAM if line["type"] not in SENT_BY_MACHINES),
        plain("q", "QualityJudged", framework="x", question="x", answer="sufficient", by="Ann", role="spo"),
        plain("a", "AssessmentCountersigned", assessment="4", **by), plain("o", "OversightRecorded", kind="supervision", **by),
        plain("d", "DispensationGiven", clause="plan-review", from_on="2005-05-20", to_on="2005-05-21", reason="r", by="Ann"),
        plain("l", "AccessLimited", excluded=["x"], reason="r"), plain("f", "AccessLimitLifted", limit="l"),
    ]  # fmt: skip
    answer = feed.send(own)
    assert set(outcomes(answer)) == {"rejected"}
    for line, (field, reason) in zip(own, faults(answer).values(), strict=True):
        assert field == "type" and reason.startswith(f"{line['type']} is made by a person only"), reason


def test_that_a_person_alone_makes_it_is_said_before_what_is_missing(feed: MachineClient) -> None:
    lines = [{"case": "X123456/1", "type": name, "entry": f"e{n}"} for n, name in enumerate(PERSONS_OWN)]
    answer = feed.send(lines)
    assert [(line["entry"], line["faults"][0]["field"], len(line["faults"])) for line in answer.json["lines"]] == [
        (line["entry"], "type", 1) for line in lines
    ]
    assert all("by a person only" in reason for _, reason in faults(answer).values())


def test_the_docs_name_every_type_of_a_case_that_a_person_alone_makes() -> None:
    listed = Path("docs/machines.md").read_text("utf-8")
    assert not [name for name in PERSONS_OWN if ENTRY_TYPES[name].kept_on == "case" and name not in listed]


def test_register_entries_are_no_lines(feed: MachineClient) -> None:
    account = {"type": "AccountSet", "entry": "1", "username": "mine", "role": "area_manager", "name": "Mine"}
    answer = feed.send([{**account, "case": "account:mine"}, {**account, "case": "X123456/1"}])
    assert set(outcomes(answer)) == {"rejected"} and {field for field, _ in faults(answer).values()} == {"type"}


def test_what_a_person_judged_is_neither_corrected_nor_withdrawn(app: Flask, feed: MachineClient) -> None:
    judged = plain("o", "OversightRecorded", kind="supervision", by="Ann", grade="spo")
    feed.send(PLAIN)
    report = ImportReport()
    lines = read_raw_lines([json.dumps(judged).encode()], clock.now(), report.rejected, lambda size: None, name="x")
    import_lines(files(app), lines, report, now=clock.now(), actor="test", keep=True)
    assert report.stored == 1, report.rejected
    changes = [
        plain("w", "EntryWithdrawn", of="o", reason="r"), plain("e", "EntryCorrected", of="o", fields={"kind": "other"}),
    ]  # fmt: skip
    answer = feed.send(changes)
    assert [field for field, _ in faults(answer).values()] == ["of", "of"], answer.text
    assert all(
        "OversightRecorded is corrected or withdrawn by a person only" in why for _, why in faults(answer).values()
    )


def test_nothing_is_recorded_in_a_persons_name(app: Flask, feed: MachineClient) -> None:
    add(app, Account("ann.spo", "Ann Spo", "spo", ("Cheltenham",)))
    feed.send(PLAIN)
    answer = feed.send([tier("c1", recorded_by="ann.spo"), tier("c2", recorded_by="crams-user-7")])
    assert outcomes(answer) == ["rejected", "stored"]
    assert faults(answer)[1][0] == "recorded_by" and "a person with an account here" in faults(answer)[1][1]


def test_a_foreign_area_is_refused(app: Flask) -> None:
    own = opened(app)
    own.send(PLAIN)
    other = replace(MACHINE, username="other", source="delius")
    elsewhere = MachineClient(app, token(app, machine(app, other, ["Avon"])))
    answer = elsewhere.send([tier("c9")])
    assert outcomes(answer) == ["rejected"] and "no area for which delius imports" in faults(answer)[1][1]
    away = elsewhere.send([{**PLAIN[0], "case": "Y123456/1", "person": {**PLAIN[0]["person"], "crn": "Y123456"}}])
    assert outcomes(away) == ["rejected"] and faults(away)[1][0] == "area"
    assert elsewhere.get(f"{CASE}/version").status_code == 404


def test_a_source_must_let_the_machine_record(app: Flask) -> None:
    machine(app)
    feed = MachineClient(app, token(app))
    second = MachineClient(app, token(app, machine(app, replace(MACHINE, username="second"), ["Gloucestershire"])))
    answer = feed.send(PLAIN)  # the last registration names the second account alone
    assert answer.status_code == 403 and "feed may not import for crams" in answer.json["detail"]
    assert second.send(PLAIN).status_code == 200


def test_what_comes_late_is_marked_by_the_sources_own_delay(app: Flask, feed: MachineClient) -> None:
    recorded = (clock.now() - timedelta(days=3)).isoformat()
    feed.send(PLAIN)
    late = Account("late", "Late", "machine", rights=("record",), source="slow")
    for source, account in (("crams", feed), ("slow", MachineClient(app, token(app, machine(app, late, [], delay=1))))):
        day = (clock.now() - timedelta(days=3)).date().isoformat()
        answer = account.send([tier(source, occurred_on=day, recorded_at=recorded)])
        assert answer.status_code == 200, answer.text
    with app.app_context(), access_control.register().engine.connect() as c:
        late_entries = (
            c.execute(sa.text("SELECT entries FROM stored_late WHERE reference = 'X123456/1'")).scalars().all()
        )
    assert late_entries == [len(PLAIN), 1], "the old ones, and of the new ones that of the source with a delay of a day"


def test_writing_to_one_case_holds_to_its_version(app: Flask, feed: MachineClient) -> None:
    none = feed.get(f"{CASE}/version")
    assert none.status_code == 404 and 'If-Match: "0"' in none.json["detail"]
    begun = feed.send(PLAIN[:2], f"{CASE}/entries", {"If-Match": '"0"'})
    assert begun.status_code == 200 and begun.headers["ETag"] == '"2"', begun.text
    read = feed.get(f"{CASE}/version")
    assert read.json == {"case": "X123456/1", "version": 2} and read.headers["ETag"] == '"2"'
    assert feed.get(f"{CASE}/version", **{"If-None-Match": '"2"'}).status_code == 304
    wrote = feed.send([tier("c1")], f"{CASE}/entries", {"If-Match": read.headers["ETag"]})
    assert wrote.status_code == 200 and wrote.headers["ETag"] == '"3"'
    for tag in ('"2"', '"x"', 'W/"3"', '"33"'):
        stale = feed.send([tier("c2")], f"{CASE}/entries", {"If-Match": tag})
        assert stale.status_code == 412 and "since you read its version" in stale.json["detail"], tag
    for headers in ({}, {"If-Match": "*"}):
        without = feed.send([tier("c2")], f"{CASE}/entries", headers)
        assert without.status_code == 428 and "If-Match" in without.json["detail"]
        assert ("With * it names none" in without.json["detail"]) == bool(headers)
    flag = feed.send([tier("c2")], f"{ENTRIES}?dry_run=perhaps")
    assert flag.status_code == 422 and flag.json["errors"] == {"dry_run": ["It must be true or false."]}
    foreign = feed.send([tier("c2", case="X999999/1")], f"{CASE}/entries", {"If-Match": '"3"'})
    assert outcomes(foreign) == ["rejected"] and faults(foreign)[1][0] == "case"
    assert files(app).read("X123456/1").version == 3


def test_whoever_writes_while_a_case_is_decided_comes_first(
    app: Flask, feed: MachineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes between the reading of the version and the storing: nothing of what was sent is stored."""
    feed.send(PLAIN)
    version = files(app).read("X123456/1").version
    ours, wrote = SentEntries.check, []

    def check(self: SentEntries, file: Any, fact: Any) -> None:
        ours(self, file, fact)
        if fact.entry == "c2" and not wrote:
            wrote.append(1)
            monkeypatch.setattr(SentEntries, "check", ours)
            assert feed.send([tier("between")]).status_code == 200

    monkeypatch.setattr(SentEntries, "check", check)
    answer = feed.send([tier("c1"), tier("c2")], f"{CASE}/entries", {"If-Match": f'"{version}"'})
    assert wrote and answer.status_code == 412, answer.text
    assert {"c1", "c2"}.isdisjoint(files(app).read("X123456/1").entries)
    again = feed.send([tier("c1"), tier("c2")], f"{CASE}/entries", {"If-Match": f'"{version + 1}"'})
    assert again.status_code == 200 and again.headers["ETag"] == f'"{version + 3}"'


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"", "application/x-ndjson", 400, "no entry"), (b"[]", "application/json", 400, "no entry"),
        (b"\n\n", "application/x-ndjson", 400, "no entry"), (b"{}", "application/json", 400, "no JSON array"),
        (b"[{]", "application/json", 400, "no JSON array"), (b"[" * 100_000, "application/json", 400, "no JSON array"),
        (b"\xff\xfe", "application/json", 400, "no JSON array"), (b"a=b", "application/x-www-form-urlencoded", 415, "x-ndjson"),
        (b"{}", "text/plain", 415, "x-ndjson"), (b"{}", "", 415, "not as nothing"),
    ],
)  # fmt: skip
def test_bodies_that_are_no_entries_are_refused_in_words(
    feed: MachineClient, body: bytes, kind: str, status: int, words: str
) -> None:
    answer = feed.client.post(
        ENTRIES, data=body, headers=feed.headers | {"Content-Type": kind} if kind else feed.headers
    )
    assert answer.status_code == status and words in answer.json["detail"], answer.text


def test_lines_that_cannot_be_read_are_rejected_one_by_one(feed: MachineClient) -> None:
    body = b'\xff\xfe\n[1]\nnull\n{"type": "Nothing"}\n{"a": 1, "a": 2}\n"x"\n' + b"{" * 5000
    answer = feed.client.post(ENTRIES, data=body, content_type="application/x-ndjson", headers=feed.headers)
    assert answer.status_code == 207 and outcomes(answer) == ["rejected"] * 7
    assert all(reason for _, reason in faults(answer).values())


def test_too_many_and_too_large_is_said(app: Flask, feed: MachineClient) -> None:
    app.extensions["machine limits"] = machines.Limits(entries=2, megabytes=1)
    many = feed.send([tier(str(n)) for n in range(3)])
    assert many.status_code == 413 and "2 is the most of one request" in many.json["detail"]
    large = feed.send([tier("c" * 2**20)])
    assert large.status_code == 413 and "more than 1 MB" in large.json["detail"]


def test_an_unknown_parameter_is_refused(feed: MachineClient) -> None:
    answer = feed.send([tier("c")], f"{ENTRIES}?all_or_nothin=true")
    assert answer.status_code == 422 and "all_or_nothin" in answer.json["errors"]


def test_people_have_the_import_page_and_no_entries_in(app: Flask) -> None:
    keeper = signed_in(app, add(app, Account("keeper", "Keeper", "information_manager")))
    assert keeper.post(ENTRIES, data="{}", content_type="application/x-ndjson").status_code == 403
    assert post(keeper, "/imports", step="check").status_code == 200
