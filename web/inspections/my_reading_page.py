"""My reading: the cases that the reader has still to read, for all inspections; the first page of an inspector who has any."""

from flask import render_template

from domain.accounts.roles import OPENERS
from web.inspections.reading_pages import blueprint
from web.inspections.waiting_work import my_readings, waiting_work
from web.site import access_control


@blueprint.get("/my-reading")
@access_control.open_to(*OPENERS)
def mine() -> str:
    """The readings to finish, by inspection, the latest first."""
    readings = my_readings()
    access_control.shown(*(case for one in readings for case in (*one.calibration, *(case for case, _ in one.tasks))))
    return render_template("inspections/my_reading.html", readings=readings, waits=waiting_work())
