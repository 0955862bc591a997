"""Holds, erasures and redactions at the command line."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.kept_accounts import By
from domain.accounts.roles import Account
from domain.entries.case_entries import Entry
from domain.entries.person_entries import PersonErased, person_file
from domain.sealing.sealed_fields import ERASED, REDACTED
from domain.store.application import Files
from domain.store.preparation import begin_sealing
from projections.cases.case_repository import CaseRepository
from projections.cases.erasure_check import hindrances
from tests.domain.store.test_sealed_record import about, contact, read_now
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, facts_of
from web.cli import main

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
LINKED = "K000001"
NOW = datetime.now(UTC)
ENDED = about("SupervisionEnded", "end", reason="completed")


class Shell:
    def __init__(self, database: str):
        self.database = database

    def run(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, [*arguments, "--database", self.database], input=typed, catch_exceptions=False)

    def record(self, *facts: Entry, case: str = CASE) -> None:
        with closing(Files.open(self.database)) as files:
            files.record(case, facts, actor="test", now=NOW)

    def reads(self) -> str:
        with closing(Files.open(self.database)) as files:
            return str(read_now(files)["e1"]["note"])

    def account(self, username: str, area: str) -> None:
        with closing(AccountRegister(self.database)) as register:
            register.add(Account(username, username, "area_manager", (area,)), by=By("test", NOW))


@pytest.fixture
def shell(empty_database: str) -> Iterator[Shell]:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        files.record(CASE, [*facts_of([BEGINNING]), contact("came round")], actor="test", now=NOW)
    yield Shell(empty_database)


def test_a_current_case_is_not_erased(shell: Shell) -> None:
    said = shell.run("erase", CRN, "--reason", "asked for", "--yes")
    assert said.exit_code == 1 and f"{CASE} is current" in said.output
    assert shell.reads() == "came round"


def test_one_that_has_ended_is_erased_alone_where_nobody_could_confirm_it(shell: Shell) -> None:
    shell.record(ENDED)
    assert shell.run("erase", CRN, "--reason", "past its time", typed="n\n").exit_code == 1
    assert shell.reads() == "came round"
    said = shell.run("erase", CRN, "--reason", "past its time", typed="y\n")
    assert said.exit_code == 0
    for words in (
        "Access limited",
        "pseudonymous, not anonymous",
        "marked as done alone",
        f"{CRN} is erased",
        "Backups",
    ):
        assert words in said.output
    assert shell.reads() == ERASED
    with closing(AccountRegister(shell.database)) as register:
        (asked,) = register.requests.every()
        assert (asked.kind, asked.subject, asked.alone) == ("person erased", CRN, True)
    with closing(Files.open(shell.database)) as files:
        (fact,) = files.entered(person_file(CRN))
        assert isinstance(fact, PersonErased) and (fact.reason, fact.confirmed_by) == ("past its time", None)


def test_it_waits_for_a_second_person_who_answers_for_the_case(shell: Shell) -> None:
    shell.record(ENDED)
    shell.account("far", "Kent")
    shell.account("near", str(BEGINNING["area"]))
    said = shell.run("erase", CRN, "--reason", "past its time", "--yes")
    assert said.exit_code == 0 and "second person must confirm" in said.output
    assert shell.reads() == "came round"
    assert "waits on the page Requests" in shell.run("erase", CRN, "--reason", "past its time", "--yes").output


def test_a_manager_elsewhere_is_no_second_person(shell: Shell) -> None:
    shell.record(ENDED)
    shell.account("far", "Kent")
    assert "done alone" in shell.run("erase", CRN, "--reason", "past its time", "--yes").output


def test_a_hold_keeps_everything(shell: Shell) -> None:
    shell.record(ENDED)
    assert f"{CASE} is held until 2999-01-01: inquest (operator" in shell.run(
        "hold", CASE, "--reason", "inquest", "--until", "2999-01-01").output  # fmt: skip
    assert "inquest" in shell.run("hold", "--list").output
    assert "inquest" in (said := shell.run("erase", CRN, "--reason", "r", "--yes")).output and said.exit_code == 1
    assert (
        "inquest" in (said := shell.run("redact", CASE, "e1", "note", "--reason", "r")).output and said.exit_code == 1
    )
    assert shell.reads() == "came round"
    assert shell.run("hold", CRN, "--lift", "--reason", "r").exit_code == 2  # the hold is on the case
    assert shell.run("hold", CASE, "--lift", "--reason", "over").exit_code == 0
    assert "nothing is held" in shell.run("hold", "--list").output
    assert shell.run("erase", CRN, "--reason", "r", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["hold", CRN], "--reason"),
        (["hold", "Z999999", "--reason", "r"], "no case of Z999999"),
        (["hold", f"{CRN}/9", "--reason", "r"], "there is no case"),
        (["hold", CASE, "--reason", "r", "--until", "2001-01-01"], "is over"),
        (["hold", "x", "--reason", "r"], "write it like X123456, or a case"),
        (["erase", CASE, "--reason", "r"], "is no CRN"),
        (["erase", "Z999999", "--reason", "r", "--yes"], "no case of Z999999"),
        (["redact", CRN, "e1", "note", "--reason", "r"], "name the case"),
    ],
)
def test_what_cannot_be_done_is_said(shell: Shell, given: list[str], why: str) -> None:
    said = shell.run(*given)
    assert said.exit_code == 2 and why in said.output


def test_each_linked_crn_is_asked_for(shell: Shell) -> None:
    start = facts_of([BEGINNING | {"person": BEGINNING["person"] | {"crn": LINKED}}])
    shell.record(*start, case=f"{LINKED}/1")
    shell.record(about("PersonLinked", "l", crn=LINKED, reason="the same prints"), ENDED)
    said = shell.run("erase", CRN, "--reason", "r", "--yes")
    assert (
        f"{LINKED} is linked" in said.output
        and "It cannot be erased" in said.output
        and f"{CRN} is erased" in said.output
    )
    with closing(Files.open(shell.database)) as files:
        assert not files.keys.of([LINKED])[LINKED].is_destroyed
    shell.record(about("SupervisionEnded", "end", reason="completed"), case=f"{LINKED}/1")
    said = shell.run("erase", LINKED, "--reason", "r", "--yes", "--not-linked")
    assert f"{CRN} is linked" in said.output and f"{LINKED} is erased" in said.output


def test_one_text_is_redacted(shell: Shell) -> None:
    assert shell.run("redact", CASE, "e1", "actions.0", "--reason", "r").exit_code == 1
    said = shell.run("redact", CASE, "e1", "note", "--reason", "names a neighbour")
    assert said.exit_code == 0 and "done alone" in said.output and "is redacted" in said.output
    assert shell.reads() == REDACTED


def test_what_was_handed_out_is_listed_by_role(shell: Shell) -> None:
    shell.record(ENDED)
    shell.account("near", str(BEGINNING["area"]))
    with closing(AccountRegister(shell.database)) as register:
        register.log.add(NOW, register.account("near"), "downloaded", references=[CASE], route="caseload.table")
    assert shell.run("export", "--case", CASE).exit_code == 0
    said = shell.run("erase", CRN, "--reason", "r", typed="n\n").output
    assert f"{NOW.date()}: caseload.table, area_manager" in said and f"{NOW.date()}: export, operator" in said


def test_a_case_in_an_inspection_that_is_not_published_is_not_erased(own_database: Path | str) -> None:
    """The samples are published but for what a test takes back: the opening alone is no publication."""
    with closing(Files.open(str(own_database))) as files:
        book = CaseRepository(files)
        name = next(iter(book.inspections))
        case = book.inspection(name).sample[0]
        ended = datetime(2030, 1, 1, tzinfo=UTC).date()
        assert not [why for why in hindrances(book, case.partition("/")[0], ended) if "inspection" in why]
        book.inspection(name).published = None
        assert f"{case} is in the inspection {name}, which is not published" in hindrances(
            book, case.partition("/")[0], ended
        )


def test_nothing_is_disclosed_without_the_keys(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "keys" / "store"
    monkeypatch.setenv("CASEAUDIT_KEY_STORE", str(store))
    moved = shell.run("keys", "move")
    assert moved.exit_code == 0, moved.output
    store.unlink()
    said = shell.run("disclose", CRN, "--output", str(tmp_path / "draft"))
    assert said.exit_code == 1 and "Nothing is written without the texts" in said.output
    assert not (tmp_path / "draft").exists()


def test_a_draft_of_a_disclosure(shell: Shell, tmp_path: Path) -> None:
    shell.account("near", str(BEGINNING["area"]))
    with closing(AccountRegister(shell.database)) as register:
        register.log.add(
            NOW, register.account("near"), "viewed", references=[CASE], route="cases.show", purpose="supervision"
        )
    said = shell.run("disclose", CRN, "--output", str(tmp_path / "draft"))
    assert said.exit_code == 0 and "not to hand over as it stands" in said.output
    found = json.loads((tmp_path / "draft" / "draft.json").read_text())
    page = (tmp_path / "draft" / "draft.html").read_text()
    start, noted = found["cases"][0]["entries"]
    assert start["person"]["name"] == BEGINNING["person"]["name"] and not start["check"]
    assert noted["note"] == "came round" and list(noted["check"]) == ["note"]
    assert "came round" in page and "may be about somebody else" in page and str(BEGINNING["person"]["name"]) in page
    told = json.dumps(found) + page
    assert str(BEGINNING["officer"]) not in told and "near" not in told  # staff by role
    assert {"day": str(NOW.date()), "role": "area_manager", "for": "supervision", "what": "viewed"} in found["readers"]
    assert "section 45" in found["law"] and "recalled, not seen" in found["law"]
    assert (tmp_path / "draft" / "draft.json").stat().st_mode & 0o077 == 0
    with closing(AccountRegister(shell.database)) as register:
        line = next(register.log.lines(person=CRN, limit=1))
    assert (line.action, line.route, line.username) == ("downloaded", "disclose", "operator")
    assert "is not empty" in shell.run("disclose", CRN, "--output", str(tmp_path / "draft")).output
    assert "no case of Z999999" in shell.run("disclose", "Z999999", "--output", str(tmp_path / "other")).output


def test_a_text_of_the_draft_is_no_markup(shell: Shell, tmp_path: Path) -> None:
    shell.record(contact("<script>alert(1)</script>", "e2"))
    shell.run("disclose", CRN, "--output", str(tmp_path / "draft"))
    assert "<script>" not in (tmp_path / "draft" / "draft.html").read_text()
