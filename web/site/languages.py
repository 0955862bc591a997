"""Languages: English, and Welsh where somebody has read it over. Which is chosen, and what a page says in it.

Messages are the English texts; ``web/locale/cy.po`` has the Welsh of each. Where no ``# reviewed by: NAME, DAY`` stands above one,
it is not shown: English stands in, marked as English. So nobody is told in bad Welsh what they may be held to.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po
from flask import Blueprint, Flask, abort, has_request_context, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from web.site import access_control, links

Language = Literal["en", "cy"]
LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Cymraeg"}
COOKIE = "language"
A_YEAR = 365 * 24 * 60 * 60
"""Seconds for which a choice is kept."""

TRANSLATED = ("signing_in.index", "signing_in.enter", "factors.ask", "factors.give")
"""The pages that speak Welsh, beside those of ``about``: signing in."""

CATALOGUE = Path(__file__).parent.parent / "locale" / "cy.po"
REVIEWED = "reviewed by:"

blueprint = Blueprint("languages", __name__)


class NotReviewed(LookupError):
    """Nobody has read over the Welsh of a phrase."""


@cache
def reviewed(path: Path = CATALOGUE) -> Mapping[str, str]:
    """The messages whose Welsh somebody has read over: English -> Welsh."""
    with path.open("rb") as file:
        found = read_po(file, locale="cy")
    return {
        str(message.id): str(message.string)
        for message in found
        if message.id and message.string and any(REVIEWED in line for line in message.user_comments)
    }


def chosen() -> Language:
    """The language that the reader chose; English where they chose none, and outside of a request."""
    return "cy" if has_request_context() and request.cookies.get(COOKIE) == "cy" and reviewed() else "en"


def _is_translated() -> bool:
    return request.blueprint == "about" or request.endpoint in TRANSLATED


def page_language() -> Language:
    """The language of this page."""
    return chosen() if _is_translated() else "en"


def said(message: str, **values: object) -> Markup:
    """A message in the language of the page. ``values`` fill its gaps, such as ``{name}``."""
    if page_language() == "en":
        return escape(message).format(**values)
    welsh = reviewed().get(message)
    if welsh is None:
        return Markup('<span lang="en">{}</span>').format(escape(message).format(**values))
    return escape(welsh).format(**values)


def said_markup(message: str, **values: object) -> Markup:
    """The same for a message with tags of HTML in it, such as ``<strong>``."""
    welsh = reviewed().get(message) if page_language() == "cy" else None
    if welsh is None and page_language() == "cy":
        return Markup('<span lang="en">{}</span>').format(Markup(message).format(**values))  # noqa: S704 - our own text
    return Markup(welsh or message).format(**values)  # noqa: S704 - our own text


def said_plain(message: str, **values: object) -> str:
    """The same without markup, for titles and for what is no text of its own."""
    welsh = reviewed().get(message) if page_language() == "cy" else None
    return (welsh or message).format(**values)


def welsh_phrase(phrase: str) -> str:
    """The Welsh of a phrase of a sentence; ``NotReviewed``: the whole sentence is then said in English."""
    welsh = reviewed().get(phrase)
    if welsh is None:
        raise NotReviewed(phrase)
    return welsh


@blueprint.get("/language/<code>")
@access_control.open_to_anyone
def choose(code: str) -> Response:
    """Choose a language, and go back to the page one came from."""
    if code not in LANGUAGES:
        abort(404, f"There is no language {code}; there are {', '.join(LANGUAGES)}.")
    back = request.args.get("next", "")
    answer = redirect("/sign-in" if back.partition("?")[0] == "/sign-in" else links.local(back))
    answer.set_cookie(COOKIE, code, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def attach(app: Flask) -> None:
    """Give the templates ``_``, ``_m``, ``_plain``, ``page_language`` and the other language, where there is one."""
    app.jinja_env.globals.update(
        {
            "_": said,
            "_m": said_markup,
            "_plain": said_plain,
            "page_language": page_language,
            "other_language": other,
        }
    )


def other() -> tuple[str, str] | None:
    """The code and name of the language that the reader may change to; None: nothing is reviewed, or the page has one only."""
    if not _is_translated() or not reviewed():
        return None
    code = "en" if chosen() == "cy" else "cy"
    return code, LANGUAGES[code]
