"""An inspection is scored by the texts of policy that its freeze keeps, whatever is laid over later, here and elsewhere."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.inspection_entries import InspectionFrozen, PolicyKept
from domain.policy import policy_folders
from domain.policy.cited_documents import FRAMEWORKS, STANDARDS, PolicyError
from domain.policy.frameworks import kept_framework
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.frameworks.kept_framework import framework_by, texts_in_force
from domain.policy.kept_texts import KeptText, KeptTexts, digest_of_text
from domain.policy.practice import practice
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import damaged_texts
from projections.inspections.sample_scores import score_inspection
from tests.support.people import opens, post, signed_in
from tests.support.tampering import Intruder
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, app, file, lead
from web.app import create_app
from web.cli import main
from web.inspections.report_proof import verify_report
from web.presentation.policy_words import BY_KEPT, BY_THE_PROGRAM, BY_THOSE_IN_FORCE

__all__ = ["app", "lead"]

NAME = "october-audit"
Lay = Callable[..., None]


@pytest.fixture
def lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lay:
    """Lays folders over that replace a framework or an edition by its own text with some words changed."""
    made = 0

    def laid(kind: str, name: str, was: str, now: str) -> None:
        nonlocal made
        made += 1
        folder = tmp_path / f"over-{made}"
        (folder / kind).mkdir(parents=True)
        text = shipped(kind, name)
        assert was in text
        head = f'replaces: "{name}"\nreason: a trial\n'
        (folder / kind / "ours.yaml").write_text(head + text.replace(was, now), encoding="utf-8")
        before = [] if made == 1 else [str(tmp_path / f"over-{one}") for one in range(1, made)]
        monkeypatch.setenv(policy_folders.IN_ENVIRONMENT, ":".join([*before, str(folder)]))

    return laid


def shipped(kind: str, name: str) -> str:
    where = FRAMEWORKS / f"{name}.yaml" if kind == "frameworks" else STANDARDS / f"ns-{name}.yaml"
    return where.read_text(encoding="utf-8")


def frozen(lead: FlaskClient, *, title: str = "October audit") -> None:
    opens(lead, **{**OPENED, "title": title})
    where = f"/inspections/{title.lower().replace(' ', '-')}"
    post(lead, f"{where}/frame", **FRAME)
    post(lead, f"{where}/sample", **SAMPLE)
    post(lead, f"{where}/freeze")


@pytest.fixture
def published(lead: FlaskClient) -> FlaskClient:
    """An audit that was frozen and published by what ships."""
    frozen(lead)
    post(lead, f"{AUDIT}/publish")
    return lead


def printed(book: CaseRepository, name: str) -> list[int | None]:
    """The figures of an inspection as printed."""
    return [c.printed for section in score_inspection(book, name).score.sections for c in section.criteria]


def run(*command: str) -> Result:
    return CliRunner().invoke(main, list(command))


OTHER = ("frameworks", "esi-2003", "aggregation: mean_of_questions", "aggregation: pooled")
"""A framework of the same id that gives other figures."""
TIGHTER = ("standards", "2005", "allow: 15 working days", "allow: 1 working day")
"""An edition of the same id by which other duties are met."""


# ---------------------------------------------------------------- what a freeze keeps


def test_a_freeze_keeps_each_text_under_its_digest_and_names_it(lead: FlaskClient) -> None:
    frozen(lead)
    entries = file(lead, NAME)
    kept = [fact for fact in entries if isinstance(fact, PolicyKept)]
    (freeze,) = [fact for fact in entries if isinstance(fact, InspectionFrozen)]
    assert freeze.policy == [fact.entry for fact in kept] and len(kept) == len(texts_in_force("esi-2003").texts)
    assert all(sha256(fact.text.encode()).hexdigest() == fact.entry for fact in kept)
    by = {(fact.kind, fact.named): fact.text for fact in kept}
    assert by["frameworks", "esi-2003"] == shipped("frameworks", "esi-2003")
    assert by["standards", "2005"] == shipped("standards", "2005")
    assert {"practice", "tiering"} <= {kind for kind, _ in by}
    assert BY_THOSE_IN_FORCE in lead.get(AUDIT).text
    page = lead.get(f"{AUDIT}/policy").text
    assert all(fact.entry in page for fact in kept) and "No longer in force" not in page
    download = lead.get(f"{AUDIT}/policy/texts/{kept[0].entry}")
    assert download.data == kept[0].text.encode()
    assert lead.get(f"{AUDIT}/policy/texts/{'0' * 64}").status_code == 404


def test_the_policy_of_an_inspection_that_is_not_published_is_there_for_those_who_run_it(
    app: Flask, lead: FlaskClient
) -> None:
    frozen(lead)
    (kept, *_) = [fact.entry for fact in file(lead, NAME) if isinstance(fact, PolicyKept)]
    for address in (f"{AUDIT}/policy", f"{AUDIT}/policy/texts/{kept}"):
        seen = {
            user: signed_in(app, user).get(address).status_code
            for user in ("j.hartnell", "c.whitlock", "t.adeyemi", "s.brandt")
        }
        assert seen == {"j.hartnell": 200, "c.whitlock": 404, "t.adeyemi": 404, "s.brandt": 403}, address
    post(lead, f"{AUDIT}/publish")
    assert signed_in(app, "t.adeyemi").get(f"{AUDIT}/policy/texts/{kept}").status_code == 200


def test_a_framework_on_the_base_of_another_keeps_both() -> None:
    kept = {(one.kind, one.id) for one in texts_in_force("hmip-2018").texts}
    assert {("frameworks", "hmip-2018"), ("frameworks", "esi-2003")} <= kept


def test_a_freeze_of_before_is_scored_by_the_program_and_says_so(seen_app: Flask) -> None:
    page = signed_in(seen_app, "j.hartnell").get("/inspections/gloucestershire-2005")
    assert BY_THE_PROGRAM in page.text
    assert BY_THE_PROGRAM in signed_in(seen_app, "j.hartnell").get("/inspections/gloucestershire-2005/policy").text


# ---------------------------------------------------------------- what is laid over later


@pytest.mark.both
@pytest.mark.parametrize("over", [OTHER, TIGHTER])
def test_what_is_laid_over_after_the_freeze_moves_no_figure(
    published: FlaskClient, own_database: Path | str, tmp_path: Path, lay: Lay, over: tuple[str, str, str, str]
) -> None:
    address = str(own_database)
    report = tmp_path / "report.json"
    report.write_bytes(published.get(f"{AUDIT}/published/json").data)
    with closing(Files.open(address)) as files:
        before = printed(CaseRepository(files), NAME)
    lay(*over)
    frozen(published, title="November audit")
    with closing(Files.open(address)) as files:
        book = CaseRepository(files)
        assert printed(book, NAME) == before
        assert printed(book, "november-audit") != before, "the same sample by the new text has other figures"
        proof = verify_report(book, report)
        assert proof.differs == [] and "byte for byte" in proof.said[0]
        assert book.inspection(NAME).framework.kept is not None
        assert book.inspection("november-audit").framework.kept is None
    named = f"the {over[0][:-1] if over[0] == 'frameworks' else 'edition'} {over[1]} (SHA-256 "
    for page in (AUDIT, f"{AUDIT}/report"):
        text = published.get(page).text
        assert BY_KEPT in text and named in text and "comes out today" not in text
    assert "texts of policy that were kept" in published.get(f"{AUDIT}/criteria/B2").text
    assert "texts of policy that were kept" in published.get(f"{AUDIT}/questions/plan-reviewed").text
    assert "No longer in force" in published.get(f"{AUDIT}/policy").text
    assert "texts of policy that were kept" not in published.get("/inspections/november-audit/criteria/B2").text


def test_the_command_scores_by_the_kept_texts_and_an_unfrozen_inspection_by_those_in_force(
    lead: FlaskClient, own_database: Path | str, lay: Lay
) -> None:
    address = ("--database", str(own_database))
    frozen(lead)
    opens(lead, **{**OPENED, "title": "December audit"})
    post(lead, "/inspections/december-audit/frame", **FRAME)
    post(lead, "/inspections/december-audit/sample", **SAMPLE)

    def scored(name: str) -> Any:
        result = run("score", "--inspection", name, "--format", "json", *address)
        return {
            key: json.loads(result.stdout)[key] for key in ("sections", "questions") if key in json.loads(result.stdout)
        }

    first = scored(NAME)
    assert first and scored("december-audit") == first
    lay(*OTHER)
    assert scored(NAME) == first != scored("december-audit")
    said = run("score", "--inspection", NAME, *address).stdout
    assert BY_KEPT in said and "the framework esi-2003 (SHA-256" in said and "the edition" not in said
    other = run("score", "--inspection", NAME, "--framework", "esi-2003", "--format", "json", *address)
    assert json.loads(other.stdout)["sections"] == first["sections"], "by its own id it is the inspection's own"


# ---------------------------------------------------------------- elsewhere


def exported(client: FlaskClient, name: str) -> list[dict[str, Any]]:
    """The lines of an inspection and of the cases of its sample."""
    address = client.application.config["DATABASE"]
    with closing(Files.open(address)) as files:
        cases = CaseRepository(files).inspection(name).sample
    made = [run("export", "--case", one, "--database", address) for one in (*cases, name)]
    return [json.loads(line) for result in made for line in result.stdout.splitlines()]


def imported(folder: Path, lines: list[dict[str, Any]]) -> tuple[str, Result]:
    """The address of a new record that takes these lines."""
    folder.mkdir(mode=0o700)
    path, address = folder / "lines.ndjson", str(folder / "case.sqlite")
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return address, run("import", str(path), "--database", address)


def figures_at(address: str, name: str) -> tuple[list[int | None], dict[str, tuple[int, int]]]:
    with closing(Files.open(address)) as files:
        score = score_inspection(CaseRepository(files), name).score
        return [c.printed for s in score.sections for c in s.criteria], {
            name: (q.sufficient, q.n) for name, q in score.questions.items()
        }


def test_an_export_carries_the_texts_to_a_record_that_has_no_such_framework(
    lead: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ours"
    (folder / "frameworks").mkdir(parents=True)
    text = shipped("frameworks", "esi-2003").replace("framework: esi-2003", "framework: ours").replace(*OTHER[2:])
    (folder / "frameworks" / "ours.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(policy_folders.IN_ENVIRONMENT, str(folder))
    opens(lead, **{**OPENED, "framework": "ours"})
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    post(lead, f"{AUDIT}/management", criterion="A1", step="adjust", to="Well met", reason="context")
    post(lead, f"{AUDIT}/freeze")
    before, lines = figures_at(lead.application.config["DATABASE"], NAME), exported(lead, NAME)
    assert "Added by the policy file ours.yaml" in lead.get(AUDIT).text
    monkeypatch.delenv(policy_folders.IN_ENVIRONMENT)
    assert "Added by the policy file ours.yaml" in lead.get(AUDIT).text
    address, taken = imported(tmp_path / "elsewhere", lines)
    assert (taken.exit_code, taken.stderr) == (0, "")
    assert figures_at(address, NAME) == before
    told = run("policy", "kept", "--database", address).stdout
    assert "the framework ours, not in force: october-audit" in told and "the edition 2005, in force" in told
    typed = [{**line, "framework": "none", "stored_at": None} for line in lines if line["type"] == "InspectionOpened"]
    typed = [{name: value for name, value in line.items() if value is not None} for line in typed]
    refused = imported(tmp_path / "typed", typed)[1]
    assert refused.exit_code == 1 and "there is no framework 'none'" in refused.stderr


def test_rules_of_practice_that_were_kept_hold_with_them_and_nowhere_else(loaded: Path) -> None:
    """No folder is laid over them, but a later version of the program may have others."""

    def with_work_from(weeks: int) -> Framework:
        text = shipped_practice.replace("value: 16\n", f"value: {weeks}\n")
        kept = KeptText("practice", "practice", text, digest_of_text(text))
        rest = [one for one in texts_in_force("esi-2003").texts if one.kind != "practice"]
        return framework_by(KeptTexts.of([*rest, kept]), "esi-2003")

    shipped_practice = (STANDARDS / "practice.yaml").read_text(encoding="utf-8")
    assert with_work_from(16) is frameworks()["esi-2003"] and practice().earlier_work_weeks == 16
    with closing(Files.open(str(loaded))) as files:
        book = CaseRepository(files)
        in_force = score_inspection(book, "gloucestershire-2005").score
        by_kept = score_inspection(book, "gloucestershire-2005", by=with_work_from(1)).score
        assert (
            by_kept.questions["likelihood-score-on-time"].sufficient
            < in_force.questions["likelihood-score-on-time"].sufficient
        )
        assert score_inspection(book, "gloucestershire-2005").score == in_force
    assert practice().earlier_work_weeks == 16


def test_a_text_that_has_not_its_digest_is_refused_and_so_is_a_freeze_that_names_it(
    lead: FlaskClient, tmp_path: Path
) -> None:
    frozen(lead)
    lines = [line for line in exported(lead, NAME) if "inspection" in line]
    edition = next(line for line in lines if line.get("named") == "2005")
    edition["text"] = edition["text"].replace("15 working days", "20 working days")
    _, taken = imported(tmp_path / "elsewhere", lines)
    assert taken.exit_code == 1
    assert f"text: this text has the SHA-256 {digest_of_text(edition['text'])}, and is to be kept under" in taken.stderr
    assert f"policy: there is no entry '{edition['entry']}'" in taken.stderr


@pytest.mark.parametrize(
    ("kept", "text", "words"),
    [
        (
            "2007",
            "# ours\n" + shipped("standards", "2011"),
            "edition: it is kept as '2007', and says that it is '2011'",
        ),
        ("practice", "# ours\n" + (STANDARDS / "tiering.yaml").read_text(encoding="utf-8"), "holds rules of tiering"),
        (
            "esi-2003",
            shipped("frameworks", "esi-2003").replace("framework: esi-2003", "framework: ours"),
            "is kept as 'esi-2003'",
        ),
        ("2011", 'edition: "2011"\nedition: "2011"\n', "line 2: not readable as YAML: found duplicate key"),
        ("2011", "edition: '2011'\nx: \ud800\n", "line: not a JSON object"),
    ],
)
def test_a_text_that_is_not_what_it_is_named_is_refused_with_its_line_and_so_is_the_freeze(
    lead: FlaskClient, tmp_path: Path, kept: str, text: str, words: str
) -> None:
    frozen(lead)
    lines = [line for line in exported(lead, NAME) if "inspection" in line]
    (line,) = [line for line in lines if line.get("named") == kept]
    freeze = next(one for one in lines if one["type"] == "InspectionFrozen")
    new = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    freeze["policy"] = [new if name == line["entry"] else name for name in freeze["policy"]]
    line["entry"], line["text"] = new, text
    _, taken = imported(tmp_path / "elsewhere", lines)
    assert taken.exit_code == 1, taken.output
    assert words in taken.stderr and f"policy: there is no entry '{new}'" in taken.stderr
    assert "Traceback" not in taken.output


def test_a_freeze_names_its_framework_and_one_text_of_each(lead: FlaskClient, tmp_path: Path) -> None:
    frozen(lead)
    lines = [line for line in exported(lead, NAME) if "inspection" in line]
    freeze = next(line for line in lines if line["type"] == "InspectionFrozen")
    framework = next(line["entry"] for line in lines if line.get("kind") == "frameworks")
    for number, (named, words) in enumerate((
        ([name for name in freeze["policy"] if name != framework], "name the text of the framework esi-2003"),
        ([*freeze["policy"], framework], "two of these texts are of the same"),
    )):  # fmt: skip
        some = [{**line, "policy": named} if line is freeze else line for line in lines]
        assert words in imported(tmp_path / f"elsewhere-{number}", some)[1].stderr


def test_nothing_is_scored_by_a_text_that_was_changed_where_it_is_kept() -> None:
    shipped_ = texts_in_force("esi-2003").texts
    for changed, words in (
        (
            KeptText("standards", "2005", "edition: 2005", "0" * 64),
            "the kept text of the edition 2005 has not the SHA-256 000",
        ),
        (None, "the text of the framework esi-2003 is not among those that were kept"),
    ):
        rest = [
            one
            for one in shipped_
            if (one.kind, one.id) != (("standards", "2005") if changed else ("frameworks", "esi-2003"))
        ]
        with pytest.raises(PolicyError, match=words):
            framework_by(KeptTexts.of([*rest, *([changed] if changed else [])]), "esi-2003")


def test_a_text_that_was_changed_in_the_database_is_named_and_scores_nothing(
    published: FlaskClient, own_database: Path, lay: Lay
) -> None:
    intruder = Intruder(str(own_database), "sqlite")
    intruder.unguard()
    intruder.run(
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '15 working days', '20 working days') AS BLOB) "
        "WHERE topic = 'inspection.policy_kept'"
    )
    told = run("verify", "--database", str(own_database))
    assert told.exit_code == 1
    lay(*OTHER)
    kept_framework._framework_by.cache_clear()  # what was read from the sound texts would still score
    with closing(Files.open(str(own_database))) as files:
        (bad,) = damaged_texts(CaseRepository(files))
        with pytest.raises(PolicyError, match="has not the SHA-256"):
            score_inspection(CaseRepository(files), NAME)
    assert bad.startswith(f"{NAME}: the kept text of the framework esi-2003 has not the SHA-256 ")
    site = signed_in(create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True), "j.hartnell")
    answer = site.get(f"{AUDIT}/criteria/B2")
    assert answer.status_code == 503 and "A text of policy cannot be used" in answer.text
    assert site.get("/inspections/gloucestershire-2005").status_code == 200


def test_the_command_lists_what_is_kept_and_gives_a_text_byte_for_byte(
    published: FlaskClient, own_database: Path | str
) -> None:
    address = ("--database", str(own_database))
    listed = json.loads(run("policy", "kept", "--format", "json", *address).stdout)
    (edition,) = [one for one in listed if one["id"] == "2005"]
    assert edition["in_force"] and edition["inspections"] == [NAME]
    assert run("policy", "kept", edition["sha256"][:12], *address).stdout == shipped("standards", "2005")
    assert "texts are kept under a digest that begins with zz" in run("policy", "kept", "zz", *address).stderr


def test_a_bundle_carries_the_texts_with_their_proofs(
    published: FlaskClient, own_database: Path, tmp_path: Path
) -> None:
    with closing(Files.open(str(own_database))) as files:
        found = CaseRepository(files).inspection(NAME)
    out = tmp_path / "bundle.json"
    made = run("bundle", found.sample[0], "--inspection", NAME, "--output", str(out), "--database", str(own_database))
    assert made.exit_code == 0, made.output
    carried = [one for one in json.loads(out.read_text())["entries"] if one["file"] == NAME]
    assert [one["topic"] for one in carried].count("inspection.policy_kept") == len(found.policy.texts)
    assert carried[-1]["topic"] == "inspection.inspection_frozen" and all(one["proof"] for one in carried)
