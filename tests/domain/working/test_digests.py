"""Who wants a digest and what was sent: one a week, taken back only where it was not sent; no address stands in the open."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.working.digests import Digests, week_of
from domain.working.seen_places import SeenUpTo

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
WEEK = "2005-W51"

pytestmark = pytest.mark.both


@pytest.fixture
def digests(empty_database: str) -> Iterator[Digests]:
    register = AccountRegister(empty_database)
    yield register.digests
    register.close()


def at(position: int, days: int = 0) -> SeenUpTo:
    return SeenUpTo(position, f"{position:064x}", date(2005, 12, 22) + timedelta(days=days), NOW)


def test_a_digest_is_claimed_once_a_week(digests: Digests) -> None:
    assert digests.last("anstey") is None
    assert digests.claim("anstey", WEEK, at(10)) and not digests.claim("anstey", WEEK, at(11))
    digests.release("anstey", WEEK)
    assert digests.last("anstey") is None and digests.claim("anstey", WEEK, at(11))
    digests.sent("anstey", WEEK)
    digests.release("anstey", WEEK)
    assert digests.last("anstey") == at(11), "what was sent is not taken back"
    assert digests.claim("anstey", "2005-W52", at(20, 7)) and digests.claim("hoole", WEEK, at(5))
    assert digests.last("anstey") == at(20, 7)


def test_the_address_is_sealed_and_only_its_own_secret_stops_it(digests: Digests) -> None:
    digests.wish("anstey", "peter@probation.example", NOW)
    digests.wish("hoole", "margaret@probation.example", NOW)
    with digests.engine.connect() as c:
        assert "probation.example" not in str(c.execute(sa.text("SELECT * FROM digest_wishes")).all())
    one, other = digests.wishes()
    assert (one.username, one.address) == ("anstey", "peter@probation.example")
    for odd in ("", ".", "x.y", one.stops[:-1], f"{one.stops.partition('.')[0]}.{other.stops.partition('.')[2]}"):
        assert digests.stopped_by(odd) is None
    assert digests.stopped_by(one.stops) == "anstey" and digests.stopped_by(one.stops) is None
    assert [wish.username for wish in digests.wishes()] == ["hoole"]


def test_another_address_makes_the_old_secret_useless(digests: Digests) -> None:
    digests.wish("anstey", "peter@probation.example", NOW)
    before = digests.wishes()[0].stops
    digests.wish("anstey", "p@probation.example", NOW)
    assert digests.stopped_by(before) is None
    found = digests.wish_of("anstey")
    assert found is not None and found.address == "p@probation.example"


def test_an_address_that_somebody_wrote_into_the_table_is_no_wish(digests: Digests) -> None:
    digests.wish("anstey", "peter@probation.example", NOW)
    digests.wish("hoole", "margaret@probation.example", NOW)
    with digests.engine.begin() as c:
        c.execute(
            sa.text("UPDATE digest_wishes SET sealed = (SELECT sealed FROM digest_wishes WHERE username = 'hoole')")
        )
    assert [wish.username for wish in digests.wishes()] == ["hoole"]


def test_weeks_turn_on_mondays(kind: str) -> None:
    assert [week_of(date(2006, 1, day)) for day in (1, 2)] == ["2005-W52", "2006-W01"]
