"""Drafts: one writer's alone, sealed, kept for seven days, gone with the person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.working.drafts import AHEAD, KEPT_FOR, Draft

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DRAFT = Draft(
    "form-1", "ann", "X123456/1", "record/ContactLogged", {"note": ["Zoë's sister rang"]}, 7, 8, True, "/desk"
)

pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(empty_database)
    yield opened
    opened.close()


def test_a_draft_is_kept_as_it_was_for_seven_days(register: AccountRegister) -> None:
    register.drafts.keep(DRAFT, NOW)
    assert register.drafts.find("form-1", "ann", NOW) == replace(DRAFT, kept_at=NOW)
    assert register.drafts.find("form-1", "ann", NOW + KEPT_FOR - timedelta(seconds=1)) is not None
    assert register.drafts.find("form-1", "ann", NOW + KEPT_FOR) is None
    assert register.drafts.find("form-1", "ann", NOW - AHEAD - timedelta(seconds=1)) is None, "the clock was set back"
    changed = replace(DRAFT, typed={"note": ["His sister rang"]})
    register.drafts.keep(changed, NOW + timedelta(hours=1))
    (kept,) = register.drafts.of("ann", NOW + timedelta(hours=2))
    assert (
        kept.typed == changed.typed
        and kept.revision != DRAFT.revision
        and kept.until == NOW + timedelta(hours=1) + KEPT_FOR
    )


def test_it_is_the_writers_alone(register: AccountRegister) -> None:
    register.drafts.keep(DRAFT, NOW)
    assert register.drafts.find("form-1", "ben", NOW) is None and register.drafts.of("ben", NOW) == []
    register.drafts.keep(replace(DRAFT, username="ben", typed={"note": ["mine"]}), NOW)
    register.drafts.throw_away("form-1", "ben")
    assert register.drafts.find("form-1", "ann", NOW) is not None, "nobody writes over another's draft, nor deletes it"


def test_nobody_reads_it_in_the_database_nor_gives_it_to_another(register: AccountRegister) -> None:
    register.drafts.keep(DRAFT, NOW)
    with register.engine.begin() as c:
        assert "sister" not in str(c.execute(sa.text("SELECT * FROM drafts")).all())
        c.execute(sa.text("UPDATE drafts SET username = 'ben'"))
    assert register.drafts.of("ben", NOW) == [] and register.drafts.of("ann", NOW) == []


def test_drafts_on_the_cases_of_a_person_are_forgotten(register: AccountRegister) -> None:
    others = [replace(DRAFT, id=f"form-{n}", reference=case) for n, case in enumerate(("X123456/2", "X123457/1"), 2)]
    for draft in (DRAFT, *others):
        register.drafts.keep(draft, NOW)
    register.drafts.forget("X123456")
    assert [draft.reference for draft in register.drafts.of("ann", NOW)] == ["X123457/1"]
    assert register.drafts.of("ann", NOW, "X123456/1") == []


def test_old_drafts_of_everybody_are_deleted_when_one_is_kept(register: AccountRegister) -> None:
    register.drafts.keep(DRAFT, NOW)
    register.drafts.keep(replace(DRAFT, id="form-2", username="ben"), NOW + KEPT_FOR)
    assert not register.drafts.is_somebodys("form-1") and register.drafts.is_somebodys("form-2")
