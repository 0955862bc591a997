"""docs/webhooks.md: its lines check a real delivery, its example is an event's form, and what it lists is what there is."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from domain.accounts.account_register import AccountRegister
from domain.destinations.destination_rules import GIVES_UP_AFTER, LONGEST_LIFE, WAITS
from tests.support.destinations import deliverer, record, registered, settings_for
from tests.support.receivers import receiving
from web.gate import deliverer as delivering
from web.gate import safe_connection
from web.gate.gate_settings import CA_FILE, PRIVATE
from web.gate.webhook_signatures import WebhookKey

TEXT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.fixture
def check() -> Callable[[Any, bytes, str], None]:
    """The function of the document, as it stands there."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    checked: Callable[[Any, bytes, str], None] = found["check"]
    return checked


def test_its_lines_check_a_delivery_and_refuse_any_other(
    own_database: Any, tmp_path: Path, check: Callable[[Any, bytes, str], None]
) -> None:
    with receiving(tmp_path) as receiver, deliverer(own_database, settings_for(receiver)) as sending:
        number = registered(own_database, receiver.url).number
        record(own_database)
        assert sending.once()
        (got,) = receiver.got
    with closing(AccountRegister(str(own_database))) as register:
        key, other = (WebhookKey(register.key, one).public for one in (number, number + 1))
    check(got.headers, got.body, key)
    for headers, body, by in (
        (got.headers, got.body + b" ", key),
        (got.headers, got.body, other),
        ({**got.headers, "webhook-id": "msg_other"}, got.body, key),
    ):
        with pytest.raises(InvalidSignature):
            check(headers, body, by)
    with pytest.raises(ValueError, match="too old"):
        check({**got.headers, "webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 400)}, got.body, key)
    (example,) = re.findall(r"    (\[\{\"specversion\".*?\}\}\])", TEXT, re.DOTALL)
    (said,) = json.loads(example)
    (event,) = got.events
    assert set(said) == set(event) and set(said["data"]) == set(event["data"])


def test_its_numbers_are_those_of_the_program() -> None:
    words = {timedelta(seconds=10): "10 s", timedelta(seconds=30): "30 s", timedelta(hours=1): "every hour"}
    said = [words.get(wait, f"{wait.seconds // 60} min") for wait in WAITS]
    assert f"after {', '.join(said[:-1])}, then {said[-1]}" in re.sub(r"\s+", " ", TEXT)
    assert (
        f"within {safe_connection.SECONDS:g} seconds" in TEXT
        and f"{GIVES_UP_AFTER // timedelta(hours=1)} hours" in TEXT
    )
    assert (delivering.AT_ONCE, LONGEST_LIFE.days) == (100, 365)
    assert PRIVATE in TEXT and CA_FILE in TEXT
