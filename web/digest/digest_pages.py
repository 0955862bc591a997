"""Whether somebody wants the weekly digest and where it goes; and the address in a mail that stops it, without signing in."""

import re

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from web.site import access_control, clock
from web.site.access_control import open_to, open_to_anyone

blueprint = Blueprint("digests", __name__)

LONGEST = 254
"""Characters of an address of mail, at most (RFC 5321)."""

ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""An address of mail, as a browser takes it."""


@blueprint.get("/account/digest")
@open_to(*WORKERS)
def index() -> str:
    """Whether the reader gets the digest, and the form by which they ask for it. It is off until they do."""
    return _page(typed="")


@blueprint.post("/account/digest")
@open_to(*WORKERS)
def change() -> Response | str | tuple[str, int]:
    """Begin the digest, send it to another address, or stop it."""
    digests, who = access_control.register().digests, access_control.account().username
    if request.form.get("step") == "stop":
        digests.stop(who)
        flash("The weekly digest is off, and the address is forgotten.")
        return redirect(url_for("digests.index"))
    typed = request.form.get("address", "").strip()
    if len(typed) > LONGEST or ADDRESS.fullmatch(typed) is None:
        problem = (
            "Enter an email address in the correct format, like name@example.com" if typed else "Enter an email address"
        )
        return _page(typed=typed, problem=problem), 400
    digests.wish(who, typed, clock.now())
    flash(f"The weekly digest goes to {typed} from now on.")
    return redirect(url_for("digests.index"))


@blueprint.get("/digest/stop/<mark>")
@open_to_anyone
def ask(mark: str) -> str:
    """The page behind the address in a mail. It stops nothing: programs that scan mails follow every link in them."""
    return render_template("digest/digest_stop.html", stopped=False)


@blueprint.post("/digest/stop/<mark>")
@open_to_anyone
def stop(mark: str) -> str:
    """Stop the digest that the mail with this address belongs to (RFC 8058). Nothing else can be done with the address."""
    username = access_control.register().digests.stopped_by(mark)
    if username is None:
        access_control.log("refused", detail="an address that stops a digest")
        abort(
            404,
            "This address stops no digest. Nothing was changed. It may have been used already, or be an older one.",
        )
    account = access_control.register().open_account(username, clock.day())
    access_control.log("account changed", who=account or username, detail="weekly digest stopped by its address")
    return render_template("digest/digest_stop.html", stopped=True)


def _page(typed: str, problem: str = "") -> str:
    wish = access_control.register().digests.wish_of(access_control.account().username)
    return render_template("digest/digest_wish.html", wish=wish, typed=typed, problem=problem)


def attach(app: Flask) -> None:
    """A mail's address is followed by programs of mail servers, which have no page of ours to take a token from."""
    app.extensions["csrf"].exempt(f"{__name__}.stop")
