"""The schemas of inspections: heads, steps, sheets, questions and cases."""

from marshmallow import fields

from web.api.answer_fields import code, day, flag, many, part, said, texts, whole
from web.api.api_query import Answer, Query, choice, text
from web.api.paged_lists import ReadSchema
from web.api.score_schemas import AdjustmentSchema, QuestionFiguresSchema, ScoreSchema

STATES = ("open", "frozen", "published")


class ListedInspectionSchema(Answer):
    """An inspection or audit in the list of all."""

    id = said("Its id.", example="gloucestershire-2005")
    title = said("Its title.")
    kind = code("Whether it is an inspection or an audit.", "inspection", "audit")
    area = said("The inspected area.")
    sample_date = day("The day as at which its files are read.")
    knowledge = code("Whether files are read as they `stood` or with `hindsight`.", "stood", "hindsight")
    framework = said("The framework by which it is scored.", example="esi-2003")
    state = code("How far it is.", *STATES)
    follows = said("The inspection that it follows; null: none, or none that is open to you.", null=True)
    runs = flag("Whether you run it.")


class AssessorSchema(Answer):
    """An assessor of an inspection."""

    name = said("The name.")
    role = said("In which role.")
    given = whole("Readings given to them.")
    finished = whole("Of these, finished.")


class StepsSchema(Answer):
    """How far an inspection is, for who runs it."""

    frame = whole("Cases in the frame; null: none is taken.", null=True)
    frames = whole("How often a frame was taken.")
    draws = whole("How often a sample was drawn.")
    sample = whole("Cases in the sample.")
    spares = whole("Spare cases left.")
    read = whole("Cases whose first reading is finished.")
    assessors = many(AssessorSchema, "Who reads.")
    managed = whole("Criteria of management that are rated, or not followed up.")
    management = whole("Criteria of management.")
    findings = whole("Findings written.")


class InspectionSchema(ListedInspectionSchema):
    """An inspection or audit: what it is, its state and steps."""

    evidence = said("What the answers rest on.", null=True)
    blind = flag("Whether readers judge before they see what the entries give.")
    frozen_on = day("The day on which it was frozen.", null=True)
    published_on = day("The day on which it was published.", null=True)
    unusable = said("Why its policy cannot be used; null: it can.", null=True)
    fixed = texts("Sentences on which files and texts of policy it rests.")
    units = texts("Of a region: the inspections of its units that are open to you.")
    steps = part(StepsSchema, "Its steps; null for who does not run it.", null=True)


class StoredLateSchema(Answer):
    """What of a sample was stored late."""

    entries = whole("Entries stored late.")
    cases = whole("Cases that have any.")
    answers = whole("Answers that rest on such.")
    taken_over = whole("Entries of a first load, which are never late.")
    cases_not_held = whole("Cases of which nothing was held at the moment.")


class FigureIntervalSchema(Answer):
    """The 95 % interval of a figure."""

    of = said("The section or criterion.", example="B1")
    low = fields.Float(required=True, metadata={"description": "Its lower end, per cent."})
    high = fields.Float(required=True, metadata={"description": "Its upper end."})


class InspectionSheetSchema(Answer):
    """The scoring summary sheet of an inspection, and of the one that it follows beside it."""

    now = part(ScoreSchema, "The figures of this inspection.")
    before = part(ScoreSchema, "Those of the one that it follows; null: none is set beside it.", null=True)
    changes = many(AdjustmentSchema, "How figures changed; none where none is set beside it.")
    intervals = many(FigureIntervalSchema, "The intervals of this inspection's figures.")
    evidence = texts("What each rests on, the one before first.")
    same_evidence = flag("Whether both rest on the same evidence; null: one does not say, or is alone.", null=True)
    beside = said("How far the two can be compared, as a sentence.")
    late = part(StoredLateSchema, "What of the sample was stored late.")
    unread = whole(
        "Cases of the sample that nobody has finished reading: until all are read, judged figures are not whole."
    )
    own_moment = flag("Whether it is read at the inspection's own moment, whose figures are published.")


class UnitAnswersSchema(Answer):
    """The added answers of a unit of a region to a question."""

    unit = said("The title of the unit's inspection; those that are not open to you are one.")
    sufficient = whole("Cases with the answer sufficient.")
    n = whole("Cases that count.")


class ComparedQuestionSchema(Answer):
    """A question of a criterion."""

    id = said("Its id.", example="plan-reviewed")
    text = said("The question.")
    printed = whole("Its score as printed, per cent.", null=True)
    now = part(QuestionFiguresSchema, "Its figures.")
    high_risk = part(QuestionFiguresSchema, "Those of the cases at high risk of harm.")
    before = part(QuestionFiguresSchema, "Those of the inspection before.", null=True)
    compared = said("Whether the change is more than chance, or is not adjusted; empty: nothing to say.")
    units = many(UnitAnswersSchema, "Of a region: the same by unit.")


class InspectionCriterionSchema(ReadSchema):
    """A criterion of an inspection with its questions."""

    id = said("Its id.", example="B1")
    title = said("Its title.")
    description = said("What it is about.")
    questions = many(ComparedQuestionSchema, "Its questions.")


class InspectionQuestionSchema(ComparedQuestionSchema, ReadSchema):
    """A question of an inspection."""

    criterion = said("Its criterion.", example="B1")
    citation = said("Where it is printed.")
    sure = said("How sure it is: `F` found, `R` recalled, `U` unsure, `P` ours.")
    cases = whole("How many cases are shown to you.")
    hidden = whole("How many are counted and not shown: held by somebody else, or of limited access.")
    blind = whole("Of how many you have still to finish a reading.")


class AnswerReasonSchema(Answer):
    """A reason of an answer."""

    clause = said("The clause of a duty.", null=True)
    citation = said("Where that clause is printed.", null=True)
    sure = said("How sure it is.", null=True)
    state = said("The state of that duty on the day.", null=True)
    due_on = day("When it was due.", null=True)
    entry = said("The entry of a judgement.", null=True)
    words = fields.String(required=True, metadata={"description": "The reason in words."})


class CaseAnswerSchema(Answer):
    """The answer of a case to a question."""

    case = said("The case.", example="X123456/1")
    unit = said("Of a region: the inspection of the unit.", null=True)
    high_risk = flag("Whether the case is at high risk of harm.")
    answer = code("The answer.", "sufficient", "insufficient", "not_applicable", "not_answered")
    basis = said("Whether it was derived or judged.")
    other = said("The answer on the other basis, where that differs.", null=True)
    absent = flag("Whether what was required is not there at all.")
    comment = said("The comment of who judged it.", null=True)
    because = many(AnswerReasonSchema, "The reasons.")
    late = texts("Entries stored or corrected late on which it rests.")


class CaseAnswerFilters(Query):
    """Which cases."""

    answer = choice("Only cases with this answer.", "insufficient", "sufficient", "not_applicable", "not_answered")


class RescoredQuery(Query):
    """By which edition."""

    standards = text("The edition of the standards. Default: the latest.", example="2007")


class ChangedAnswerSchema(Answer):
    """An answer that another edition changes."""

    case = said("The case.")
    question = said("The question.")
    was = said("The answer by the editions of their time.")
    now = said("The answer by this edition.")
    because = many(AnswerReasonSchema, "Why.")


class RescoredSchema(Answer):
    """An inspection judged by one edition of the standards alone."""

    edition = said("The edition.", example="2007")
    before = part(ScoreSchema, "The figures by the editions in force when each duty arose.")
    after = part(ScoreSchema, "The figures by this edition alone.")
    changed = whole("How many answers change, in all cases.")
    changes = many(ChangedAnswerSchema, "Those of the cases that are open to you.")


class OtherFrameworkQuery(Query):
    """By which framework."""

    framework = text("The other framework. Default: the first there is.", example="hmip-2018")


class TwoFrameworksSchema(Answer):
    """The same cases under two frameworks."""

    own = part(ScoreSchema, "Under the inspection's own.")
    other = part(ScoreSchema, "Under the other.")
