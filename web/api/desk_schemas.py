"""Rows of the desk: what is to be done on a case, and what waits for whom."""

from web.api.answer_fields import code, day, flag, instant, many, part, reference, said, texts, whole
from web.api.api_query import Answer
from web.api.case_facts import CaseFactsSchema
from web.api.given_duties import DutyFactsSchema
from web.api.paged_lists import ReadSchema

BAND = "abcde"


class NoticeFactsSchema(Answer):
    """A notice on a case."""

    notice = said("The id of its kind.")
    title = said("Its kind in words.")
    says = said("What it means, and what to do.")
    since = day("Since when it stands.")


class TodoLineSchema(Answer):
    """Something to be done: a duty, or what a notice asks."""

    kind = said("Its kind.", "contact")
    says = said("The same in a sentence.")
    due_on = day("Its day; of a notice, the day since when it stands.")
    days_left = whole("Working days to its day; negative: that has passed.", -3)
    overdue = flag("Whether it is overdue.")
    managers = flag("Whether it is a manager's own to do.")
    arranged_on = day("The day of an appointment that would meet it; null: none is booked.", null=True)
    duty = part(DutyFactsSchema, "The duty; null: it is a notice.", null=True)
    notice = part(NoticeFactsSchema, "The notice; null: it is a duty.", null=True)
    entry = said(
        "The entry of this file that raised it or that it is about; null: none, or of another file.", null=True
    )
    returned = said("Of an assessment to countersign: that it was returned to its officer; empty: it was not.")


class TodoBlockSchema(CaseFactsSchema):
    """A case with what is to be done on it."""

    part = code(
        "The part of the list: `yours` and `officers` for who leads a team, `todo` for a case manager, `every` for other "
        "managers, `folded` for what is folded away.", "yours", "officers", "todo", "every", "folded",
    )  # fmt: skip
    band = code("The band that orders the list, from the gravest.", *BAND)
    band_says = said("The band in words.")
    review_due_on = day("Since when the assessment of risk is past its review; null: it is not.", null=True)
    missed = whole("Times for contact that closed in the last four weeks with too few appointments.", 0)
    lines = many(TodoLineSchema, "What is to be done.")


class DutyLineSchema(CaseFactsSchema):
    """A duty on a list of the desk."""

    duty = part(DutyFactsSchema, "The duty.")
    days_left = whole("Working days to the day it is due; negative: that has passed.", -3)


class NoticeLineSchema(CaseFactsSchema):
    """A notice on a list of the desk."""

    notice = part(NoticeFactsSchema, "The notice.")
    entry = said("The entry of this file that it is about; null: none, or of another file.", null=True)


class RecordedLateSchema(CaseFactsSchema):
    """An entry recorded late."""

    entry = said("The id of the entry.", "0014")
    type = said("The type of entry.", "AppointmentMade")
    title = said("What it is, in words.")
    occurred_on = day("The day on which it happened.")
    recorded_on = day("The day on which it was recorded.")
    working_days_late = whole("Working days from the one to the other.", 4)


class CountersignSchema(CaseFactsSchema):
    """An assessment that waits for a countersignature."""

    assessment = said("The id of its entry; null: the row names none.", "0002", null=True)
    line = part(TodoLineSchema, "What asks for it.")
    with_officer = flag("Whether it was returned, and waits for the officer.")


class ListCountSchema(Answer):
    """A list of the desk, and how long it is."""

    id = said("Its id.", "overdue")
    group = said("Its group.", "Standards")
    title = said("Its title.", "Overdue")
    says = said("What is on it.")
    holds = code("What its rows are, and so which operation gives them.", "duties", "notices", "late")
    lines = whole("How many rows it has.", 12)
    cases = whole("Of how many cases.", 7)
    ended = whole("How many of these have ended.", 0)


class WaitingSchema(Answer):
    """A request about cases that waits for you as the second person."""

    number = whole("Its number.", 4)
    says = said("What is asked for.")
    asked_by = said("Who asked.")
    asked_at = instant("When.")


class LateSourceSchema(Answer):
    """A source whose next extract is late."""

    source = said("The source.", "crams")
    normal_days = whole("Within how many days it normally comes.", 1)


class DeskSchema(ReadSchema):
    """The desk: how long its lists are, and what stands beside them."""

    cases = whole("Current cases that you may open.", 14)
    high_risk = whole("Those of them at high risk of harm.", 3)
    complete_to = day(
        "The day to which the record is complete; null: nothing was imported, or not today is read.",
        null=True,
    )
    extract_at = instant("When the last extract came; null: not said.", null=True)
    late_sources = many(LateSourceSchema, "Sources whose extract is late.")
    lists = many(ListCountSchema, "Every list, those too that are empty.")
    soon = whole("Items that fall due within a week.", 5)
    arranged = whole("Those of them for which an appointment is arranged.", 2)
    clocks = whole("Enforcement clocks among them.", 1)
    folded_ended = whole("Items folded away: on ended cases.", 0)
    folded_old = whole("Items folded away: more than a year overdue.", 0)
    snoozed = whole("Items that you have hidden for a while.", 0)
    nothing_in = texts("Kinds of duty that were looked at, and of which nothing is there.")
    not_laid = texts("Subjects on which the edition in force lays no duties.")
    not_shown = whole("Duties of the edition that no case record can show.", 3)
    stored_late = whole("Entries stored late on these cases.", 0)
    requests = many(WaitingSchema, "Requests that wait for you as the second person; for who leads a team.")


class DiaryVisitSchema(Answer):
    """An appointment."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    entry = said("The id of the entry.", "0014")
    on = day("Its day.")
    time = said("Its time; null: none is said.", "14:00", null=True)
    contact_type = said("What kind of contact it is.", "office")
    outcome = said("What became of it; null: nobody has said yet.", null=True)
    acceptable = flag("Whether an absence was decided acceptable; null: nobody decided.", null=True)
    known = said("The same in words.", "no outcome yet")


class ReturnedSchema(Answer):
    """An assessment that a manager returned to you."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    assessment = said("The id of its entry.", "0002")
    assessed_on = day("The day of the assessment.")
    returned_on = day("The day on which it was returned.")
    by = said("Who returned it; null: nobody is named.", null=True)
    reason = said("What is to be changed.")


class CaseLineOfTodoSchema(TodoLineSchema):
    """Something to be done, with its case."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")


class TodaySchema(ReadSchema):
    """A case manager's day. What is to be done by case is the list `listToDo`."""

    appointments = many(DiaryVisitSchema, "The appointments of the day.")
    week = many(DiaryVisitSchema, "Those of the seven days after it.")
    returned = many(ReturnedSchema, "What is asked of you: assessments that a manager returned.")
    outcomes = many(CaseLineOfTodoSchema, "The last appointments without an outcome.")
    to_record = whole("How many there are in all.", 3)
    todo_cases = whole("Cases with something to be done.", 4)
    todo = whole("Duties to be done on them.", 7)
    managers = whole("Duties on your cases that wait for your manager.", 1)
    undecided = whole("Absences on your cases that wait for a decision.", 0)


class BandsSchema(Answer):
    """Cases with something to be done, each in the first band that fits."""

    a = whole("Very high risk of harm, MAPPA level 3, or never assessed.", 1)
    b = whole("An enforcement clock that ends soon.", 2)
    c = whole("High risk of harm, or MAPPA level 2.", 3)
    d = whole("All others.", 5)
    e = whole("Something to be recorded.", 2)


class TeamSummarySchema(Answer):
    """A team in the summary."""

    area = said("Its area.", "Gloucestershire")
    division = said("Its division.")
    team = said("The team; empty: none.", "Gloucester")
    cases = whole("Its current cases.", 14)
    high_risk = whole("Those of them at high risk of harm.", 3)
    bands = part(BandsSchema, "Its cases with something to be done.")


class SummarySchema(ReadSchema):
    """Teams by what is to be done."""

    teams = many(TeamSummarySchema, "By area, division and name.")
    bands = part(BandsSchema, "All of them together.")


class OutcomeSchema(DiaryVisitSchema):
    """An appointment whose outcome is to be recorded, or was."""

    part = code(
        "`waiting`: of the day, without an outcome; `told`: of the day, and not waiting; `earlier`: of a day before today, "
        "without an outcome.", "waiting", "told", "earlier",
    )  # fmt: skip
