"""Whether somebody is who they say: a password, and a second factor. Each try is counted before it is checked.

What is typed as a user name and is no account's is never kept or logged: people type passwords there.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.accounts.access_lines import UNKNOWN, Actor
from domain.accounts.kept_accounts import NoSuchAccount
from domain.accounts.password_hashes import GIVEN_FOR, hashed, is_older, is_password
from domain.accounts.roles import Account
from domain.accounts.sign_in_tries import Subject
from web.site import access_control, clock, known_browsers, passkeys
from web.site.languages import said

WRONG = "The user name or the password is not right"
WRONG_FACTOR = "That code is not right, or was used before"

FRESH = timedelta(minutes=5)
"""After a sign-in with a second factor, it is not asked again for so long."""


def check_password(username: str, password: str) -> Account | str:
    """The open account whose password this is; else the words for it, which are the same whatever is wrong."""
    subjects, now = known_browsers.subjects(username), clock.now()
    if words := _delayed(username, subjects, "password"):
        return words
    register = access_control.register()
    found = register.open_account(username, clock.day())
    kept = "" if found is None else register.password(username)
    if not is_password(register.key, username, password, kept, now) or found is None:
        access_control.log("sign-in failed", who=_known(username), detail="password")
        return said(WRONG)
    register.tries.succeeded(subjects, now)
    if is_older(kept):
        until = now + GIVEN_FOR if found.must_change else None
        register.make_anew(username, kept, hashed(register.key, username, password, until=until))
    return found


def check_factor(account: Account, form: Mapping[str, str]) -> tuple[str, str]:
    """By which second factor the form proves the account's owner, and the empty text; or two texts, what is wrong last.

    The form has a ``code`` (of an app, or a recovery code) or the answer of a ``passkey``.
    """
    register, now = access_control.register(), clock.now()
    subjects = [Subject(f"factor {register.key.mark('tries', account.username)}")]
    if words := _delayed(account.username, subjects, "second factor"):
        return "", words
    code = form.get("code", "").strip()
    if form.get("passkey"):
        how = "passkey" if passkeys.answers(account, form["passkey"]) else ""
    elif register.factors.takes_code(account.username, code, now):
        how = "authenticator app"
    else:
        how = "recovery code" if register.factors.takes_recovery_code(account.username, code) else ""
    if not how:
        access_control.log("sign-in failed", who=account, detail="second factor")
        return "", said(WRONG_FACTOR)
    register.tries.succeeded(subjects, now)
    return how, ""


def asks_factor(account: Account) -> bool:
    """Whether a change of how the person signs in asks for the second factor: unless it was given just now."""
    held = access_control.own_session()
    if not access_control.register().factors.of(account.username):
        return False
    return "and" not in held.how.split() or clock.now() - held.since >= FRESH


def confirmed(account: Account, form: Mapping[str, str]) -> dict[str, str]:
    """Check the password, and a code where a second factor is asked, before how somebody signs in is changed.

    Who has passkeys only signs in again, or gives a recovery code. Field (``old``, ``code``) -> what is wrong.
    """
    checked = check_password(account.username, form.get("old", ""))
    if isinstance(checked, str):
        return {"old": "That is not your password now" if checked == said(WRONG) else checked}
    if asks_factor(account):
        _, wrong = check_factor(account, {"code": form.get("code", "")})
        return {"code": wrong} if wrong else {}
    return {}


def _delayed(username: str, subjects: Sequence[Subject], what: str) -> str:
    """Count a try; the words where it must wait, else empty."""
    wait = access_control.register().tries.take(subjects, clock.now())
    if not wait:
        return ""
    access_control.log("sign-in delayed", who=_known(username), detail=f"{what}: not checked")
    return said(
        "There were too many tries. Wait {wait} and try again; nobody is shut out for longer", wait=_words(wait)
    )


def _known(username: str) -> Account | Actor:
    try:
        return access_control.register().account(username)
    except NoSuchAccount:
        return UNKNOWN


def _words(wait: timedelta) -> str:
    seconds = -int(-wait.total_seconds() // 1)
    if seconds == 1:
        return said("{n} second", n=1)
    return said("{n} seconds", n=seconds) if seconds < 120 else said("{n} minutes", n=-(-seconds // 60))
