"""What widens an account, who confirms what, and requests that are decided once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.account_register import AccountRegister
from domain.accounts.confirming import MUTUAL, concerns, confirmers, may_confirm
from domain.accounts.requests import LIFE, OF_A_CASE, AlreadyDecided, NoSuchRequest, Request, RequestKind, Requests
from domain.accounts.roles import ENTERED_BY, PEOPLE, RIGHTS, Account, Client
from domain.accounts.widening import narrowed, widened
from projections.ledger.ledger import Place
from tests.support.depth import examples

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = NOW.date()

KEEPERS = [Account(name, name, "information_manager") for name in ("ann", "bo", "cy")]
ANN, BO, CY = KEEPERS
SPO = Account("spo", "S", "spo", ("Gloucester",))
INSPECTOR = Account("insp", "I", "inspector", ("Gloucestershire",), until=date(2027, 1, 1))

few = st.lists(st.sampled_from(("a", "b", "c")), unique=True, max_size=3).map(tuple)
days = st.sampled_from((None, date(2026, 12, 1), date(2027, 1, 1)))
people = st.builds(
    Account, st.just("one"), st.sampled_from(("One", "Other")), st.sampled_from(PEOPLE), few, inspections=few, staff=few,
    grade=st.sampled_from((None, "po", "spo")), disabled=st.booleans(), until=days,
)  # fmt: skip
machines = st.builds(
    Account, st.just("one"), st.sampled_from(("One", "Other")), st.just("machine"), few, disabled=st.booleans(), until=days,
    rights=st.lists(st.sampled_from(RIGHTS), unique=True).map(tuple), place_level=st.sampled_from((None, "area", "team")),
    source=st.sampled_from((None, "crams", "delius")),
    client=st.sampled_from((None, Client("i", "a", "a"), Client("i", "a", "b"), Client("i", "b", "b"))),
)  # fmt: skip
accounts = st.one_of(people, machines)
PLACES = [Place(a, d, t, o, "po") for a in "ab" for d in "bc" for t in "ac" for o in ("a", "b", "one")]


def reach(one: Account, day: date) -> set[Any]:
    """Everything that an account may do on a day."""
    if one.is_machine:
        own = {("right", one.rights[n]) for n in range(len(one.rights))} | {
            ("source", one.source),
            ("client", one.client),
        }
        cases = {("case", place) for place in PLACES if one.answers_for(place)}
        return {*own, *cases} - {("source", None), ("client", None)} if one.is_open(day) else set()
    if not one.may_sign_in(day):
        return set()
    frames = {("frame", place) for place in PLACES if one.inspects and one.may_frame(place)}
    cases = {("case", place) for place in PLACES if one.answers_for(place)}
    read = {("reads", name) for name in one.inspections if one.inspects}
    return {*frames, *cases, *read, *((one.role, entry, one.grade) for entry in ENTERED_BY[one.role]), ("in", one.role)}


@given(accounts, accounts)
@examples(400)
def test_what_does_not_widen_reaches_no_more_on_any_day(before: Account, after: Account) -> None:
    at_once = narrowed(before, after)
    assert widened(before, at_once) == [] and narrowed(before, at_once) == at_once
    for day in (date(2026, 11, 30), date(2026, 12, 15), date(2027, 6, 1)):
        assert reach(at_once, day) <= reach(before, day) | reach(replace(before, grade=None), day)
        if not widened(before, after):
            assert reach(after, day) <= reach(before, day) | reach(replace(before, grade=None), day)


def test_what_widens() -> None:
    assert widened(None, SPO) == ["username", "role"] and widened(SPO, SPO) == []
    assert widened(SPO, replace(SPO, places=("Gloucester", "Stroud"))) == ["places"]
    assert widened(SPO, replace(SPO, places=(), name="T", grade=None)) == []
    assert widened(SPO, replace(SPO, role="case_manager")) == ["role"]
    assert widened(SPO, replace(SPO, staff=("P-17",), grade="spo")) == ["staff", "grade"]
    assert widened(INSPECTOR, replace(INSPECTOR, inspections=("october",))) == ["inspections"]
    assert widened(INSPECTOR, replace(INSPECTOR, until=None)) == widened(
        INSPECTOR, replace(INSPECTOR, until=date(2028, 1, 1))
    )
    assert widened(INSPECTOR, replace(INSPECTOR, until=date(2026, 12, 1))) == []
    closed = replace(SPO, disabled=True)
    assert widened(closed, SPO) == ["disabled"] and widened(SPO, replace(closed, places=("All",))) == []


def asked(
    kind: Any = "account changed", subject: str = "spo", by: str = "ann", at: datetime = NOW, **change: Any
) -> Request:
    return Request(1, kind, subject, change, "", by, at, alone=False)


def test_nobody_confirms_what_they_asked_for_or_what_concerns_them() -> None:
    assert [one.username for one in confirmers(asked(), [*KEEPERS, SPO, INSPECTOR], [], DAY)] == ["bo", "cy"]
    assert [one.username for one in confirmers(asked(subject="bo"), KEEPERS, [], DAY)] == ["cy"]
    assert not may_confirm(replace(BO, disabled=True), asked(), [], DAY)
    assert not may_confirm(replace(BO, until=date(2026, 11, 27)), asked(), [], DAY)
    bound = asked("name bound", "Bo", username="bo")
    assert concerns(bound) == {"bo"} and not may_confirm(BO, bound, [], DAY) and may_confirm(CY, bound, [], DAY)


def test_two_people_do_not_confirm_each_other() -> None:
    first = replace(asked(subject="bo", by="bo"), decision="confirmed", decided_by="ann", decided_at=NOW)
    back = asked(subject="ann", by="ann", at=NOW + timedelta(days=1))
    assert not may_confirm(BO, back, [first], DAY) and may_confirm(CY, back, [first], DAY)
    assert may_confirm(BO, replace(back, asked_at=NOW + MUTUAL), [first], DAY)
    assert may_confirm(BO, back, [replace(first, decision="refused")], DAY)
    assert not may_confirm(BO, replace(back, asked_at=NOW - timedelta(days=1)), [first], DAY), (
        "nor with the clock set back"
    )


def test_an_account_that_one_person_made_alone_confirms_nothing_of_theirs() -> None:
    made = replace(asked("account made", "bo", by="ann"), alone=True)
    assert not may_confirm(BO, asked(), [made], DAY) and may_confirm(BO, asked(by="cy"), [made], DAY)
    confirmed = replace(made, decision="confirmed", decided_by="cy", decided_at=NOW)
    assert may_confirm(BO, asked(), [confirmed], DAY)


def test_an_inspectors_cases_are_confirmed_by_another_inspector_of_the_area_too() -> None:
    wider = asked(subject="other", by="other", widened=["inspections"], area="Gloucestershire")
    assert may_confirm(INSPECTOR, wider, [], DAY)
    assert not may_confirm(replace(INSPECTOR, places=("Avon",)), wider, [], DAY)
    assert not may_confirm(
        INSPECTOR, asked(by="other", widened=["inspections", "places"], area="Gloucestershire"), [], DAY
    )


def test_a_limit_is_lifted_by_managers_whom_it_does_not_shut_out() -> None:
    lift = asked("limit lifted", "X123456/1", by="other", excluded=["spo", "Old Name"])
    assert not may_confirm(SPO, lift, [], DAY) and not may_confirm(ANN, lift, [], DAY)
    assert may_confirm(replace(SPO, username="second"), lift, [], DAY)
    assert not may_confirm(replace(SPO, username="second", names=("Old name",)), lift, [], DAY)
    assert not may_confirm(Account("cm", "C", "case_manager"), lift, [], DAY)


# ---------------------------------------------------------------- kept


@pytest.fixture
def requests(empty_database: str) -> Iterator[Requests]:
    register = AccountRegister(empty_database)
    yield register.requests
    register.close()


@pytest.mark.both
@pytest.mark.parametrize("about", OF_A_CASE)
def test_what_a_request_says_of_a_case_is_sealed(requests: Requests, about: RequestKind) -> None:
    change = {"entry": {"note": "lives with Ada Marsh"}}
    one = requests.ask(about, "X123456/1", change, reason="Ada Marsh moved", by="ann", at=NOW)
    assert (one.change, one.reason) == (change, "Ada Marsh moved") and requests.is_ours(one.number)
    with requests.engine.connect() as c:
        assert "Marsh" not in str(c.execute(sa.text("SELECT * FROM requests")).all())


@pytest.mark.both
def test_a_request_is_kept_and_decided_once(requests: Requests) -> None:
    one = requests.ask("account made", "zoë", {"account": {"places": ["G"]}}, reason="new", by="ann", at=NOW)
    assert requests.request(one.number) == one and one.change == {"account": {"places": ["G"]}} and one.is_open(NOW)
    requests.decide(one.number, "confirmed", by="bo", at=NOW)
    with pytest.raises(AlreadyDecided):
        requests.decide(one.number, "refused", by="cy", at=NOW)
    kept = requests.request(one.number)
    assert (kept.decision, kept.decided_by, kept.decided_at) == ("confirmed", "bo", NOW) and not kept.is_open(NOW)
    assert requests.still_open(NOW) == [] and requests.every() == [kept]
    with pytest.raises(NoSuchRequest):
        requests.request(99)


@pytest.mark.both
def test_a_request_lapses_and_one_from_the_future_is_not_confirmed(requests: Requests) -> None:
    one = requests.ask("account made", "a", {}, reason="", by="ann", at=NOW)
    alone = requests.ask("account made", "b", {}, reason="", by="ann", at=NOW, alone=True)
    assert [one.is_open(at) for at in (NOW + LIFE, NOW + LIFE + timedelta(seconds=1), NOW - timedelta(days=1))] == [
        True, False, False
    ]  # fmt: skip
    assert requests.still_open(NOW + timedelta(days=400)) == [alone]


@pytest.mark.both
def test_of_many_decisions_at_once_one_is_kept(requests: Requests) -> None:
    one = requests.ask("account made", "a", {}, reason="", by="ann", at=NOW)
    late: list[str] = []

    def decide(who: str) -> None:
        try:
            requests.decide(one.number, "confirmed", by=who, at=NOW)
        except AlreadyDecided:
            late.append(who)

    threads = [Thread(target=decide, args=(f"p{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 7 and requests.request(one.number).decided_by not in late


@pytest.mark.both
@pytest.mark.parametrize(
    "statement",
    ["UPDATE requests SET asked_by = 'cy'", "DELETE FROM requests", "UPDATE request_decisions SET decision = 'refused'",
     "DELETE FROM request_decisions"],
)  # fmt: skip
def test_what_was_asked_and_decided_is_never_changed(requests: Requests, statement: str) -> None:
    one = requests.ask("account made", "a", {}, reason="", by="ann", at=NOW)
    requests.decide(one.number, "confirmed", by="bo", at=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), requests.engine.begin() as c:
        c.execute(sa.text(statement))
    assert requests.request(one.number).decided_by == "bo"
