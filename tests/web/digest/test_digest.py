"""The weekly digest: counts and a link, never twice, silent when nothing is new, stopped by a POST without signing in."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey

from domain.accounts.account_register import AccountRegister
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.conftest import copied
from tests.support.mail_servers import NotifyInbox, SmtpInbox, notify_inbox, smtp_inbox
from tests.support.people import post, signed_in
from web.app import create_app
from web.cli import main
from web.gate.mail_server import Mail, NotSent, SmtpServer, Unsure, WrongServer, server_at

TODAY = date(2005, 12, 22)
SITE = "https://caseaudit.example"
WORK = "peter@probation.example"
KEY = "digest-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
"""An API key in the form of Notify's own documentation."""


@pytest.fixture
def database(followed: Path, tmp_path: Path) -> Path:
    return copied(followed, tmp_path)


@pytest.fixture
def app(database: Path) -> Flask:
    return create_app(str(database), today=lambda: TODAY, demo=True)


@pytest.fixture
def inbox() -> Iterator[SmtpInbox]:
    with smtp_inbox() as found:
        yield found


@pytest.fixture
def notify() -> Iterator[NotifyInbox]:
    with notify_inbox() as found:
        yield found


def wish(database: Path, **addresses: str) -> None:
    register = AccountRegister(str(database))
    for username, address in addresses.items():
        register.digests.wish(username.replace("_", "."), address, datetime.now(UTC))
    register.close()


def record(database: Path, case: str = "V465889/1", **fields: Any) -> None:
    files = Files.open(str(database))
    entry = {"entry": f"new-{len(files.read(case).entries)}", "occurred_on": "2005-12-22",
             "recorded_at": "2005-12-22T09:00:00Z"} | fields  # fmt: skip
    files.record(case, [load_entry(entry.pop("type"), entry)], actor="t.adeyemi")
    files.close()


def raised(**more: Any) -> dict[str, Any]:
    return {"type": "RiskLevelChanged", "from": "high", "to": "very_high", "reason": "a new charge", **more}


def run(database: Path, to: str, *more: str, day: str = "2005-12-22", code: int = 0, **env: str) -> Result:
    asked = ["digest", "--to", to, "--site", SITE, "--sender", "no-reply@caseaudit.example", "--as-at", day, *more]
    result = CliRunner().invoke(main, [*asked, "--database", str(database)], env=env)
    assert result.exit_code == code, result.output
    return result


def smtp(inbox: SmtpInbox) -> str:
    return f"smtp://127.0.0.1:{inbox.port}"


def text_of(inbox: SmtpInbox) -> str:
    (mail,) = inbox.mails
    found = mail.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found.decode()


def test_a_digest_has_counts_and_a_link_and_names_nobody(database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    assert "1 sent" in run(database, smtp(inbox)).output
    text, (mail,) = text_of(inbox), inbox.mails
    assert "Gloucester: 1 risk raised" in text and f"{SITE}/changed" in text
    assert not re.search(r"[A-Z]\d{6}", mail.as_string()), "no CRN"
    for name in ("Brian", "Davies", "Sallis", "Anstey", "Adeyemi"):
        assert name not in mail.as_string()
    assert mail["To"] == WORK and mail["From"] == "no-reply@caseaudit.example"


def test_nobody_is_told_twice(database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    run(database, smtp(inbox))
    assert "1 with nothing new" in run(database, smtp(inbox)).output
    record(database, type="MappaSet", category=2, level=3)
    assert "1 sent this week already" in run(database, smtp(inbox)).output
    assert len(inbox.mails) == 1
    assert "1 sent" in run(database, smtp(inbox), day="2005-12-29").output
    first, second = (mail.get_payload(decode=True) for mail in inbox.mails)
    assert isinstance(first, bytes) and isinstance(second, bytes)
    assert b"1 risk raised" in second and b"22 December 2005" in second
    assert inbox.mails[0]["Message-ID"] != inbox.mails[1]["Message-ID"]


def test_it_is_off_for_everybody_and_silent_when_nothing_is_new(database: Path, inbox: SmtpInbox) -> None:
    assert "nobody asked for a digest" in run(database, smtp(inbox)).output
    wish(database, p_anstey=WORK)
    assert "1 with nothing new" in run(database, smtp(inbox)).output
    assert not inbox.mails


def test_limited_cases_are_left_out_though_their_reader_may_open_them(database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, type="AccessLimited", excluded=["somebody.else"], reason="knows the family")
    record(database, **raised())
    assert "1 with nothing new" in run(database, smtp(inbox)).output


def test_what_a_server_refuses_is_tried_again_and_what_nobody_knows_is_not(database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    inbox.answers["RCPT"] = b"451 later"
    assert "1 not sent" in run(database, smtp(inbox), code=1).output
    assert "1 not sent" in run(database, "smtp://127.0.0.1:1", code=1).output
    inbox.answers.clear()
    inbox.hang_up = "DATA"
    assert "1 perhaps sent" in run(database, smtp(inbox), code=1).output
    inbox.hang_up = ""
    record(database, type="MappaSet", category=2, level=3)
    assert "1 sent this week already" in run(database, smtp(inbox)).output


def test_a_rehearsal_and_other_domains_send_nothing(database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    assert "Gloucester: 1 risk raised" in run(database, smtp(inbox), "--dry-run").output
    assert "1 to an address of another domain" in run(database, smtp(inbox), "--only", "gov.example").output
    assert not inbox.mails and not inbox.to
    assert "1 sent" in run(database, smtp(inbox), "--only", "PROBATION.example").output


def test_one_click_stops_it_without_signing_in(app: Flask, database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    run(database, smtp(inbox))
    (mail,) = inbox.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(mail["List-Unsubscribe"]).strip("<>").replace("\r\n ", "").removeprefix(SITE)
    nobody = app.test_client()
    assert "Stop it" in nobody.get(address).text and "p.anstey" not in nobody.get(address).text
    assert AccountRegister(str(database)).digests.wish_of("p.anstey") is not None, "looking stops nothing"
    assert nobody.post(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    sent = {"List-Unsubscribe": "One-Click"}
    assert "is off" in nobody.post(address, data=sent).text
    assert AccountRegister(str(database)).digests.wish_of("p.anstey") is None
    assert nobody.post(address, data=sent).status_code == 404
    assert "nobody asked" in run(database, smtp(inbox), day="2005-12-29").output


def test_notify_is_asked_with_its_own_token_and_the_address_that_stops(database: Path, notify: NotifyInbox) -> None:
    wish(database, p_anstey=WORK)
    record(database, **raised())
    run(database, f"notify://127.0.0.1:{notify.port}/a-template", CASEAUDIT_NOTIFY_KEY=KEY)
    ((path, headers, sent),) = notify.asked
    assert path == "/v2/notifications/email"
    token = jwt.decode(
        headers["Authorization"].removeprefix("Bearer "), OctKey.import_key(KEY[-36:]), algorithms=["HS256"]
    )
    assert token.claims["iss"] == "26785a09-ab16-4eb0-8407-a37497a57506"
    assert (sent["email_address"], sent["template_id"]) == (WORK, "a-template")
    assert sent["one_click_unsubscribe_url"].startswith(f"{SITE}/digest/stop/")
    assert "1 risk raised" in sent["personalisation"]["body"]


REFUSED = {201: None, 302: NotSent, 400: NotSent, 403: NotSent, 429: NotSent, 500: Unsure}
"""What Notify answers, and what that means."""


@pytest.mark.parametrize(("status", "raises"), REFUSED.items())
def test_what_notify_refuses_is_not_taken_for_sent(
    notify: NotifyInbox, status: int, raises: type[Exception] | None
) -> None:
    notify.status = status
    server = server_at(f"notify://127.0.0.1:{notify.port}/t", sender="", password="", key=KEY)
    with pytest.raises(raises) if raises else nullcontext():
        server.send(Mail(WORK, "what changed", "1 risk raised", f"{SITE}/digest/stop/x", "r"))
    assert len(notify.asked) == 1


def test_the_wish_is_made_on_the_account_page(app: Flask, database: Path) -> None:
    client = signed_in(app, "p.anstey")
    assert "It is off." in client.get("/account/digest").text
    odds = (
        "",
        "x",
        "a b@example.com",
        "a@b",
        "a@example.com\nBcc: x@example.com",
        "ü@example.com",
        f"{'x' * 250}@example.com",
    )
    for odd in odds:
        answer = post(client, "/account/digest", address=odd, step="wish")
        assert answer.status_code == 400 and "Enter an email address" in answer.text, odd
    post(client, "/account/digest", address=WORK, step="wish")
    assert WORK in client.get("/account/digest").text
    assert WORK.encode() not in database.read_bytes(), "the address is kept sealed"
    post(client, "/account/digest", step="stop")
    assert "It is off." in client.get("/account/digest").text


def test_a_closed_account_is_told_nothing(app: Flask, database: Path, inbox: SmtpInbox) -> None:
    wish(database, p_anstey=WORK, i_nkemelu="ife@probation.example")
    record(database, **raised())
    register = AccountRegister(str(database))
    register.change(replace(register.account("p.anstey"), disabled=True))
    assert "2 of accounts that may not sign in" in run(database, smtp(inbox)).output


@pytest.mark.parametrize("address", ["", "mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x", "notify://x",
                                     "smtp://mail.example/x"])  # fmt: skip
def test_an_address_that_is_no_server_is_refused_in_words(address: str) -> None:
    with pytest.raises(WrongServer, match="smtp://HOST:PORT"):
        server_at(address, sender="a@b.example", password="", key=KEY)


def test_no_mail_leaves_this_machine_in_the_clear() -> None:
    found = {
        to: server_at(to, sender="a@b.example", password="", key="")
        for to in ("smtp://m.example", "smtps://m.example", "smtp://localhost")
    }
    kinds = [server.security for server in found.values() if isinstance(server, SmtpServer)]
    assert kinds == ["starttls", "tls", "none"]
