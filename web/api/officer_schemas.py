"""Officers, teams, the supervision sheet, agreed actions and learning points, as answers give them."""

from typing import get_args

from domain.entries.action_entries import PLAN_LEVELS, Outcome
from projections.reports.comparison import Comparison
from web.api.answer_fields import code, day, flag, instant, many, part, reference, risk, said, share, texts, whole
from web.api.api_query import Answer
from web.api.case_facts import CaseFactsSchema
from web.api.given_duties import DutyFactsSchema
from web.api.paged_lists import ReadSchema


class ProportionSchema(Answer):
    """Duties met, of those that fell due."""

    held = whole("Met; 0 where it is withheld.", 31)
    n = whole("Fell due; 0 where it is withheld.", 40)
    score = share("Per cent; null: nothing fell due, or it is withheld.")
    withheld = flag("Whether you are not told it.")


class CountedBesideSchema(Answer):
    """What is counted beside a figure."""

    dispensed = whole("Duties dispensed with, which count as not met.", 0)
    told_late = whole("Duties met in time by what the file said only after they were due.", 0)
    transferred = whole("Duties of cases that left shortly before the day, which are in no figure here.", 0)
    snoozed = whole("Duties that somebody had hidden from their own list shortly before the day.", 0)


class ContactFigureSchema(Answer):
    """How often contact was arranged in time, over twelve months."""

    own = part(ProportionSchema, "The figure.")
    area = part(ProportionSchema, "That of the area, as you are told it.")
    against_area = code(
        "How it differs from the rest of the area, counted case by case; null: nothing is compared.",
        *get_args(Comparison),
        null=True,
    )
    apart = part(CountedBesideSchema, "What is counted beside it.")


class UnitLineSchema(Answer):
    """The current cases of an officer or a team, of those that you may open."""

    key = said("The key for addresses: the id of the source, or the name where there is none.", "Helen Sallis")
    name = said("The name.", "Helen Sallis")
    cases = whole("Current cases.", 5)
    high_risk = whole("Those of them at high risk of harm.", 1)
    overdue = whole("Duties overdue that are theirs, and were due while they held the case.", 2)
    new = whole("Cases that began, or came to them, in the last 90 days.", 1)
    contact = part(ContactFigureSchema, "Contact arranged in time.")


class OfficerLineSchema(UnitLineSchema):
    """An officer."""

    teams = texts("The teams in which they hold cases.")
    grade = said("The grade in words.")
    open = flag("Whether their supervision sheet is open to you.")
    last_supervision = day("The last day of supervision; null: none is recorded.", null=True)


class TeamLineSchema(UnitLineSchema):
    """A team."""

    division = said("Its division.")
    area = said("Its area.", "Gloucestershire")
    officers = whole("How many officers hold cases in it.", 4)
    actions_open = whole("Agreed actions that are open.", 2)
    actions_overdue = whole("Those of them that are overdue.", 0)


class ActionAnswerSchema(Answer):
    """An answer to an action, or to the page."""

    by = said("Who answered.")
    at = instant("When.")
    answer = said("The answer.")


class ActionChangeSchema(Answer):
    """A change of an action."""

    by = said("Who changed it.")
    at = instant("When.")
    reason = said("Why.")


class ActionSchema(Answer):
    """An agreed action."""

    level = code("Whose action it is.", *PLAN_LEVELS)
    key = said("The key of the unit.", "Gloucester")
    unit = said("The name of the unit.", "Gloucester")
    id = said("The id of the action in the unit's plan.", "4f1c22a09b7e")
    what = said("What was agreed.")
    owner = said("Who does it.")
    agreed_on = day("The day on which it was agreed.")
    by_when = day("By when it is due.")
    overdue = flag("Whether it is overdue.")
    shows = said("What in the record shows it; empty: nothing does.")
    progress = said("What the record shows of it; empty: not told, since you do not answer for all of the unit.")
    done = part(ProportionSchema, "The same as a figure; null: nothing shows it, or it is not told.", null=True)
    before = part(ProportionSchema, "Of a measure: the year before it was agreed; null: none.", null=True)
    recommendation = whole("The recommendation of the inspection that it answers; null: none.", 8, null=True)
    outcome = code("How it ended; null: it is open.", *get_args(Outcome), null=True)
    closed_on = day("The day on which it was closed; null: it is open.", null=True)
    reason = said("What became of it; empty: nothing was said.")
    changes = many(ActionChangeSchema, "How it was changed.")
    answers = many(ActionAnswerSchema, "Answers to it.")


class PlanSchema(ReadSchema):
    """The agreed actions of a unit."""

    level = code("Whose actions they are.", *PLAN_LEVELS)
    key = said("The key of the unit.", "Gloucester")
    name = said("The name of the unit.", "Gloucester")
    open = many(ActionSchema, "Those that are open, by when they are due.")
    closed = many(ActionSchema, "Those that are closed, the last closed first.")
    answers = many(ActionAnswerSchema, "Answers to the page.")
    last_supervision = day("Of an officer: the last day of supervision; null: none is recorded.", null=True)
    working_time = whole("Of an officer: the working time in per cent; null: nobody has said.", 100, null=True)


class QuarterSchema(Answer):
    """A measure in a quarter."""

    until = day("Its last day, or the day read.")
    running = flag("Whether the quarter is not over on the day read.")
    own = part(ProportionSchema, "The officer's figure.")
    area = part(ProportionSchema, "That of the areas, as you are told it.")


class SheetMeasureSchema(Answer):
    """A measure of an officer."""

    measure = said("The id of the measure.", "contact-arranged")
    title = said("Its title.")
    year = part(ProportionSchema, "The figure of twelve months.")
    cases = whole("How many cases are behind it.", 9)
    area = part(ProportionSchema, "That of the areas, as you are told it.")
    area_on = day(
        "The month end of which the areas' rounded figures are; null: they are exact, of the day read.", null=True
    )
    against_area = code("How it differs from the rest; null: nothing is compared.", *get_args(Comparison), null=True)
    apart = part(CountedBesideSchema, "What is counted beside it.")
    quarters = many(QuarterSchema, "The last quarters, the oldest first.")


class DiscussSchema(CaseFactsSchema):
    """A case to talk about."""

    rule = said("The id of the rule that it fits.", "going-well")
    title = said("The rule in words.")
    says = said("What the rule means.")
    duty = part(DutyFactsSchema, "The duty that says so; null: none does.", null=True)
    number = whole("How many duties of this kind there are.", 1)


class SheetDutySchema(DutyFactsSchema):
    """A duty that is overdue with the officer."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")


class RiskAndTierSchema(Answer):
    """Cases of a level of risk and a tier."""

    risk = risk("The level of risk of harm; null: not assessed.")
    tier = whole("The tier; null: none.", 3, null=True)
    cases = whole("How many.", 2)


class JudgedSchema(Answer):
    """How work was judged on a question, outside inspections, in the last year."""

    question = said("The question.")
    sufficient = whole("Cases judged sufficient.", 3)
    n = whole("Cases judged.", 4)
    last_on = day("The day of the last judgement.")


class RecordedSchema(Answer):
    """How late entries were recorded in twelve months."""

    entries = whole("Entries recorded.", 232)
    late = whole("Those recorded late.", 3)
    median = whole("Half of these came within so many working days; null: none was late.", 2, null=True)
    longest = whole("The longest; null: none was late.", 4, null=True)
    says = said("The same in a sentence.")


class OversightSchema(Answer):
    """A manager's oversight of a case."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    risk = risk()
    last_on = day("When it was last recorded; null: never.", null=True)
    due_on = day("When the next is due, or was; null: none is open.", null=True)


class SupervisionSheetSchema(ReadSchema):
    """The sheet for supervision of an officer. It is for a conversation, and not for ranking people."""

    key = said("The key of the officer.", "Helen Sallis")
    name = said("The name.", "Helen Sallis")
    grade = said("The grade in words.")
    teams = texts("The teams in which they hold cases.")
    own = flag("Whether the officer is you.")
    cases = whole("Current cases, of those that you may open.", 5)
    high_risk = whole("Those of them at high risk of harm.", 1)
    inherited = whole("Those that somebody else held 90 days ago.", 1)
    in_custody = whole("Those in custody.", 0)
    discuss = many(DiscussSchema, "At most three cases to talk about.")
    overdue_in_all = whole("Duties overdue that are theirs, and were due while they held the case.", 12)
    overdue = many(SheetDutySchema, "Of these the longest overdue.")
    overdue_of_managers = whole("Overdue and a manager's to do, and not counted.", 2)
    overdue_before = whole("Overdue and due before the case came to them, and not counted.", 0)
    by_risk_and_tier = many(RiskAndTierSchema, "The cases by level of risk and tier.")
    measures = many(SheetMeasureSchema, "Contact, then enforcement.")
    judged = many(JudgedSchema, "Quality, as judged in the last year.")
    recorded = part(RecordedSchema, "How late entries were recorded; null: withheld.", null=True)
    oversight = many(OversightSchema, "The last oversight of each case.")
    plan = part(PlanSchema, "What was agreed.")


class LearningPointSchema(Answer):
    """What somebody noted is to be learned from how a case was read."""

    case = reference()
    inspection = said("The inspection of the reading.", "gloucestershire-2005")
    title = said("Its title.")
    question = said("The question that it is about, in words.")
    says = said("What is to be learned.")
    by = said("Who noted it.")
    on = day("On which day.")


class LearningQuestionSchema(Answer):
    """How many learning points there are on a question."""

    question = said("The question, in words.")
    points = whole("How many.", 2)


class LearningSchema(ReadSchema):
    """Learning points by question."""

    points = whole("How many there are in all.", 3)
    questions = many(LearningQuestionSchema, "The most first.")
