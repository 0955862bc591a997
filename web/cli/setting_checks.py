"""The settings of the environment are checked when a service is started.

All that is wrong is said at once: the setting, what was found (never a secret), and what is expected.
"""

import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from domain import outside_key
from domain.destinations.addresses import NotAllowed
from domain.key_files import KeyUnusable
from domain.policy import policy_folders
from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards
from domain.proof import signing_key
from domain.store.checkpointing import WrongSetting, keys_of_environment, plan_of_environment
from web.admin import openid
from web.gate.gate_settings import CA_FILE, GateSettings
from web.presentation.formatting import count_noun
from web.server import shared_folder
from web.site import installation, machines, service_log, traces

TOKEN = re.compile(r"[!-~]{16,}")

Check = Callable[[], None]


class Fault(ValueError):
    """What is wrong with a setting: its name, what was found, what is expected."""


def faults() -> list[str]:
    """What is wrong with the settings of the environment, each in a sentence."""
    found: list[str] = []
    for check in _CHECKS:
        try:
            check()
        except (Fault, KeyUnusable, PolicyError, WrongSetting, shared_folder.NoFolder, service_log.WrongLog,
                traces.WrongTraces, installation.WrongInstallation, machines.WrongLimit, openid.WrongAudience,
                NotAllowed) as error:  # fmt: skip
            found += str(error).splitlines()
    return list(dict.fromkeys(found))


def _secret_key() -> None:
    if os.environ.get(outside_key.IN_TEXT) or os.environ.get(outside_key.IN_FILE):
        try:
            outside_key.outside_key("")
        except KeyUnusable as error:
            text = os.environ.get(outside_key.IN_TEXT)
            named = (
                f"{outside_key.IN_TEXT}: it has {count_noun(len(text.encode()), 'byte')}"
                if text
                else outside_key.IN_FILE
            )
            raise Fault(f"{named}: {error}") from error


def _signing_key() -> None:
    path = os.environ.get(signing_key.IN_FILE, "")
    if path and os.path.lexists(path):
        try:
            signing_key.read_signing_key(Path(path))
        except KeyUnusable as error:
            raise Fault(f"{signing_key.IN_FILE}: {error}") from error


def _policy_folders() -> None:
    policy_folders.source()


def _standards() -> None:
    if policy_folders.source():
        national_standards()


def _frameworks() -> None:
    if policy_folders.source():
        frameworks()


def _open_id() -> None:
    given = {name: os.environ.get(f"CASEAUDIT_OPENID_{name}", "").strip() for name in
             ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "ACR", "BREAK_GLASS")}  # fmt: skip
    needed = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    missing = [f"CASEAUDIT_OPENID_{name}" for name in needed if not given[name]]
    said = [f"CASEAUDIT_OPENID_{name}" for name, value in given.items() if value]
    if said and missing:
        raise Fault(f"{', '.join(said)}: set, and {', '.join(missing)} not; set all of them, or none")


def _issuer() -> None:
    issuer = os.environ.get("CASEAUDIT_OPENID_ISSUER", "").strip()
    if not issuer:
        return
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    local = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.scheme not in (("http", "https") if local else ("https",)) or parts.query or parts.fragment:
        raise Fault(
            f"CASEAUDIT_OPENID_ISSUER: '{issuer}' is not the address of an issuer; write it like https://login.example"
        )


def _columns() -> None:
    folder = _whole_path("CASEAUDIT_COLUMNS")
    if folder is not None and folder.exists() and not folder.is_dir():
        raise Fault(f"CASEAUDIT_COLUMNS: '{folder}' is a file; name a folder")


def _key_store() -> None:
    _in_a_folder("CASEAUDIT_KEY_STORE")


def _erased_file() -> None:
    _in_a_folder("CASEAUDIT_ERASED_FILE")


def _in_a_folder(name: str) -> None:
    """``Fault`` where the folder of the file that a setting names is not there."""
    path = _whole_path(name)
    if path is not None and not path.parent.is_dir():
        raise Fault(f"{name}: there is no folder '{path.parent}'; make it, or name a file in another")
    if path is not None and path.is_dir():
        raise Fault(f"{name}: '{path}' is a folder; name a file")


def _whole_path(name: str) -> Path | None:
    """The path that a setting names; None where it is not set. ``Fault`` where it depends on the folder that one starts from."""
    named = os.environ.get(name, "")
    if named and not Path(named).is_absolute():
        raise Fault(f"{name}: '{named}' is no whole path; write it from / on")
    return Path(named) if named else None


def _scan() -> None:
    said = os.environ.get("CASEAUDIT_SCAN", "").strip()
    if not said:
        return
    try:
        command = shlex.split(said)[0]
    except ValueError as error:
        raise Fault(f"CASEAUDIT_SCAN: '{said}' is not a command ({error}); write one as in a shell") from error
    if shutil.which(command) is None:
        raise Fault(f"CASEAUDIT_SCAN: there is no program '{command}'; write its whole path")


def _token() -> None:
    said = os.environ.get("CASEAUDIT_METRICS_TOKEN", "").strip()
    if said and not TOKEN.fullmatch(said):
        raise Fault(
            f"CASEAUDIT_METRICS_TOKEN: it has {len(said)} characters; give at least 16, without spaces, such as those of:"
            " openssl rand -hex 16"
        )


def _log() -> None:
    service_log.form()


def _log_level() -> None:
    service_log.level()


def _folder() -> None:
    shared_folder.place()


def _traces() -> None:
    traces.asked_for()


def _installation() -> None:
    installation.of_environment()


def _witness() -> None:
    plan_of_environment()


def _witness_keys() -> None:
    keys_of_environment()


def _machines() -> None:
    machines.Limits.of_environment()


def _audience() -> None:
    openid.of_environment()


def _networks() -> None:
    GateSettings.read()


def _certificates() -> None:
    GateSettings(ca_file=os.environ.get(CA_FILE, "")).context()


_CHECKS: tuple[Check, ...] = (
    _secret_key, _signing_key, _key_store, _erased_file, _columns, _policy_folders, _standards, _frameworks, _installation,
    _witness, _witness_keys, _open_id, _issuer, _scan, _log, _log_level, _token, _folder, _traces, _machines, _audience,
    _networks, _certificates,
)  # fmt: skip
