"""Connections go to the address that was checked, and to no other: no rebinding, no odd name, nothing in the clear elsewhere."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.destinations.addresses import NotAllowed, Target, target_of
from tests.support.destinations import settings_for
from tests.support.receivers import Receiver, receiving
from web.gate import safe_connection
from web.gate.gate_settings import GateSettings
from web.gate.mail_server import SmtpServer
from web.gate.safe_connection import NotReached, Way, post

PUBLIC = "93.184.215.14"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to these addresses, one list after the other; the list of what is connected to."""
    left, reached = list(answers), list[str]()

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def connect(place: tuple[str, int], **_: object) -> socket.socket:
        reached.append(place[0])
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr(safe_connection.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(safe_connection.socket, "create_connection", connect)
    return reached


def send(address: str, settings: GateSettings | None = None) -> None:
    post(target_of(address), b"[]", {}, Way.public(settings or GateSettings()))


def test_the_address_that_was_checked_is_connected_to_whatever_the_name_resolves_to_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
    with pytest.raises(NotReached):
        send("https://hooks.example/")
    assert reached == [PUBLIC]
    with pytest.raises(NotAllowed):
        send("https://hooks.example/")
    assert reached == [PUBLIC], "the next connection is checked anew"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::ffff:127.0.0.1", "::1", "fe80::1", "224.0.0.1"]
)
def test_a_name_with_one_private_address_among_others_is_not_reached(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    reached = resolving(monkeypatch, [PUBLIC, address])
    with pytest.raises(NotAllowed):
        send("https://hooks.example/")
    assert not reached


def test_a_name_of_this_machine_is_not_reached_unless_the_operator_allows_it(receiver: Receiver) -> None:
    with pytest.raises(NotAllowed):
        send(receiver.url, GateSettings(ca_file=str(receiver.ca)))
    assert not receiver.got
    send(receiver.url, settings_for(receiver))
    assert len(receiver.got) == 1


def test_a_redirect_is_an_answer_and_nothing_is_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 307, {"Location": "https://169.254.169.254/latest/meta-data"}
    answer = post(target_of(receiver.url), b"[]", {}, Way.public(settings_for(receiver)))
    assert (answer.status, answer.taken) == (307, False) and len(receiver.got) == 1


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    send(receiver.url, settings_for(receiver))
    assert len(receiver.got) == 1


def test_nothing_goes_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that looks like this machine's and resolves to another."""
    reached = resolving(monkeypatch, [PUBLIC])
    with pytest.raises(NotAllowed, match="in the clear"):
        post(Target("localhost", 80, "/"), b"[]", {}, Way(lambda _: None, None))
    with pytest.raises(NotAllowed, match="in the clear"):
        SmtpServer("localhost", 25, "none", "", "", "a@b.example")._connected()
    assert not reached


def test_no_mail_goes_to_a_metadata_address(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = resolving(monkeypatch, ["169.254.169.254"], ["10.1.2.3"])
    server = SmtpServer("mail.example", 587, "starttls", "", "", "a@b.example")
    with pytest.raises(NotAllowed):
        server._connected()
    with pytest.raises(NotReached):
        server._connected()
    assert reached == ["10.1.2.3"], "the relay of one's own network is"
