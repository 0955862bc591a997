"""``caseaudit bundle``, checked by the program that knows nothing of caseaudit: it proves what is so, and finds any change."""

import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.accounts.access_log import AccessLog
from domain.entries.schemas import load_entry
from domain.proof.key_succession import key_set
from domain.proof.signing_key import IN_FILE, make_signing_key
from domain.store.application import Files
from domain.store.database import Database
from domain.store.record_keys import current_key, record_name, set_key
from tools import check_bundle
from web.cli import main

pytestmark = pytest.mark.both

CASE = "A504771/1"
MOMENT = ("--as-at", "2005-10-03")
PROGRAM = Path(check_bundle.__file__)

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(IN_FILE, raising=False)


@pytest.fixture
def run(own_database: Path | str) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", str(own_database)])
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def key(run: Run, tmp_path: Path) -> Path:
    """The file with the public key, kept elsewhere."""
    (path := tmp_path / "vkey").write_text(run("keys", "make").stdout)
    return path


@pytest.fixture
def made(run: Run, key: Path, tmp_path: Path) -> Path:
    """A bundle of a case, signed."""
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "bundle.json"))
    return tmp_path / "bundle.json"


Check = Callable[..., str]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs the program; gives what it prints, and asserts its exit code."""

    def call(*arguments: object, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["check_bundle.py", *map(str, arguments)])
        ended, words = 0, ""
        capsys.readouterr()
        try:
            check_bundle.main()
        except SystemExit as error:
            ended, words = (1, error.code) if isinstance(error.code, str) else (int(error.code or 0), "")
        said = "".join((*capsys.readouterr(), words))
        assert ended == code, said
        return said

    return call


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    """A bundle with something changed in it."""
    document = json.loads(path.read_text())
    change(document)
    (other := path.with_name("changed.json")).write_text(json.dumps(document))
    return other


def test_a_stranger_checks_a_case_without_our_program(made: Path, key: Path, tmp_path: Path) -> None:
    (program := tmp_path / "elsewhere" / "check.py").parent.mkdir()
    program.write_text(PROGRAM.read_text())
    told = subprocess.run(
        [sys.executable, "-I", str(program), str(made), "--key", str(key)], cwd=program.parent, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
    assert "leaves, is signed" in told.stdout
    assert re.search(r"proved: \d\d entries are shown as they were stored and corrected", told.stdout)
    assert "not proved: duties, answers and scores. caseaudit" in told.stdout
    assert made.stat().st_mode & 0o777 == 0o600


def test_a_bundle_holds_the_entries_as_stored_and_the_case_as_shown(
    run: Run, made: Path, own_database: Path | str
) -> None:
    document = json.loads(made.read_text())
    shown = json.loads(run("case", CASE, *MOMENT, "--format", "json").stdout)
    assert document["shown"] == shown and document["sheet"] is None
    with closing(Files.open(str(own_database))) as files:
        known = [
            fact
            for fact in files.read(CASE).entries.values()
            if fact.recorded_at < datetime(2005, 10, 3, 23, tzinfo=UTC)
        ]
    own = [entry for entry in document["entries"] if entry["file"] == CASE]
    assert [json.loads(b64decode(entry["state"]).split(b"\n")[0])["entry"] for entry in own] == [
        fact.entry for fact in known
    ]


def another_year(state: str) -> str:
    return b64encode(b64decode(state).replace(b"2005", b"2004")).decode()


def sealed(document: Any) -> Any:
    """The first entry with a text that is opened."""
    return next(entry for entry in document["entries"] if entry.get("texts"))


CHANGES: dict[str, Callable[[Any], object]] = {
    "the state": lambda d: d["entries"][5].update(state=another_year(d["entries"][5]["state"])),
    "when stored": lambda d: d["entries"][5].update(stored_at="2005-01-01T00:00:00.000000+00:00"),
    "an entry that is not shown": lambda d: d["shown"]["facts"].pop(0),
    "by whom": lambda d: d["entries"][5].update(actor="somebody else"),
    "the topic": lambda d: d["entries"][5].update(topic="case.note_added"),
    "the number in the file": lambda d: d["entries"][5].update(version=99),
    "the file": lambda d: d["entries"][5].update(file="A504771/2"),
    "the key of a text": lambda d: sealed(d)["texts"].update(dict.fromkeys(sealed(d)["texts"], b64encode(bytes(32)).decode())),
    "a text that is shown left closed": lambda d: sealed(d).pop("texts"),
    "the leaf": lambda d: d["entries"][5].update(number=d["entries"][5]["number"] + 1),
    "a leaf beyond the end": lambda d: d["entries"][5].update(number=10**9),
    "the proof": lambda d: d["entries"][5]["proof"].reverse(),
    "a proof too short": lambda d: d["entries"][5]["proof"].pop(),
    "a proof too long": lambda d: d["entries"][5]["proof"].append(d["entries"][5]["proof"][0]),
    "when it is shown to be stored": lambda d: next(iter(d["shown"]["stored"].values())).update(at="2005-01-01T00:00:00+00:00"),
    "by whom it is shown to be stored": lambda d: next(iter(d["shown"]["stored"].values())).update(by="somebody"),
    "what is shown": lambda d: d["shown"]["facts"][4].update(occurred_on="2005-01-01"),
    "an entry shown that is not stored": lambda d: d["shown"]["facts"].append({**d["shown"]["facts"][4], "entry": "made up"}),
    "an entry that is shown left out": lambda d: d["entries"].pop(5),
    "the root": lambda d: d.update(checkpoint=re.sub(r"\n[A-Za-z0-9+/=]{44}\n", "\n" + "A" * 43 + "=\n", d["checkpoint"])),
    "the size": lambda d: d.update(checkpoint=re.sub(r"\n(\d+)\n", r"\n1\1\n", d["checkpoint"])),
    "the origin": lambda d: d.update(checkpoint=d["checkpoint"].replace("/entries\n", "/other\n", 1)),
    "the signature left out": lambda d: d.update(checkpoint=d["checkpoint"].partition("\n\n")[0] + "\n"),
}  # fmt: skip


def test_whatever_is_changed_in_a_bundle_is_found(made: Path, key: Path, check: Check) -> None:
    check(made, "--key", key)
    for what, change in CHANGES.items():
        said = check(changed(made, change), "--key", key, code=1)
        assert "NOT AS IT MUST BE" in said, what


def test_a_bundle_opens_only_the_texts_that_it_shows(
    run: Run, key: Path, check: Check, tmp_path: Path, own_database: Path | str
) -> None:
    at = {"occurred_on": "2005-09-01", "recorded_at": "2005-09-01T09:00:00+00:00"}
    noted = {"entry": "n1", **at, "from": "medium", "to": "high", "reason": "What was said at first."}
    gone = {**noted, "entry": "n2", "reason": "Of somebody else."}
    corrected = {"entry": "n3", **at, "of": "n1", "fields": {"reason": "What is right."}}
    withdrawn = {"entry": "n4", **at, "of": "n2", "reason": "another file"}
    facts = [load_entry("RiskLevelChanged", noted), load_entry("RiskLevelChanged", gone), load_entry("EntryCorrected", corrected),
             load_entry("EntryWithdrawn", withdrawn)]  # fmt: skip
    with closing(Files.open(str(own_database))) as files:
        files.record(CASE, facts, actor="test")
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "b"))
    check(tmp_path / "b", "--key", key)
    document = json.loads((tmp_path / "b").read_text())
    texts = {
        json.loads(b64decode(one["state"]).split(b"\n")[0]).get("entry"): one.get("texts")
        for one in document["entries"]
    }
    assert texts["n1"] is None and texts["n2"] is None and list(texts["n3"]) == ["fields.reason"]
    assert "What is right." in (tmp_path / "b").read_text() and "Of somebody else" not in (tmp_path / "b").read_text()


def test_of_an_erased_person_the_entries_are_proved_and_no_text_opens(
    run: Run, key: Path, check: Check, tmp_path: Path, own_database: Path | str
) -> None:
    with closing(Files.open(str(own_database))) as files:
        files.keys.destroy(CASE.partition("/")[0])
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "b"))
    assert "entries are shown as they were stored" in check(tmp_path / "b", "--key", key)
    document = json.loads((tmp_path / "b").read_text())
    assert not any(entry.get("texts") for entry in document["entries"]) and "[erased]" in (tmp_path / "b").read_text()


def test_what_is_no_bundle_cannot_be_read(made: Path, key: Path, check: Check, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for bundle in (tmp_path / "text", tmp_path / "gone", changed(made, lambda d: d.pop("shown"))):
        assert "cannot be read" in check(bundle, "--key", key, code=2)
    assert "cannot be read" in check(made, "--key", tmp_path / "text", code=2)


def test_without_a_key_from_elsewhere_it_says_what_is_not_proved(made: Path, check: Check) -> None:
    said = check(made)
    assert "not proved: the checkpoint of" in said and "not proved: that this is the record's own checkpoint" in said


def test_the_key_of_another_record_proves_nothing(made: Path, check: Check, tmp_path: Path) -> None:
    record = "host.example/caseaudit/" + "0" * 32
    own = json.loads(made.read_text())["checkpoint"].split("/entries")[0]
    for name in (record, own):
        other, _ = make_signing_key(record)
        (tmp_path / "other").write_text(f"{other.verifier(f'{name}/entries')}\n")
        assert "signed by no key of VKEYFILE" in check(made, "--key", tmp_path / "other", code=1)


def test_a_key_from_before_a_rotation_is_enough_and_from_before_a_loss_is_not(
    run: Run, key: Path, check: Check, tmp_path: Path, own_database: Path | str
) -> None:
    run("keys", "rotate")
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "rotated"))
    assert "is signed" in check(tmp_path / "rotated", "--key", key)
    forged = changed(tmp_path / "rotated", lambda d: d["entries"].pop(1))  # the entry that sets the second key
    assert "signed by no key" in check(forged, "--key", key, code=1)
    with closing(Files.open(str(own_database))) as files:
        record, lost = record_name(files), current_key(files)
        new, _ = make_signing_key(record)
        set_key(files, key_set(datetime.now(UTC), record, new, lost, "the disk broke", "ann", "bo"), actor="bo")
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "replaced"))
    assert "signed by no key" in check(tmp_path / "replaced", "--key", key, code=1)
    (tmp_path / "new").write_text(run("keys", "show").stdout)
    assert "is signed" in check(tmp_path / "replaced", "--key", tmp_path / "new")


def test_a_bundle_is_proved_up_to_a_checkpoint_that_a_witness_keeps(
    run: Run, key: Path, check: Check, tmp_path: Path, own_database: Path | str
) -> None:
    (outside := tmp_path / "outside").mkdir()
    run("checkpoint", "--to", str(outside))
    (kept,) = outside.iterdir()
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "now"))
    dated = {"occurred_on": "2005-12-20", "recorded_at": "2005-12-20T09:00:00+00:00"}
    note = {"entry": "late", **dated, "from": "medium", "to": "high", "reason": "other"}
    with closing(Files.open(str(own_database))) as files:
        files.record(CASE, [load_entry("RiskLevelChanged", note)], actor="test")
    run("bundle", CASE, *MOMENT, "--checkpoint", str(kept), "--output", str(tmp_path / "up-to"))
    check(tmp_path / "up-to", "--key", key, "--checkpoint", kept)
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "later"))
    assert "not the one that was kept" in check(tmp_path / "later", "--checkpoint", kept, code=1)
    told = run(
        "bundle", CASE, "--as-at", "2005-12-21", "--checkpoint", str(kept), "--output", str(tmp_path / "x"), code=2
    ).output
    assert f"{CASE}, entry" in told and "was stored after the checkpoint" in told and not (tmp_path / "x").exists()


def test_a_checkpoint_that_is_not_of_this_record_is_refused(run: Run, tmp_path: Path) -> None:
    (other := tmp_path / "other").write_text(
        "elsewhere.example/caseaudit/" + "0" * 32 + "/entries\n5\n" + "A" * 43 + "=\n"
    )
    told = run("bundle", CASE, "--checkpoint", str(other), "--output", str(tmp_path / "x"), code=2).output
    assert "the checkpoint is of elsewhere.example" in told
    own = run("checkpoint").stdout.partition("\n")[0]
    for size, words in ((7, "something before it was changed"), (99_999_999, "an older copy was put back")):
        other.write_text(f"{own}\n{size}\n{'A' * 43}=\n")
        told = run("bundle", CASE, "--checkpoint", str(other), "--output", str(tmp_path / "x"), code=2).output
        assert words in told
    other.write_text("nothing")
    assert (
        "the note is not whole"
        in run("bundle", CASE, "--checkpoint", str(other), "--output", str(tmp_path / "x"), code=2).output
    )


def test_an_inspections_bundle_has_its_sheet_and_every_judgement_it_rests_on(
    run: Run, key: Path, check: Check, tmp_path: Path
) -> None:
    run("bundle", CASE, "--inspection", "gloucestershire-2005", "--output", str(tmp_path / "b"))
    check(tmp_path / "b", "--key", key)
    document = json.loads((tmp_path / "b").read_text())
    sheet = json.loads(run("score", "--inspection", "gloucestershire-2005", "--format", "json").stdout)
    assert document["sheet"] == sheet
    stored = {json.loads(b64decode(entry["state"]).split(b"\n")[0]).get("entry") for entry in document["entries"]}
    named = {
        reason["entry"] for answer in document["shown"]["answers"] for reason in answer["because"] if "entry" in reason
    }
    assert named and named <= stored


def test_no_file_is_written_over_and_no_case_made_up(run: Run, made: Path, own_database: Path | str) -> None:
    before = made.read_bytes()
    assert "cannot be made (File exists)" in run("bundle", CASE, "--output", str(made), code=2).output
    assert made.read_bytes() == before
    assert (
        "there is no case B999999/1" in run("bundle", "B999999/1", "--output", str(made.with_name("n")), code=2).output
    )


def test_a_bundle_is_a_line_of_the_access_log(run: Run, own_database: Path | str, tmp_path: Path) -> None:
    run("bundle", CASE, *MOMENT, "--output", str(tmp_path / "b"))
    with closing(AccessLog(Database.at(str(own_database)))) as log:
        line = next(log.lines(limit=1))
    assert (line.action, line.references, line.username) == ("downloaded", (CASE,), "operator")
