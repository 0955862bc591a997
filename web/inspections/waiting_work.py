"""What waits for the reader in inspections: those under way that they run, readings to finish, requests to confirm."""

from typing import NamedTuple

from domain.aggregates.inspection import Task
from domain.entries.inspection_entries import InspectionOpened
from web.services import current_cases, current_inspections
from web.site import access_control, clock, two_people


class MyReadings(NamedTuple):
    """The readings of one inspection that are to be finished, by case. ``closed``: how many more are closed to the reader.

    ``calibration``: the cases to read for calibration, before the others.
    """

    name: str
    opened: InspectionOpened
    tasks: list[Task]
    closed: int
    calibration: list[str]


class WaitingWork(NamedTuple):
    """``running``: name and title of each inspection that the reader runs and that is not published yet, the latest first.

    ``readings``: how many readings they have to finish. ``requests``: how many requests they may confirm as the second person.
    """

    running: list[tuple[str, str]]
    readings: int
    requests: int


def waiting_work() -> WaitingWork:
    """What waits for the person signed in."""
    book, who = current_cases.repository(), access_control.account()
    running = [
        (name, opened.title)
        for name, opened in current_inspections.inspections().items()
        if book.inspection(name).published is None and current_inspections.runs(name)
    ]
    readings = sum(len(one.tasks) + one.closed + len(one.calibration) for one in my_readings())
    waiting = access_control.register().requests.still_open(clock.now())
    return WaitingWork(running, readings, sum(two_people.may_be_confirmed(one, who) for one in waiting))


def my_readings() -> list[MyReadings]:
    """The inspections for which the person signed in has something to read, the latest first."""
    found = [_of(name, opened) for name, opened in current_cases.repository().inspections.items()]
    return [one for one in found if one.tasks or one.closed or one.calibration]


def _of(name: str, opened: InspectionOpened) -> MyReadings:
    inspection, keys = current_cases.repository().inspection(name), access_control.account().keys
    given, others = sorted(inspection.to_finish(*keys)), inspection.to_calibrate(*keys)
    tasks = [task for task in given if current_inspections.may_assess(name, task[0])]
    calibration = [case for case in others if current_inspections.may_assess(name, case)]
    return MyReadings(name, opened, tasks, len(given) - len(tasks) + len(others) - len(calibration), calibration)
