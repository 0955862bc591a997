"""A command as a process: where its log goes, and the line of the log that says how it ended."""

import os
import sys
import time

import click

from web.server import shared_folder

SERVICES = ("serve", "demo", "follow")
"""Commands that go on for good: what they say goes into the log alone, where that is JSON."""

COUNTED: dict[str, float] = {}
"""What the command counted, for the line that says how it ended."""

SITES = ("serve", "demo")


def logged_run(main: click.Group) -> None:
    """Run the command line. As JSON (``CASEAUDIT_LOG``) a last line says which command it was and how it ended, and nothing of what
    it was asked.
    """
    os.environ.pop(shared_folder.SHARED_BY, None)  # it is ours to set
    named = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] in main.commands else ""
    if not os.environ.get("CASEAUDIT_LOG", "").strip():
        main()  # nothing of the log need be read for a command of a person at a terminal
        return
    from web.site import service_log

    try:
        as_json = service_log.form() == "json"
        service_log.set_up("site" if named in SITES else named or "caseaudit")
    except service_log.WrongLog as error:
        if named not in SERVICES:  # the check of their settings says so
            click.UsageError(str(error)).show()
            sys.exit(2)
        as_json = False
    if not as_json:
        main()
        return
    begun, code, own = time.monotonic(), 0, os.getpid()
    try:
        code = _as_service(main) if named in SERVICES else _for_people(main)
    finally:
        if os.getpid() == own:  # a worker of the site that is replaced is not the end of the command
            seconds = round(time.monotonic() - begun, 3)
            ended = {"command": named, "exit": code, "seconds": seconds, **COUNTED}
            service_log.LOG.info("ended", extra=ended)
    sys.exit(code)


def _for_people(main: click.Group) -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _as_service(main: click.Group) -> int:
    """Run it; what click would print of an error is a line of the log."""
    from web.site.service_log import LOG

    try:
        ended = main(standalone_mode=False)
    except click.ClickException as error:
        LOG.critical(error.format_message())
        return error.exit_code
    except click.Abort:
        return 1
    except SystemExit as ended_by:
        return ended_by.code if isinstance(ended_by.code, int) else int(ended_by.code is not None)
    return ended if isinstance(ended, int) else 0
