"""My reading: the cases that the reader has still to read, for all inspections; the first page of an inspector who has any."""

from typing import NamedTuple

from flask import Flask, render_template, request

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Task
from domain.entries.inspection_entries import InspectionOpened
from web.inspections.reading_pages import blueprint
from web.services import current_cases, current_inspections
from web.site import access_control
from web.site.links import is_home


class MyReadings(NamedTuple):
    """The readings of one inspection that are to be finished, by case. ``closed``: how many more are closed to the reader.

    ``calibration``: the cases to read for calibration, before the others.
    """

    name: str
    opened: InspectionOpened
    tasks: list[Task]
    closed: int
    calibration: list[str]


@blueprint.get("/my-reading")
@access_control.open_to(*OPENERS)
def mine() -> str:
    """The readings to finish, by inspection, the latest first."""
    readings = my_readings()
    access_control.shown(*(case for one in readings for case in (*one.calibration, *(case for case, _ in one.tasks))))
    return render_template("inspections/my_reading.html", readings=readings)


def my_readings() -> list[MyReadings]:
    """The readings that the person signed in has to finish, by inspection, the latest first."""
    found = [_of(name, opened) for name, opened in current_cases.repository().inspections.items()]
    return [one for one in found if one.tasks or one.closed or one.calibration]


def _of(name: str, opened: InspectionOpened) -> MyReadings:
    inspection, keys = current_cases.repository().inspection(name), access_control.account().keys
    given, others = sorted(inspection.to_finish(*keys)), inspection.to_calibrate(*keys)
    tasks = [task for task in given if current_inspections.may_assess(name, task[0])]
    calibration = [case for case in others if current_inspections.may_assess(name, case)]
    return MyReadings(name, opened, tasks, len(given) - len(tasks) + len(others) - len(calibration), calibration)


def on_home() -> int:
    """How many readings wait for the person signed in, on a home page that is not *My reading* itself; 0 on other pages."""
    who = access_control.signed_in()
    if who is None or request.endpoint == "assessing.mine" or not is_home(who):
        return 0
    return sum(len(current_inspections.to_read(name)) for name in current_cases.repository().inspections)


def attach(app: Flask) -> None:
    """Let the home page of whoever assesses beside other work say what waits to be read."""
    app.add_template_global(on_home, "to_read_on_home")
