"""What ships beside the program (image, compose, chart, units, proxies) names only what the program has, and keeps what it says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tests.support.chart import rendered
from tests.support.repository import ROOT
from web.cli import COMMANDS, loaded
from web.server import ask_probe
from web.server.request_reader import BODY_BYTES_A_SECOND, BODY_SECONDS, HEADER_BYTES, HEADER_SECONDS
from web.site.body_limits import FILE_BYTES

DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
FILES = (ROOT / "Dockerfile", ROOT / "compose.yaml", *(path for path in sorted(DEPLOY.rglob("*")) if path.is_file()))

VALUES = {
    "image": "images.example/caseaudit@sha256:0", "siteNames": ["cases.example"], "trustedProxies": ["10.0.0.0/8"],
    "database": {"cidr": "10.1.0.0/16"}, "policy": {"standards": "own-standards"},
}  # fmt: skip

MOST_EXPOSED = 2.0
"""What `systemd-analyze security` may find of a unit, at most; below 2 it says OK."""


def tool(name: str) -> str:
    """The path of a program that is not part of the checkout; the test is skipped where it is missing."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def calls() -> Iterator[tuple[str, list[str]]]:
    """Every call of the program in these files: where it stands, and its arguments."""
    for name, service in compose()["services"].items():
        if name != "database":
            yield f"compose.yaml: {name}", service["command"]
    last = [line for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line.startswith("CMD ")][
        -1
    ]
    yield "Dockerfile", yaml.safe_load(last.removeprefix("CMD "))
    for name, documents in rendered(CHART, VALUES, "audit").items():
        for document in documents:
            for container in containers(document):
                if "args" in container:
                    yield name, container["args"]
    settings = dict(
        re.findall(r'^(\w+)="(.*)"$', (DEPLOY / "systemd" / "settings.env").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for unit in UNITS:
        for line in re.findall(r"/opt/caseaudit/bin/caseaudit ([^'&\n]*)", unit.read_text(encoding="utf-8")):
            said = re.sub(r"\$(\w+)", lambda match: settings[match[1]], re.sub(r'"[^"]*"', "FILE", line))
            yield unit.name, said.split()


def containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    return [*pod.get("initContainers", ()), *pod.get("containers", ())]


CALLS = list(calls())


@pytest.mark.parametrize(("where", "arguments"), CALLS, ids=[f"{where}: {call[0]}" for where, call in CALLS])
def test_every_command_and_option_is_the_programs(where: str, arguments: list[str]) -> None:
    if arguments == ["--help"]:
        return
    assert arguments[0] in COMMANDS, (where, arguments)
    command = loaded(arguments[0])
    known = {
        name
        for param in command.params
        if isinstance(param, click.Option)
        for name in (*param.opts, *param.secondary_opts)
    }
    given = {str(one).partition("=")[0] for one in arguments[1:] if str(one).startswith("--")}
    assert given <= known, (where, given - known)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_is_the_programs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"CASEAUDIT_[A-Z_]+", text))
    code = "".join(
        one.read_text(encoding="utf-8")
        for room in ("domain", "projections", "web")
        for one in (ROOT / room).rglob("*.py")
    )
    assert named <= set(re.findall(r"CASEAUDIT_[A-Z_]+", code)), path


def test_the_image_is_built_from_what_is_there_and_from_nothing_secret() -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    ]
    assert all((ROOT / name).exists() for name in kept)
    assert {"domain", "projections", "web", "caseaudit.py", "requirements.lock"} <= set(kept)
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text and "USER 10001:10001" in text and "HEALTHCHECK" in text
    assert not re.search(r"(?i)(password|secret|token)[A-Z_]*=\S", text)


def test_every_volume_of_the_image_is_a_folder_of_its_user_and_is_mounted() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    volumes = set(re.findall(r'"(/var/[^"]+)"', next(line for line in text.splitlines() if line.startswith("VOLUME"))))
    made = set(re.search(r"install -d -o 10001 -g 10001 -m 0700\s+((?:/\S+\s+)+)", text)[1].split())  # type: ignore[index]
    assert volumes <= made
    mounted = {one.rpartition(":")[2].removesuffix(":ro") for one in compose()["x-volumes"]}
    assert volumes - {"/var/lib/caseaudit/record"} <= mounted, "the record itself is in PostgreSQL"


def test_containers_may_do_as_little_as_they_need() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not any("PASSWORD" in key and not key.endswith("_FILE") for key in service.get("environment", {})), name
    for documents in rendered(CHART, VALUES, "audit").values():
        for document in documents:
            for container in containers(document):
                held = container["securityContext"]
                assert held["readOnlyRootFilesystem"] and held["capabilities"] == {"drop": ["ALL"]}
                assert held["allowPrivilegeEscalation"] is False and container["resources"]["limits"]["memory"]


def test_site_and_migration_are_different_roles_of_the_database() -> None:
    services = compose()["services"]
    users = {
        name: service["environment"]["CASEAUDIT_DATABASE"].partition("@")[0]
        for name, service in services.items()
        if name != "database"
    }
    assert users["migrate"].endswith("//caseaudit_owner")
    assert {users[name] for name in ("site", "follower", "operator")} == {"postgresql://caseaudit"}
    assert all("owner.pgpass" not in services[name]["secrets"] for name in ("site", "follower", "operator"))


def test_the_secrets_of_compose_are_those_that_the_script_makes(tmp_path: Path) -> None:
    wanted = {Path(one["file"]).name for one in compose()["secrets"].values()}
    if os.geteuid() != 0:
        pytest.skip("the script gives files to other users, which root alone may")
    script = DEPLOY / "compose" / "make-secrets"
    for _ in range(2):
        subprocess.run(["sh", script], cwd=tmp_path, check=True, capture_output=True)
    made = {path.name: path for path in (tmp_path / "secrets").iterdir() if path.is_file()}
    assert made.keys() == wanted
    assert {path.stat().st_mode & 0o777 for path in made.values()} == {0o400}
    assert {path.stat().st_uid for path in made.values()} == {999, 10001}
    assert made["application.pgpass"].read_text().strip().endswith(made["application.password"].read_text().strip())
    assert len({path.read_text() for path in made.values()}) == len(made)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/secrets/", "/exchange/", "/settings.env", "/.env"} <= set(ignored)


def test_the_chart_gives_whole_documents_and_asks_for_what_is_missing() -> None:
    found = rendered(CHART, VALUES, "audit")
    kinds = [document["kind"] for documents in found.values() for document in documents]
    assert sorted(kinds) == ["ConfigMap", "Deployment", "Deployment", "Job", "NetworkPolicy", *["PersistentVolumeClaim"] * 3,
                             "PodDisruptionBudget", "Service", "Service"]  # fmt: skip
    site = next(one for one in found["site.yaml"] if one["kind"] == "Deployment")
    probes = containers(site)[-1]
    assert (
        probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
        and probes["livenessProbe"]["httpGet"]["path"] == "/livez"
    )
    for documents in found.values():
        for document in documents:
            mounts = {one["name"] for container in containers(document) for one in container["volumeMounts"]}
            volumes = document.get("spec", {}).get("template", {}).get("spec", {}).get("volumes", ())
            assert mounts == {one["name"] for one in volumes}, document["kind"]
    with pytest.raises(ValueError, match="image: name the image"):
        rendered(CHART, {}, "audit")
    assert rendered(CHART, VALUES | {"networkPolicy": {"enabled": False}}, "audit")["network.yaml"] == []


@pytest.mark.parametrize("unit", [*UNITS, *sorted((DEPLOY / "systemd").glob("*.timer"))], ids=lambda path: path.name)
def test_units_are_sound_and_closed(unit: Path, tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    program = tmp_path / "caseaudit"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in (DEPLOY / "systemd").glob("caseaudit-*"):
        (tmp_path / path.name).write_text(
            path.read_text(encoding="utf-8").replace("/opt/caseaudit/bin/caseaudit", str(program))
        )
    done = subprocess.run([analyze, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "caseaudit" in line]
    assert not said and done.returncode == 0, done.stderr
    if unit.suffix == ".service":
        done = subprocess.run(
            [analyze, "security", "--offline=true", tmp_path / unit.name], capture_output=True, text=True, check=True
        )
        level = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        assert level is not None and float(level[1]) < MOST_EXPOSED, done.stdout


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    nginx = tool("nginx")
    make_certificate(tmp_path)
    site = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8").replace("/etc/ssl/caseaudit", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "main.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include {tmp_path}/site.conf; }}"
    )
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "main.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_caddy_takes_its_example() -> None:
    caddy = tool("caddy")
    command = [caddy, "adapt", "--adapter", "caddyfile", "--config", DEPLOY / "proxy" / "Caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and '"dial":"127.0.0.1:8000"' in done.stdout, done.stderr


def test_a_proxy_allows_what_the_site_allows() -> None:
    nginx, caddy = ((DEPLOY / "proxy" / name).read_text(encoding="utf-8") for name in ("nginx.conf", "Caddyfile"))

    def number(text: str, pattern: str) -> int:
        found = re.search(pattern, text)
        assert found is not None, pattern
        return int(found[1])

    slowest = HEADER_SECONDS + BODY_SECONDS + FILE_BYTES / BODY_BYTES_A_SECOND
    assert number(nginx, r"client_max_body_size (\d+)m;") << 20 >= FILE_BYTES
    assert number(caddy, r"max_size (\d+)MiB") << 20 >= FILE_BYTES
    assert number(nginx, r"large_client_header_buffers \d+ (\d+)k;") << 10 >= HEADER_BYTES
    assert number(caddy, r"max_header_size (\d+)KiB") << 10 >= HEADER_BYTES
    assert number(nginx, r"client_header_timeout (\d+)s;") >= HEADER_SECONDS
    assert number(caddy, r"read_header (\d+)s") >= HEADER_SECONDS
    assert number(caddy, r"read_body (\d+)m") * 60 >= slowest


def make_certificate(folder: Path) -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cases.example")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_a_health_check_needs_no_other_program(tcp_port: int) -> None:
    asked = [sys.executable, "-m", "web.server.ask_probe"]
    done = subprocess.run(
        [*asked, f"127.0.0.1:{tcp_port}/readyz"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "does not answer" in done.stdout) == (1, True)
    done = subprocess.run([*asked, "nothing"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "127.0.0.1:9100/readyz" in done.stderr


@pytest.fixture
def tcp_port() -> int:
    """A port of this machine on which nobody listens."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_a_probe_is_believed(status: int, well: bool) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"status": "said"}')

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.handle_request, daemon=True).start()
    assert ask_probe.asked(f"127.0.0.1:{server.server_port}/readyz") == (well, '{"status": "said"}')
    server.server_close()
