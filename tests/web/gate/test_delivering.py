"""Delivering over real HTTPS: references alone, signed, within reach at that moment, each delivery on the log before it leaves."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.destinations import destination_rules
from domain.entries.person_entries import PersonErased
from domain.store.application import Files
from domain.store.erasing import erase
from tests.support.destinations import GLOUCESTER, deliverer, due_again, record, registered, settings_for
from tests.support.receivers import Receiver, receiving
from web.gate import deliverer as delivering
from web.gate import safe_connection
from web.gate.deliverer import Deliverer
from web.gate.gate_settings import GateSettings

pytestmark = pytest.mark.both

CHELTENHAM = "A504771/1"
NAMES = ("Brian", "Davies", "Sallis", "Anstey", "Adeyemi", "Gloucester")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture
def sending(own_database: Any, receiver: Receiver) -> Iterator[Deliverer]:
    with deliverer(own_database, settings_for(receiver)) as found:
        yield found


def lines(database: Any, action: str = "delivered") -> list[Any]:
    with closing(AccountRegister(str(database))) as register:
        return list(register.log.lines(action=action))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_what_is_stored_is_delivered_in_order_as_references(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    number = registered(own_database, receiver.url).number
    ids = [record(own_database), record(own_database, type_="TierSet", tier=4), record(own_database)]
    assert sending.once()
    (got,) = receiver.got
    assert got.ids == ids and got.path == "/hook"
    assert got.headers["content-type"].startswith("application/cloudevents-batch+json")
    for name in NAMES:
        assert name.encode() not in got.body
    event = got.events[1]
    assert set(event) == {
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "position", "data"
    }  # fmt: skip
    assert (event["specversion"], event["subject"], event["type"]) == ("1.0", GLOUCESTER, "caseaudit.entry.TierSet.v1")
    assert set(event["data"]) == {"case", "entry", "type", "occurred_on", "recorded_at", "stored_at"}
    assert event["data"]["occurred_on"] == "2005-12-22" and event["time"] == event["data"]["stored_at"]
    (line,) = lines(own_database)
    assert (line.username, line.references) == ("p.anstey", (GLOUCESTER,))
    assert f"destination {number}, {receiver.url}: the diary of the team" in line.detail
    found = sending.gate.destinations
    assert [(one.outcome, one.events, one.cases) for one in found.deliveries(number, 9)] == [("delivered", 3, 1)]
    assert sending.once() and len(receiver.got) == 1, "nothing new, nothing sent"


def test_more_than_one_delivery_holds_comes_in_several(
    own_database: Any, receiver: Receiver, sending: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    registered(own_database, receiver.url)
    ids = [record(own_database) for _ in range(5)]
    assert sending.once()
    assert receiver.ids == ids and [len(got.ids) for got in receiver.got] == [2, 2, 1]


def test_only_what_is_within_reach_and_of_the_types_asked_for(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    registered(own_database, receiver.url, types=("TierSet",))
    record(own_database)
    record(own_database, CHELTENHAM, type_="TierSet", tier=2)
    mine = record(own_database, type_="TierSet", tier=4)
    assert sending.once()
    assert receiver.ids == [mine]


def test_a_correction_says_of_which_entry(own_database: Any, receiver: Receiver, sending: Deliverer) -> None:
    registered(own_database, receiver.url)
    first = record(own_database)
    record(own_database, type_="EntryWithdrawn", of=first.partition("#")[2], reason="Brian Davies asked for it")
    assert sending.once()
    assert [event["data"].get("about") for event in receiver.got[0].events] == [None, first.partition("#")[2]]
    assert b"Brian" not in receiver.got[0].body


def test_reach_is_that_of_the_moment_of_delivery(own_database: Any, receiver: Receiver, sending: Deliverer) -> None:
    registered(own_database, receiver.url)
    receiver.status = 503
    record(own_database)
    other = next(case for case in _cases_of(sending, "p.anstey") if case != GLOUCESTER)
    kept = record(own_database, other)
    assert sending.once() and receiver.got[0].ids[-1] == kept and len(receiver.got[0].ids) == 2
    record(own_database, type_="AccessLimited", excluded=["somebody.else"], reason="knows the family")
    receiver.status, number = 204, sending.gate.destinations.every()[0].number
    due_again(sending, number)
    assert sending.once()
    assert receiver.got[1].ids == [kept], "nothing leaves of a case that was limited meanwhile, for anybody"
    assert lines(own_database)[0].references == (other,)
    assert receiver.got[0].headers["webhook-id"] != receiver.got[1].headers["webhook-id"]


def test_who_no_longer_answers_for_a_case_is_told_nothing_more(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    registered(own_database, receiver.url)
    record(own_database)
    with closing(AccountRegister(str(own_database))) as register:
        account = register.account("p.anstey")
        register.change(replace(account, places=("Nowhere",)))
    assert sending.once() and not receiver.got
    record(own_database)
    with closing(AccountRegister(str(own_database))) as register:
        register.change(replace(register.account("p.anstey"), places=account.places, disabled=True))
    assert sending.once() and not receiver.got, "a closed account gets nothing"
    with closing(AccountRegister(str(own_database))) as register:
        register.change(replace(register.account("p.anstey"), disabled=False))
    assert sending.once() and len(receiver.ids) == 1, "opened again, it goes on where it was"


def test_a_case_that_went_elsewhere_is_left_out_though_the_columns_are_behind(
    own_database: Any, receiver: Receiver, sending: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transfer is stored and not taken into the columns yet: the file itself decides."""
    registered(own_database, receiver.url)
    record(own_database)
    sending._log()
    monkeypatch.setattr(delivering, "catch_up", lambda *_, **__: None)
    place = {
        "area": "Gloucestershire",
        "division": "Cotswold",
        "team": "Elsewhere",
        "officer": "Nobody",
        "officer_grade": "po",
    }
    record(own_database, type_="CaseAllocated", **place)
    assert sending.once() and not receiver.got


def test_an_erased_person_is_left_out(own_database: Any, receiver: Receiver, sending: Deliverer) -> None:
    registered(own_database, receiver.url)
    record(own_database)
    crn = GLOUCESTER.partition("/")[0]
    with closing(Files.open(str(own_database))) as files:
        erase(files, crn, PersonErased(at=datetime.now(UTC), reason="asked for", asked_by="p.anstey"), actor="a test")
    assert sending.once() and not receiver.got


def test_what_is_recorded_for_an_inspection_is_no_part_of_it(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    registered(own_database, receiver.url, subscriber="j.hartnell")
    with closing(Files.open(str(own_database))) as files:
        judged = [
            (case, fact) for case in _cases_of(sending, "j.hartnell") for fact in files.read(case).entries.values()
            if getattr(fact, "inspection", None) and type(fact).__name__ == "QualityJudged"
        ]  # fmt: skip
    case, fact = judged[0]
    record(own_database, case, type_="EntryWithdrawn", of=fact.entry, reason="read again")
    own = record(own_database, case)
    assert sending.once()
    assert receiver.ids == [own]
    page = sending._log().page(sending.register.account("j.hartnell"), 0, 10**6)
    assert {change.entry for change in page.changes if change.case == case}.isdisjoint({fact.entry})


def test_without_a_line_of_the_log_nothing_leaves(
    own_database: Any, receiver: Receiver, sending: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(own_database, receiver.url)
    mine = record(own_database)

    def fails(*_: object, **__: object) -> None:
        raise LogUnavailable("the disk is full")

    with monkeypatch.context() as during:
        during.setattr(AccessLog, "add", fails)
        sending.once()
    assert not receiver.got and not sending.gate.destinations.deliveries(1, 9)
    assert sending.once() and receiver.ids == [mine]


@pytest.mark.parametrize(
    ("status", "said"), [(302, "no redirect is followed"), (400, "400"), (404, "404"), (500, "500")]
)
def test_what_is_not_taken_is_sent_again_the_same(
    own_database: Any, receiver: Receiver, sending: Deliverer, status: int, said: str
) -> None:
    number = registered(own_database, receiver.url).number
    mine = record(own_database)
    receiver.then, receiver.headers = [status], {"Location": receiver.url.replace("hook", "elsewhere")}
    assert sending.once() and len(receiver.got) == 1
    assert said in sending.gate.destinations.deliveries(number, 1)[0].said
    assert sending.once() and len(receiver.got) == 1, "not before the next try"
    due_again(sending, number)
    assert sending.once()
    first, second = receiver.got
    assert first.ids == second.ids == [mine] and first.body == second.body and second.path == "/hook"
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert len(lines(own_database)) == 2, "each try is a line"


def test_a_receiver_that_asks_to_be_left_alone_is(own_database: Any, receiver: Receiver, sending: Deliverer) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    before = datetime.now(UTC)
    assert sending.once()
    next_try = sending.gate.destinations.destination(number).next_try
    assert next_try is not None and next_try >= before + timedelta(seconds=600)


def test_a_receiver_that_is_gone_is_stopped_at_once(own_database: Any, receiver: Receiver, sending: Deliverer) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    receiver.status = 410
    assert sending.once()
    found = sending.gate.destinations.destination(number)
    assert found.stopped_by == "caseaudit" and "wants nothing any more" in found.stopped_for


def test_after_a_day_of_failures_it_is_stopped_and_that_is_said(
    own_database: Any, receiver: Receiver, sending: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    receiver.status = 500
    assert sending.once()
    assert sending.gate.destinations.destination(number).stopped_at is None
    due_again(sending, number)
    monkeypatch.setattr(destination_rules, "GIVES_UP_AFTER", timedelta(0))
    assert sending.once()
    found = sending.gate.destinations.destination(number)
    assert (
        found.stopped_by == "caseaudit" and "failed since" in found.stopped_for and "answered 500" in found.stopped_for
    )
    assert any("stopped" in line.detail for line in lines(own_database, "destination changed"))
    receiver.status = 204
    record(own_database)
    assert sending.once() and len(receiver.got) == 2, "nothing more is sent"
    sending.gate.destinations.start(number)
    assert sending.once() and len(receiver.got[2].ids) == 2, "started again, nothing is lost"


@pytest.mark.parametrize("how", ["wait", "drip"])
def test_a_slow_receiver_is_given_up_and_holds_up_no_other(
    own_database: Any, receiver: Receiver, sending: Deliverer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(safe_connection.post, "__defaults__", (1.0,))
    (tmp_path / "other").mkdir()
    slow = registered(own_database, receiver.url).number
    setattr(receiver, how, 3.0 if how == "wait" else True)
    with receiving(tmp_path / "other") as quick:
        both = tmp_path / "both.pem"
        both.write_bytes(receiver.ca.read_bytes() + quick.ca.read_bytes())
        sending.settings = replace(settings_for(), ca_file=str(both))
        registered(own_database, quick.url)
        mine = record(own_database)
        assert sending.once()
        assert quick.ids == [mine]
    assert "no answer within 1 seconds" in sending.gate.destinations.deliveries(slow, 1)[0].said
    receiver.drip = False


def test_a_receiver_that_does_not_prove_its_name_gets_nothing(
    own_database: Any, receiver: Receiver, tmp_path: Path
) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    (tmp_path / "other").mkdir()
    with (
        receiving(tmp_path / "other", ("hooks.example",)) as other,
        deliverer(own_database, settings_for(other)) as sending,
    ):
        elsewhere = registered(own_database, other.url).number
        record(own_database)
        assert sending.once()
        kept = sending.gate.destinations
        assert not receiver.got and not other.got
        assert "does not prove who it is" in kept.deliveries(number, 1)[0].said
        assert "does not prove who it is" in kept.deliveries(elsewhere, 1)[0].said


def test_a_name_that_leads_to_a_private_address_is_not_reached(own_database: Any, receiver: Receiver) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    with deliverer(own_database, GateSettings(ca_file=str(receiver.ca))) as sending:
        assert sending.once()
        assert "is no address of the public network" in sending.gate.destinations.deliveries(number, 1)[0].said
    assert not receiver.got


def test_a_record_put_back_stops_it_until_somebody_starts_it(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    sending.gate.destinations.moved(number, 5, "ff" * 32)
    assert sending.once() and not receiver.got
    assert "the record is another" in sending.gate.destinations.destination(number).stopped_for


def test_the_ca_file_of_the_operator_must_hold_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.destinations.addresses import NotAllowed
    from web.gate.gate_settings import CA_FILE

    (tmp_path / "nothing.pem").write_text("nothing")
    for path in ("nothing.pem", "missing.pem"):
        monkeypatch.setenv(CA_FILE, str(tmp_path / path))
        with pytest.raises(NotAllowed, match=f"{CA_FILE}: .*holds no certificates"):
            GateSettings.read()


def test_tls_is_asked_of_every_receiver() -> None:
    context = GateSettings().context()
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def _cases_of(sending: Deliverer, username: str) -> list[str]:
    log = sending._log()
    page = log.page(sending.register.account(username), 0, 10**6)
    return list(dict.fromkeys(change.case for change in page.changes))


def test_a_machine_gets_what_its_places_hold_until_its_last_day(
    own_database: Any, receiver: Receiver, sending: Deliverer
) -> None:
    today = datetime.now(UTC).date()
    reader = Account(
        "diary", "The diary", "machine", ("Gloucester",), rights=("read",), place_level="team", until=today
    )
    sending.register.add(reader)
    registered(own_database, receiver.url, subscriber="diary")
    record(own_database, CHELTENHAM)
    mine = record(own_database)
    assert sending.once() and receiver.ids == [mine]
    for change in ({"until": today - timedelta(days=1)}, {"until": today + timedelta(days=9), "rights": ("reports",)}):
        account = sending.register.account("diary")
        sending.register.change(replace(account, **change))
        record(own_database)
        assert sending.once() and receiver.ids == [mine], "its last day is over, or it reads no cases any more"
