"""Settings are checked when a service is started: all that is wrong at once, by name, with what was found and what is expected."""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.served import command
from tools.setting_tables import DOCUMENT, made
from web.cli import COMMANDS, loaded, main, option_variables, serve_commands
from web.cli.settings import SETTINGS

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CASEAUDIT_") and not name.startswith("CASEAUDIT_TESTS_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(serve_commands, "_serve", lambda *given, **site: None)


def serve(tmp_path: Path, *options: str, **environment: str) -> Result:
    database = str(tmp_path / "case.sqlite")
    assert CliRunner().invoke(main, ["migrate", "--database", database]).exit_code == 0
    return CliRunner().invoke(main, ["serve", *options, "--database", database], env=environment)


BAD: dict[str, tuple[list[str], dict[str, str], str]] = {
    "a secret key of one letter": ([], {"CASEAUDIT_SECRET_KEY": "a"},
        "CASEAUDIT_SECRET_KEY: it has 1 byte: the secret key is too short or repeats itself; give at least 32 bytes"),
    "a key file that is not there": ([], {"CASEAUDIT_SECRET_KEY_FILE": "/no/such/key"},
        "CASEAUDIT_SECRET_KEY_FILE: the secret key /no/such/key cannot be opened"),
    "a signing key that is none": ([], {"CASEAUDIT_SIGNING_KEY_FILE": "/etc/hostname"}, "CASEAUDIT_SIGNING_KEY_FILE: "),
    "a network that is none": (["--trusted-proxy", "10.0.0.0/99"], {},
        "--trusted-proxy (CASEAUDIT_SERVE_TRUSTED_PROXY): '10.0.0.0/99' is no network address; write 10.0.0.5 or 10.0.0.0/24"),
    "the same by the environment": ([], {"CASEAUDIT_SERVE_TRUSTED_PROXY": "10.0.0.5 ten"}, "'ten' is no network address"),
    "a site name with a scheme": (["--site-name", "https://cases.example"], {},
        "--site-name (CASEAUDIT_SERVE_SITE_NAME): 'https://cases.example' is not the name of a host"),
    "a site name with a port": (["--site-name", "cases.example:443"], {}, "is not the name of a host"),
    "a role that there is not": (["--second-factor", "boss"], {}, "'boss' is not one of"),
    "a port out of range": (["--port", "99999"], {}, "--port (CASEAUDIT_SERVE_PORT): 99999 is not in the range 1<=x<=65535"),
    "a port that is no number": ([], {"CASEAUDIT_SERVE_PORT": "http"}, "'http' is not a valid integer range"),
    "an address without a port": (["--probes", "127.0.0.1"], {},
        "--probes (CASEAUDIT_SERVE_PROBES): '127.0.0.1' is not an address; write it as 127.0.0.1:9100"),
    "a folder that is not there": ([], {"CASEAUDIT_METRICS_FOLDER": "/no/such"}, "CASEAUDIT_METRICS_FOLDER is '/no/such'"),
    "a token that is short": ([], {"CASEAUDIT_METRICS_TOKEN": SECRET},
        "CASEAUDIT_METRICS_TOKEN: it has 7 characters; give at least 16"),
    "half an OpenID": ([], {"CASEAUDIT_OPENID_ISSUER": "https://login.example", "CASEAUDIT_OPENID_CLIENT_SECRET": SECRET},
        "CASEAUDIT_OPENID_CLIENT_ID not; set all of them, or none"),
    "the other half": ([], {"CASEAUDIT_OPENID_BREAK_GLASS": "admin"}, "CASEAUDIT_OPENID_BREAK_GLASS: set, and"),
    "an issuer without TLS": ([], {"CASEAUDIT_OPENID_ISSUER": "http://login.example", "CASEAUDIT_OPENID_CLIENT_ID": "a",
        "CASEAUDIT_OPENID_CLIENT_SECRET": SECRET}, "'http://login.example' is not the address of an issuer; write it like https://"),
    "a log that there is not": ([], {"CASEAUDIT_LOG": "xml"}, "CASEAUDIT_LOG is 'xml'; write one of: text, json"),
    "a level that there is not": ([], {"CASEAUDIT_LOG_LEVEL": "loud"}, "CASEAUDIT_LOG_LEVEL is 'loud'"),
    "a collector that is no address": ([], {"CASEAUDIT_OTLP_ENDPOINT": "collector"}, "CASEAUDIT_OTLP_ENDPOINT is 'collector'"),
    "the standard name of it": ([], {"OTEL_EXPORTER_OTLP_ENDPOINT": "grpc://x:4317"}, "OTEL_EXPORTER_OTLP_ENDPOINT is 'grpc"),
    "an installation that there is not": ([], {"CASEAUDIT_INSTALLATION": "court"}, "CASEAUDIT_INSTALLATION is 'court'"),
    "a witness every never": ([], {"CASEAUDIT_WITNESS": "/mnt", "CASEAUDIT_WITNESS_HOURS": "never"}, "CASEAUDIT_WITNESS_HOURS"),
    "a policy that is not there": ([], {"CASEAUDIT_POLICY": "/no/such/policy"}, "/no/such/policy: there is no such folder"),
    "columns in a file": ([], {"CASEAUDIT_COLUMNS": "/etc/hostname"}, "CASEAUDIT_COLUMNS: '/etc/hostname' is a file"),
    "columns in no whole path": ([], {"CASEAUDIT_COLUMNS": "columns"}, "CASEAUDIT_COLUMNS: 'columns' is no whole path"),
    "keys in a folder that is not there": ([], {"CASEAUDIT_KEY_STORE": "/no/such/keys"},
        "CASEAUDIT_KEY_STORE: there is no folder '/no/such'"),
    "marks in a folder that is not there": ([], {"CASEAUDIT_ERASED_FILE": "/no/such/erased"},
        "CASEAUDIT_ERASED_FILE: there is no folder '/no/such'"),
    "how often, and no witness": ([], {"CASEAUDIT_WITNESS_HOURS": "4"},
        "CASEAUDIT_WITNESS_HOURS: set, and CASEAUDIT_WITNESS not"),
    "a scan by no program": ([], {"CASEAUDIT_SCAN": "nosuchscan --all"}, "CASEAUDIT_SCAN: there is no program 'nosuchscan'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_each_fault_names_the_setting_what_was_found_and_what_is_expected(case: str, tmp_path: Path) -> None:
    options, environment, words = BAD[case]
    done = serve(tmp_path, *options, **environment)
    assert done.exit_code == 2
    assert words in done.stderr
    assert SECRET not in done.output


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    environment = {"CASEAUDIT_SECRET_KEY": "a", "CASEAUDIT_LOG": "xml", "CASEAUDIT_SERVE_THREADS": "0"}
    done = serve(tmp_path, "--port", "0", "--second-factor", "boss", **environment)
    assert done.exit_code == 2
    assert "5 settings are wrong:" in done.stderr
    assert done.stderr.count("\n* ") == 5


def test_no_fault_hides_another(tmp_path: Path) -> None:
    """In a process of its own, which has read no policy before."""
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "own.yaml").write_text("edition: [")
    wrong = {
        "CASEAUDIT_POLICY": str(tmp_path), "CASEAUDIT_LOG": "xml", "CASEAUDIT_LOG_LEVEL": "loud", "CASEAUDIT_SECRET_KEY": "a",
        "CASEAUDIT_OPENID_ISSUER": "http://login.example", "CASEAUDIT_API_REQUESTS": "none", "CASEAUDIT_API_ENTRIES": "many",
        "CASEAUDIT_WITNESS_HOURS": "never", "CASEAUDIT_WITNESS_KEY_FILE": "/no/such/key", "CASEAUDIT_SERVE_THREADS": "0",
        "CASEAUDIT_SERVE_SITENAME": "cases.example", "CASEAUDIT_DESTINATIONS_CA_FILE": "/no/such/ca",
        "CASEAUDIT_DESTINATIONS_IN_PRIVATE_NETWORKS": "home", "CASEAUDIT_COLUMNS": "columns",
    }  # fmt: skip
    done = command("serve", "--database", str(tmp_path / "new.sqlite"), **wrong)
    assert done.returncode == 2
    assert "own.yaml line " in done.stderr
    assert not {name for name in wrong if name != "CASEAUDIT_POLICY" and name not in done.stderr}, done.stderr
    assert not (tmp_path / "new.sqlite").exists()


@pytest.mark.parametrize("command", ["serve", "demo", "follow"])
def test_every_service_is_checked_before_it_touches_anything(command: str, tmp_path: Path) -> None:
    database = tmp_path / "new.sqlite"
    done = CliRunner().invoke(main, [command, "--database", str(database)], env={"CASEAUDIT_SECRET_KEY": "a"})
    assert (done.exit_code, "CASEAUDIT_SECRET_KEY" in done.stderr) == (2, True)
    assert not database.exists()


def test_help_is_shown_whatever_is_set() -> None:
    assert CliRunner().invoke(main, ["serve", "--help"], env={"CASEAUDIT_SECRET_KEY": "a"}).exit_code == 0


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CASEAUDIT_SECRETKEY_FILE", "CASEAUDIT_SECRET_KEY_FILE"),
        ("CASEAUDIT_SERVE_SITENAME", "CASEAUDIT_SERVE_SITE_NAME"),
        ("CASEAUDIT_OPENID_ISUER", "CASEAUDIT_OPENID_ISSUER"),
    ],
)
def test_a_variable_that_looks_like_one_of_ours_is_asked_about(name: str, meant: str, tmp_path: Path) -> None:
    done = serve(tmp_path, **{name: SECRET})
    assert done.exit_code == 0
    assert f"{name} is no setting; is {meant} meant?" in done.stderr
    assert SECRET not in done.stderr


def test_what_is_right_is_taken_without_a_word(tmp_path: Path) -> None:
    done = serve(
        tmp_path, "--site-name", "cases.example", CASEAUDIT_SECRET_KEY="0123456789abcdef0123456789abcdef",
        CASEAUDIT_METRICS_TOKEN="0123456789abcdef", CASEAUDIT_METRICS_FOLDER=str(tmp_path), CASEAUDIT_LOG_LEVEL="info",
        CASEAUDIT_DEMO_PORT="5001", CASEAUDIT_IMPORT_SOURCE="a",
    )  # fmt: skip
    assert (done.exit_code, done.output) == (0, "")


def test_every_option_has_a_variable_of_its_own() -> None:
    named: dict[str, tuple[str, ...]] = {}
    for name in COMMANDS:
        for path, option in option_variables.every(loaded(name), name):
            variable = option.envvar
            assert isinstance(variable, str)
            assert variable.startswith("CASEAUDIT_")
            assert option.show_envvar or option.hidden
            if option.name not in ("database", "smtp_password", "notify_key"):
                assert variable.startswith(f"CASEAUDIT_{name.upper().replace('-', '_')}_")
                assert variable not in named, (path, named.get(variable))
            named[variable] = path
    assert not {setting.name for setting in SETTINGS} & (named.keys() - {
        "CASEAUDIT_DATABASE", "CASEAUDIT_SMTP_PASSWORD", "CASEAUDIT_NOTIFY_KEY"})  # fmt: skip


def test_options_come_from_their_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[object, ...]] = []
    monkeypatch.setattr(serve_commands, "_serve", lambda *given, **site: served.append((*given, site)))
    given = {
        "PORT": "5008", "BEHIND_PROXY": "1", "TRUSTED_PROXY": "10.0.0.5 10.1.0.0/16", "SITE_NAME": "cases.example",
        "PROBES": "[::1]:9100", "SECOND_FACTOR": "nobody",
    }  # fmt: skip
    done = serve(tmp_path, **{f"CASEAUDIT_SERVE_{name}": value for name, value in given.items()})
    assert done.exit_code == 0, done.output
    ((_, host, port, running, site),) = served
    assert (host, port) == ("127.0.0.1", 5008)
    assert running.probes == ("::1", 9100)  # type: ignore[attr-defined]
    assert site["behind_proxy"] is True  # type: ignore[index]
    assert site["trusted_proxies"] == ("10.0.0.5/32", "10.1.0.0/16")  # type: ignore[index]
    assert site["site_names"] == ("cases.example",)  # type: ignore[index]
    assert site["second_factor"] == []  # type: ignore[index]


def test_what_is_typed_comes_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    monkeypatch.setattr(serve_commands, "_serve", lambda database, host, port, *given, **site: served.append(port))
    serve(tmp_path, "--port", "5009", CASEAUDIT_SERVE_PORT="5008")
    assert served == [5009]


def test_every_variable_that_the_program_reads_is_a_setting() -> None:
    known = {setting.name for setting in SETTINGS} | {
        str(option.envvar) for name in COMMANDS for _, option in option_variables.every(loaded(name), name)
    }
    found = {
        name
        for room in ("domain", "projections", "web")
        for path in (DOCUMENT.parents[1] / room).rglob("*.py")
        for name in re.findall(r'"(CASEAUDIT_[A-Z_]*[A-Z])"', path.read_text(encoding="utf-8"))
    }
    assert found - known == {"CASEAUDIT_ADDRESS"}, "it is what the library is given, and no setting"


def test_the_tables_of_settings_are_made_from_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert made(text) == text, "run: python -m tools.setting_tables"
    for setting in SETTINGS:
        assert f"| `{setting.name}` |" in text
