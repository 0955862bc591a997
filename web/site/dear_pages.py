"""Dear pages: those that count or write much. One account has few of them at once, so that it cannot keep others waiting."""

import atexit
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

from flask import Flask, current_app, g, make_response, render_template, request
from werkzeug.wrappers import Response

from web.server import shared_folder
from web.site import access_control, problems

View = TypeVar("View", bound=Callable[..., Any])

AT_ONCE = 2
"""Dear pages that one account may have at once, over all processes of a site."""

RETRY_SECONDS = 5

DEAR_PARTS = ("compliance", "matrix", "publishing", "replay", "reporting")
"""Blueprints of which every page is dear."""

DEAR_PAGES = ("calendars.feed", "inspecting.keep_draw", "inspecting.show_draw",
              "inspecting.take_frame", "imports.take", "assessing.agreement", "inspections.rescore")  # fmt: skip
"""Dear pages of other blueprints."""

DOWNLOADS = "table"
"""The last word of the name of a view that gives a table as a file."""


def dear(view: View) -> View:
    """State that a view counts or writes much."""
    view.is_dear = True  # type: ignore[attr-defined]
    return view


def is_dear(app: Flask, endpoint: str) -> bool:
    """Whether a view is one of the dear ones."""
    part, _, name = endpoint.rpartition(".")
    listed = part in DEAR_PARTS or endpoint in DEAR_PAGES or name.split("_")[-1] == DOWNLOADS
    return listed or getattr(app.view_functions.get(endpoint), "is_dear", False)


class Places:
    """The places of each account, kept as locks on files: a process that ends gives up those it had."""

    def __init__(self, folder: Path):
        self.folder = folder

    def take(self, account: str) -> int | None:
        """The open file of a place; None where the account has none left. Close it to give the place back."""
        name = sha256(account.encode()).hexdigest()[:32]
        for number in range(AT_ONCE):
            file = os.open(
                self.folder / f"{name}-{number}", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                return file
        return None


@cache
def folder_of_process(process: int) -> Path:
    """A folder that goes with its process; made before a fork, all processes of a site share it."""
    folder = Path(tempfile.mkdtemp(prefix="caseaudit-", dir=shared_folder.place()))
    atexit.register(_remove, folder, process)
    return folder


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        rmtree(folder, ignore_errors=True)


def attach(app: Flask) -> None:
    """Limit the dear pages. Attach it after access control, which says who somebody is.

    ``PLACES`` in the app's config: the folder that all processes of the site share.
    """
    app.before_request(_take)
    app.after_request(_keep_while_sent)
    app.teardown_request(_give_back)


def _take() -> Response | None:
    if request.endpoint is None or not is_dear(current_app, request.endpoint):
        return None
    who = access_control.signed_in()
    if who is None:
        return None
    places = Places(current_app.config["PLACES"] or folder_of_process(os.getpid()))
    g.place = places.take(who.username)
    return None if g.place is not None else _too_many()


def _keep_while_sent(response: Response) -> Response:
    """An answer that is made while it is sent keeps its place until its end."""
    if response.is_streamed and g.get("place") is not None:
        response.response = _held(response.response, g.pop("place"))
    return response


def _held(parts: Iterable[Any], place: int) -> Iterator[Any]:
    try:
        yield from parts
    finally:
        os.close(place)


def _give_back(_: BaseException | None) -> None:
    place = g.pop("place", None)
    if place is not None:
        os.close(place)


def _too_many() -> Response:
    happened = f"You have {AT_ONCE} large pages or files under way already. Wait until one of them is there."
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}
    if problems.asked_for():
        return problems.problem(429, happened, headers=headers)
    advice = f"Then ask for this page again. Nothing was recorded. Try in {RETRY_SECONDS} seconds."
    page = render_template("site/error.html", title="One at a time, please", happened=happened, advice=advice)
    return make_response(page, 429, headers)
