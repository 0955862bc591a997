"""Checkpoints of the site's record, handed to the witness on a schedule by a thread beside the requests."""

import threading
import time

from flask import Flask

from domain.accounts.access_growth import AccessTree
from domain.store.checkpointing import CHECKED, Schedule, WitnessPlan
from domain.store.damage import log_words
from domain.store.database import Database
from web.services import current_cases
from web.site import access_control, clock


def start(app: Flask, plan: WitnessPlan) -> None:
    """Hand over checkpoints as long as this process lives. To be called in each process of the site, after it was forked."""
    threading.Thread(target=_keep_on, args=(app, plan), daemon=True, name="witness").start()


def _keep_on(app: Flask, plan: WitnessPlan) -> None:
    schedule = None
    while True:
        try:
            with app.app_context():
                if schedule is None:
                    files, access = current_cases.repository().files, access_control.register().log
                    more = [AccessTree(access, files)]
                    schedule = Schedule(plan, app.config["DATABASE"], files, clock.now, more)
                schedule.tend()
        except Exception as error:
            app.logger.error(
                "no checkpoint could be handed over: %s", log_words(error, Database.at(app.config["DATABASE"]))
            )
        time.sleep(CHECKED)
