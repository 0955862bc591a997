"""Appointments, absences and enforcement in a sample case."""

from datetime import date, timedelta

from domain.calendar.workdays import add_working_days, is_working_day
from web.demo.case_pen import Pen

PUNISHMENT = ("community_punishment_order", "community_punishment_and_rehabilitation_order")


def write_contact(pen: Pen) -> None:
    """Write the appointments and their outcomes, to the end of the file."""
    if pen.brief.order_type in PUNISHMENT:
        _write_unpaid_work(pen)
    days = _days(pen)
    missed = _missed(pen, days)
    for number, day in enumerate(days):
        licence_visit = number == 1 and pen.brief.order_type == "licence"
        contact_type = "home_visit" if licence_visit or pen.rng.random() < 0.05 else "office"
        made_on = days[number - 1] if number else pen.start
        if pen.rng.random() < 0.01:
            # A typing error, corrected on the next working day.
            entry = pen.write("AppointmentMade", made_on, for_on=day + timedelta(days=28), contact_type=contact_type)
            pen.write("EntryCorrected", made_on, recorded_on=add_working_days(made_on, 1), of=entry,
                      fields={"for_on": day.isoformat()})  # fmt: skip
        else:
            entry = pen.write("AppointmentMade", made_on, for_on=day, contact_type=contact_type)
        if day in missed:
            _write_absence(pen, entry, day, last=day == missed[-1], number=missed.index(day))
        else:
            pen.write("AppointmentOutcomeRecorded", day, recorded_on=_recorded_on(pen, day, number), appointment=entry,
                      outcome="attended_complied")  # fmt: skip
    if pen.rng.random() < 0.15:
        day = days[len(days) // 2]
        double = pen.write("ContactLogged", day, contact_type="telephone", note="Rang to confirm the appointment.")
        pen.write("EntryWithdrawn", day, recorded_on=add_working_days(day, 1), of=double, reason="Entered twice")


def _recorded_on(pen: Pen, day: date, number: int) -> date:
    if pen.brief.is_sufficient("contacts-recorded") or number % 2:
        return day
    return pen.workday(day, 2, 6)


def _spacing(pen: Pen, days_in: int) -> int:
    """Days to the next appointment by the standard then in force."""
    brief = pen.brief
    if pen.start.year >= 2005:
        if brief.high:
            return 7
        if (brief.tier or 3) >= 3:
            return 7 if days_in < 112 else 14
        if brief.tier == 2:
            return 7 if days_in < 112 else 28
        return 14 if days_in < 112 else 28
    if brief.order_type == "licence":
        return 7 if days_in < 28 else 14 if days_in < 84 else 28
    return 7 if days_in < 84 else 14 if days_in < 168 else 28


def _days(pen: Pen) -> list[date]:
    """The days of the appointments: as often as the standard asks, or about half as often."""
    brief = pen.brief
    often = brief.is_sufficient("appointments-sufficiently-frequent")
    offset = 0 if brief.order_type == "licence" else pen.between(1, 3)
    days: list[date] = []
    days_in = offset
    while pen.start + timedelta(days=days_in) < pen.until:
        day = pen.start + timedelta(days=days_in)
        while not is_working_day(day):
            day += timedelta(days=1)
        if not days or day > days[-1]:
            days.append(day)
        if brief.order_type == "community_punishment_order":
            days_in += 28
        else:
            days_in += _spacing(pen, days_in) * (1 if often else 2)
    return days


def _missed(pen: Pen, days: list[date]) -> list[date]:
    brief = pen.brief
    if not brief.relevant("absences-followed-up"):
        return []
    needed = 1
    if brief.relevant("breach-or-recall-on-time"):
        needed = 3 if brief.order_type == "licence" else 2
    could = [d for d in days[1:] if pen.start + timedelta(days=13) < d < pen.seen_on - timedelta(days=45)]
    return sorted(pen.rng.sample(could, needed))


def _write_absence(pen: Pen, entry: str, day: date, *, last: bool, number: int) -> None:
    brief = pen.brief
    breach = brief.relevant("breach-or-recall-on-time")
    in_time = brief.is_sufficient("breach-or-recall-on-time")
    followed = brief.is_sufficient("absences-followed-up")
    acceptable = not breach and pen.rng.random() < 0.5
    pen.write("AppointmentOutcomeRecorded", day, appointment=entry, outcome="awaiting_explanation")
    judged_on = pen.workday(day, 3, 6) if followed else pen.workday(day, 8, 9)
    if followed:
        pen.write("ContactLogged", pen.workday(day, 1, 2), contact_type="letter", about=entry,
                  note="Letter sent asking for an explanation.")  # fmt: skip
    reason = (
        "Medical certificate seen" if acceptable else pen.rng.choice(["No reply to the letter", "Overslept", "Forgot"])
    )
    pen.write("AbsenceJudged", judged_on, appointment=entry, acceptable=acceptable, reason=reason)
    if acceptable:
        return
    if breach and last:
        _write_breach(pen, entry, day, judged_on, in_time)
    if followed and not (breach and last and in_time):
        pen.write(
            "WarningGiven",
            add_working_days(judged_on, 1),
            appointments=[entry],
            stage="first" if number == 0 else "final",
        )


def _write_breach(pen: Pen, entry: str, day: date, judged_on: date, in_time: bool) -> None:
    on = max(judged_on, pen.workday(day, 7, 9)) if in_time else pen.workday(day, 13, 20)
    if not in_time and pen.rng.random() < 0.5:
        if pen.rng.random() < 0.4:
            # Nothing was done. After the inspection the absence was accepted.
            after = pen.seen_on + timedelta(days=pen.between(7, 20))
            pen.write(
                "AbsenceJudged", after, appointment=entry, acceptable=True, reason="Hospital letter received late"
            )
        return
    if pen.brief.order_type == "licence":
        pen.write("RecallRequested", on, reason="Third unacceptable failure")
        pen.write("RecallDecided", add_working_days(on, 5), outcome="warned")
    else:
        pen.write("BreachInitiated", on, appointments=[entry])
        pen.write("BreachDecided", add_working_days(on, 20), outcome="order_continues_with_penalty")


def _write_unpaid_work(pen: Pen) -> None:
    day = pen.start + timedelta(days=7)
    while day < pen.until:
        pen.write("UnpaidWorkSession", day, hours=float(pen.rng.choice([5, 6, 7])), outcome="attended_complied")
        day += timedelta(days=7)
