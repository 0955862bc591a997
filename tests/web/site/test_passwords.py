"""Which passwords are accepted."""

import pytest

from web.site import passwords


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "three odd little words",
        "Ünïcödé ist auch erlaubt 🚲",
        "x7" * 30 + "quite long",
        "lower case only please",
    ],
)
def test_long_passwords_of_any_signs_are_accepted(password: str) -> None:
    assert passwords.fault(password, "r.ablewhite", "Ruth Ablewhite") is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("x" * 1001, "at most 1000"),
        ("aaaaaaaaaaaaaaa", "repeat a few characters"),
        ("password1234", "harder to guess"),
        ("qwertyuiop12", "harder to guess"),
        ("iloveyou12345", "harder to guess"),
        ("probation2026!", "harder to guess"),
        ("caseauditcaseaudit", "harder to guess"),
        ("my name is ruth ablewhite", "isn't your name"),
        ("Ablewhite 1234 x", "isn't your name"),
        ("r.ablewhite is my name", "isn't your name"),
    ],
)
def test_common_passwords_and_names_are_refused(password: str, words: str) -> None:
    fault = passwords.fault(password, "r.ablewhite", "Ruth Ablewhite")
    assert fault is not None and words in fault
