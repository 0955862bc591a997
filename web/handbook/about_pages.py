"""The pages of the footer, open to anyone: help, accessibility statement, privacy, cookies, what's new."""

from flask import Blueprint, render_template

from domain.accounts.sign_in_sessions import IDLE, LONGEST
from web.site import access_control
from web.site.known_browsers import KNOWN_FOR

blueprint = Blueprint("about", __name__, url_prefix="/about")


@blueprint.get("/help")
@access_control.open_to_anyone
def help() -> str:
    """How to read and use the pages."""
    return render_template("handbook/about/help.html")


@blueprint.get("/accessibility")
@access_control.open_to_anyone
def accessibility() -> str:
    """The accessibility statement: what was tested, and what is not met."""
    return render_template("handbook/about/accessibility.html")


@blueprint.get("/privacy")
@access_control.open_to_anyone
def privacy() -> str:
    """What is kept, of whom, and who sees it."""
    return render_template("handbook/about/privacy.html")


@blueprint.get("/cookies")
@access_control.open_to_anyone
def cookies() -> str:
    """The cookies that the site sets, and for how long."""
    lasting = {"idle": IDLE.seconds // 60, "longest": LONGEST.seconds // 3600, "known": KNOWN_FOR.days}
    return render_template("handbook/about/cookies.html", **lasting)


@blueprint.get("/whats-new")
@access_control.open_to_anyone
def news() -> str:
    """What has changed for those who use the site, the latest first."""
    return render_template("handbook/about/news.html")
