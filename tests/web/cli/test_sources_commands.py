"""Sources at the command line: registered, importing, refused, taken over."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.store.application import Files
from domain.store.lateness import LATE_TABLE
from domain.store.sources import source_named
from domain.store.stored_by import StoredBy
from tests.domain.importing.test_importer import GOOD, line
from tests.support.histories import PERSON
from web.cli import main
from web.cli.command_log import system_user

NOW = datetime.now(UTC)
TODAY = NOW.date().isoformat()
ME = system_user()
KENT = line("SupervisionStarted", "start", "2005-05-03", person=PERSON | {"crn": "K000001"}, order_type="community_order",
            area="Kent", division="East", team="Dover", officer="Al", officer_grade="po") | {"case": "K000001/1"}  # fmt: skip
CALL = line("ContactLogged", "call", contact_type="telephone") | {"case": "K000001/1"}


class Shell:
    def __init__(self, database: str, folder: Path):
        self.database, self.path = database, folder / "night.ndjson"

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database", self.database], catch_exceptions=False)

    def take(self, lines: list[dict[str, Any]], *options: str) -> Result:
        self.path.write_text("".join(json.dumps(one) + "\n" for one in lines))
        return self.run("import", str(self.path), *options)

    def actors(self) -> set[StoredBy]:
        with closing(Files.open(self.database)) as files:
            query = "SELECT DISTINCT actor FROM stored_events WHERE topic NOT LIKE 'register.%'"
            return {StoredBy.read(actor) for (actor,) in files.recorder.rows_of(query)}

    def late(self) -> int:
        with closing(Files.open(self.database)) as files:
            return int(files.recorder.rows_of(f"SELECT coalesce(sum(entries), 0) FROM {LATE_TABLE}")[0][0])


@pytest.fixture
def shell(empty_database: str, tmp_path: Path) -> Iterator[Shell]:
    Files.open(empty_database).close()
    return Shell(empty_database, tmp_path)  # type: ignore[return-value]


@pytest.mark.both
def test_a_registered_source_imports_and_is_on_record(shell: Shell) -> None:
    said = shell.run("sources", "add", "crams", "--user", ME, "--normal-delay", "3").output
    assert said == f"crams is registered: all areas; up to 3 days are normal; imports by {ME}\n"
    assert "3 entries stored" in shell.take(GOOD, "--source", "crams").output
    (by,) = shell.actors()
    assert (by.source, by.taking_over, by.account) == ("crams", False, "")
    assert by.operator.startswith(ME) and by.operator.endswith(": import")
    assert shell.late() == 3


def test_who_may_not_import_for_a_source_is_told_who_may(shell: Shell) -> None:
    shell.run("sources", "add", "crams", "--user", "somebody-else")
    refused = shell.take(GOOD, "--source", "crams")
    assert refused.exit_code == 2 and not shell.actors()
    assert f"the system's user {ME} may not import for crams; who may: somebody-else" in refused.stderr


def test_no_variable_of_the_shell_makes_somebody_else_of_the_user(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    shell.run("sources", "add", "crams", "--user", "somebody-else")
    assert shell.take(GOOD, "--source", "crams").exit_code == 2


@pytest.mark.parametrize("name", ["night", "no name", "source x, jo"])
def test_a_source_that_is_not_registered_is_refused_where_it_is_named(shell: Shell, name: str) -> None:
    refused = shell.take(GOOD, "--source", name)
    assert refused.exit_code == 2 and name in refused.stderr and not shell.actors()


@pytest.mark.both
def test_a_line_of_another_area_is_refused_by_itself(shell: Shell) -> None:
    """The beginning of the case, a later line of it, and a correction that would move a case there."""
    shell.take([KENT])
    shell.run("sources", "add", "crams", "--user", ME, "--area", "Gloucestershire", "--area", "Avon")
    moved = line("EntryCorrected", "moved", of="start", fields={"area": "Kent"})
    other = KENT | {"case": "K000002/1", "person": PERSON | {"crn": "K000002"}}
    found = shell.take([*GOOD, moved, CALL, other], "--source", "crams")
    why = "is no area for which crams imports (only Avon, Gloucestershire)"
    assert found.stderr.splitlines() == [
        f"night.ndjson:4: fields.area: Kent {why}",
        f"night.ndjson:5: case: K000001/1 is of Kent, which {why}",
        f"night.ndjson:6: area: Kent {why}",
    ]
    assert found.exit_code == 1 and "3 entries stored" in found.output


def test_no_source_draws_a_case_of_another_area_to_its_own(shell: Shell) -> None:
    shell.take([KENT])
    shell.run("sources", "add", "crams", "--user", ME, "--area", "Avon")
    place = {"area": "Avon", "division": "d", "team": "t", "officer": "o", "officer_grade": "po"}
    held = line("CaseAllocated", "held", **place) | {"case": "K000001/1"}
    found = shell.take([held, CALL], "--source", "crams")
    assert [one.split(": ")[0] for one in found.stderr.splitlines()] == ["night.ndjson:1", "night.ndjson:2"]


@pytest.mark.both
def test_a_first_load_is_taken_over_and_never_late(shell: Shell) -> None:
    shell.run("sources", "add", "crams", "--user", ME)
    said = shell.run("sources", "take-over", "crams", "--cut-over", TODAY).output
    assert "Declared alone" in said
    assert "; taken over from crams" in shell.take(GOOD, "--source", "crams").output
    (by,) = shell.actors()
    assert by.taking_over and shell.late() == 0
    assert "declared alone" in shell.run("sources", "list").output
    with closing(AccountRegister(shell.database)) as register:
        (asked,) = register.requests.still_open(NOW)
        assert (asked.kind, asked.subject, asked.alone, asked.asked_by) == ("taking over", "crams", True, "operator")
    assert shell.take([KENT], "--source", "crams", "--ordinary").exit_code == 0
    assert shell.late() == 1


def test_of_a_taking_over_of_some_areas_others_are_told_how_to_import(shell: Shell) -> None:
    shell.run("sources", "add", "crams", "--user", ME)
    shell.run("sources", "take-over", "crams", "--cut-over", TODAY, "--area", "Gloucestershire")
    found = shell.take([KENT], "--source", "crams")
    assert "area: Kent is not being taken over by crams (only Gloucestershire); import it" in found.stderr
    assert "--ordinary" in found.stderr
    assert "1 entry stored" in shell.take([KENT], "--source", "crams", "--ordinary").output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--cut-over", f"{NOW.date() + timedelta(days=95)}"), "within 92 days"),
        (("--cut-over", f"{NOW.date() - timedelta(days=95)}"), "within 92 days"),
        (("--cut-over", TODAY, "--area", "Kent"), "Kent is no area of crams (Avon)"),
        (("--close",), "nothing of crams is being taken over now"),
        ((), "name the day"),
    ],
)
def test_what_cannot_be_taken_over_is_said(shell: Shell, options: tuple[str, ...], why: str) -> None:
    shell.run("sources", "add", "crams", "--area", "Avon")
    found = shell.run("sources", "take-over", "crams", *options)
    assert found.exit_code == 2 and why in found.stderr.replace("\n", " ")


def test_a_taking_over_is_closed_and_declared_once_at_a_time(shell: Shell) -> None:
    shell.run("sources", "add", "crams", "--user", ME)
    shell.run("sources", "take-over", "crams", "--cut-over", TODAY)
    assert "open already" in shell.run("sources", "take-over", "crams", "--cut-over", TODAY).stderr
    assert shell.run("sources", "take-over", "crams", "--close").exit_code == 0
    with closing(Files.open(shell.database)) as files:
        assert source_named(files, "crams").taking_over(NOW) is None
    shell.take(GOOD, "--source", "crams")
    assert shell.late() == 3


def test_an_account_that_is_none_is_named(shell: Shell) -> None:
    assert "there is no account 'nobody.1'" in shell.run("sources", "add", "crams", "--account", "nobody.1").stderr
    assert "no name of a source" in shell.run("sources", "add", "a name").stderr.replace("\n", " ")
