"""The list of what the program is made of names every package of its lock, with its version and hashes."""

import json
import re
from pathlib import Path

import pytest

from domain import __version__
from tests.support.repository import ROOT
from tools.sbom import vendored, write_sbom

LOCK = ROOT / "requirements.lock"


def test_the_same_lock_gives_the_same_list(tmp_path: Path) -> None:
    few, made = tmp_path / "few.lock", [tmp_path / "a.json", tmp_path / "b.json"]
    few.write_text("".join(re.split(r"(?m)^(?=\S+==)", LOCK.read_text())[:6]))
    for path in made:
        write_sbom(few, path)
    assert made[0].read_bytes() == made[1].read_bytes()


@pytest.mark.slow
def test_the_list_covers_every_package_of_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # whoever asked a registry would fail
    write_sbom(LOCK, tmp_path / "a.json")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["version"] == __version__
    text = LOCK.read_text()
    locked = {
        name.lower(): version for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, re.MULTILINE)
    }
    packages = [c for c in document["components"] if c["purl"].startswith("pkg:pypi/")]
    listed = {c["name"].lower(): c["version"] for c in packages}
    assert listed == locked
    assert len(locked) > 40
    references = {c["bom-ref"] for c in document["components"]}
    (own,) = [d for d in document["dependencies"] if d["ref"] == "caseaudit"]
    assert set(own["dependsOn"]) == references
    for component in packages:
        assert component["purl"].startswith(f"pkg:pypi/{component['name'].lower()}@{component['version']}")
    digests = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    written = set(re.findall(r"[0-9a-f]{64}", (tmp_path / "a.json").read_text()))
    assert digests <= written


def test_the_list_covers_what_is_sent_to_browsers() -> None:
    folders = {path.name for path in (ROOT / "web/assets/vendor").iterdir() if path.is_dir()}
    assert {f"{str(c['name']).lstrip('@').replace('/', '-')}-{c['version']}" for c in vendored()} == folders
    assert {c["purl"] for c in vendored()} >= {"pkg:npm/%40ministryofjustice/frontend@11.1.0"}


def test_make_knows_it() -> None:
    assert "tools.sbom requirements.lock" in (ROOT / "Makefile").read_text()
    assert "cyclonedx-bom" in (ROOT / "requirements-dev.in").read_text()
