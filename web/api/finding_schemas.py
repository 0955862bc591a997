"""The schemas of what an inspection found: management, report, answers, policy, process, the area."""

from marshmallow import fields

from web.api.answer_fields import counts, day, flag, instant, many, named, part, said, texts, whole
from web.api.api_query import Answer
from web.api.inspection_schemas import FigureIntervalSchema
from web.api.score_schemas import KeptTextSchema, RatingSchema


class RatedItemSchema(Answer):
    """An evidence item of a criterion of management."""

    id = said("Its id.")
    text = said("What it is.")
    rating = said("Its rating; null: open.", null=True)
    evidence = said("On what evidence.", null=True)
    sources = counts("Kind of source -> how many.")
    citation = said("Where it is printed.")
    sure = said("How sure it is: `F` found, `R` recalled, `U` unsure, `P` ours.")


class ManagementCriterionSchema(Answer):
    """A criterion of management."""

    id = said("Its id.", example="A1")
    title = said("Its title.")
    items = many(RatedItemSchema, "Its items.")
    proposed = said("The rung that its ratings propose; null: not all are rated.", null=True)
    why = said("Why that one.")
    printed = said("The rung as printed; null: open.", null=True)
    followed_up = flag("Whether it is followed up.")
    adjusted_to = said("The rung to which it was moved.", null=True)
    adjusted_for = said("Why.", null=True)
    agreed_by = texts("Who of the panel agreed.")


class ManagementSchema(Answer):
    """Section A of an inspection, and the bands of frameworks that have them."""

    criteria = many(ManagementCriterionSchema, "The criteria of management; none: the framework has none.")
    rungs = texts("The rungs of the ladder, the highest first.")
    rating = part(RatingSchema, "How its sections are rated; null: the framework has no bands.", null=True)


class FixingSchema(Answer):
    """When files that a frozen inspection rests on were fixed."""

    by = said("By what.")
    at = said("When.")
    files = whole("How many files.")
    position = whole("The last entry of the record then.")
    hash = said("Its hash.")


class ReportFrameSchema(Answer):
    """The frame of an inspection, in counts."""

    started_from = day("Supervision began from this day.")
    started_to = day("To this day.")
    division = said("Of this division alone.", null=True)
    team = said("Of this team alone.", null=True)
    orders = texts("Of these orders alone.")
    strata = texts("By what it is grouped.")
    cases = whole("Its cases.")
    left_out = whole("Cases of the window that are left out.")


class ReportDrawSchema(Answer):
    """The draw of an inspection, in counts."""

    size = whole("The cases asked for.")
    seed = said("Its seed; null: a draft does not say.", null=True)
    per_officer = whole("At most so many of one officer.", null=True)
    spare_per_cent = whole("Spare cases, per cent.")
    cases = whole("Cases drawn.")
    spares = whole("Spare cases.")


class ReportFigureSchema(Answer):
    """A figure as printed."""

    of = said("Of which section or criterion.", example="B1")
    printed = said("As printed.", example="66%")


class ReportManagementSchema(Answer):
    """A criterion of management in a report."""

    of = said("The criterion.", example="A1")
    ratings = named("Item -> rating.")
    proposed = said("The rung that they propose.", null=True)
    printed = said("The rung as printed.", null=True)
    followed_up = flag("Whether it is followed up.")


class NotRescoredSchema(Answer):
    """A criterion that is not re-scored."""

    of = said("The criterion.")
    reason = said("Why.", null=True)


class ReportSourceSchema(Answer):
    """What a criterion of management rests on."""

    of = said("The criterion.")
    kind = said("The kind of source.")
    count = fields.Integer(required=True, metadata={"description": "How many."})


class ReportAdjustedSchema(Answer):
    """A rating that was moved."""

    of = said("Of which section or criterion.")
    proposed = said("As its figure or ratings propose.", null=True)
    to = said("As it was moved.", null=True)
    reason = said("Why.")
    ground = fields.String(metadata={"description": "On which ground, where there is one."})


class HighRiskShareSchema(Answer):
    """The figure of a question for cases at high risk of harm."""

    sufficient = whole("Cases that are sufficient.")
    n = whole("Cases that count.")


class ReportQuestionSchema(HighRiskShareSchema):
    """The figure of a question in a report."""

    of = said("The question.")
    high_risk = part(HighRiskShareSchema, "Those at high risk of harm.")


class FindingSchema(Answer):
    """A finding as written, beside its figure."""

    criterion = said("The criterion.")
    question = said("The question; null: the whole criterion.", null=True)
    text = said("The finding.")
    conclusion = flag("Whether it is a conclusion.")
    direction = said("Which way it says the figure went.", null=True)
    was = whole("The figure before.", null=True)
    now = whole("The figure now.", null=True)
    agrees = flag("Whether both agree; null: nothing to compare.", null=True)
    key = fields.Boolean(metadata={"description": "Whether it is a key finding; left out where it is none."})
    doubt = fields.String(metadata={"description": "Why it may not say so; left out where it may."})
    stands_because = fields.String(metadata={"description": "Why it stands all the same."})


class DraftSchema(Answer):
    """A finding as drafted from a figure, where none is written."""

    question = said("The question.")
    criterion = said("Its criterion.")
    text = said("The draft.")
    direction = said("Which way the figure went, as far as may be said.", null=True)


class ReportRecommendationSchema(Answer):
    """A recommendation of an inspection."""

    number = whole("Its number.")
    text = said("What should happen.")
    to = said("To whom.", null=True)
    criterion = said("What it follows from.", null=True)


class ReportProgressSchema(Answer):
    """The progress on a recommendation of the inspection before."""

    number = whole("Its number.")
    progress = said("How far.")
    words = fields.String(required=True, metadata={"description": "What shows it."})


class NextStepSchema(Answer):
    """What happens after the report."""

    number = whole("Its number.")
    text = said("What.")
    who = said("Who does it.")
    by_when = day("By which day.", null=True)


class EntryPlaceSchema(Answer):
    """An entry on which a report rests."""

    entry = said("Its id.")
    type = said("Its type.")
    position = whole("Its place in the record.")
    hash = said("Its hash.")


class DepartedSchema(Answer):
    """A figure that differs from one before."""

    of = said("Of which section or criterion.")
    was = said("As it was.", null=True)
    now = said("As it is.", null=True)


class ErratumSchema(Answer):
    """A mistake in what was published."""

    about = said("What it is about; null: the report.", null=True)
    on = day("When it was issued.")
    printed = said("As it was printed.")
    right = said("As it should read.")
    reason = said("Why it was wrong.")


class InspectionReportSchema(Answer):
    """The report of an inspection. It names no case."""

    report = said("The inspection.", example="gloucestershire-2005")
    format = whole("The format of this document.")
    standing = fields.String(metadata={"description": "That it is a draft; left out where it is published."})
    title = said("Its title.")
    area = said("The inspected area.")
    framework = said("Its framework.")
    framework_version = said("The version of that.")
    sample_date = day("Its sample date.")
    known_at = said("The first instant not known any more, or `hindsight`.")
    evidence = said("What its answers rest on.", null=True)
    compared_with = said("The inspection beside it.", null=True)
    evidence_before = said("What that rests on.", null=True)
    same_evidence = flag("Whether both rest on the same.", null=True)
    position = whole("The last entry of the record when it was made; 0: not said while you have cases to read.")
    hash = said("The hash of that.")
    fixed = many(FixingSchema, "When its files were fixed.")
    policy = many(KeptTextSchema, "The texts of policy that were kept with it.")
    frame = part(ReportFrameSchema, "Its frame.", null=True)
    draw = part(ReportDrawSchema, "Its draw.", null=True)
    replaced = whole("Cases that were replaced.")
    sampling = named("How the sample was come by, in words.")
    how_made = named("How the inspection was made, in words.")
    entries = many(EntryPlaceSchema, "The entries that it rests on.")
    cases = whole("Cases in the sample.")
    high_risk_cases = whole("Of these, at high risk of harm.")
    figures = many(ReportFigureSchema, "Its figures as printed.")
    intervals = many(FigureIntervalSchema, "Their intervals.")
    management = many(ReportManagementSchema, "Section A.")
    not_rescored = many(NotRescoredSchema, "Criteria that are not re-scored.")
    sources = many(ReportSourceSchema, "What Section A rests on.")
    adjusted = many(ReportAdjustedSchema, "Ratings that were moved.")
    rating = fields.Nested(RatingSchema, metadata={"description": "How it is rated, where the framework totals."})
    questions = many(ReportQuestionSchema, "The figures of questions.")
    findings = many(FindingSchema, "Its findings.")
    drafts = many(DraftSchema, "Drafts from figures on which no finding is written.")
    recommendations = many(ReportRecommendationSchema, "Its recommendations.")
    progress = many(ReportProgressSchema, "Progress on earlier ones.")
    next_steps = many(NextStepSchema, "What happens next.")
    departed = many(DepartedSchema, "Published figures that the record does not give any more.")
    errata = many(ErratumSchema, "Mistakes in what was published, which stays as it is.")
    published_files = named("File as it was published -> its SHA-256.")


class InspectionAnswerSchema(Answer):
    """The answer of a case to a question, as in the table of all answers."""

    case = said("The case.", example="X123456/1")
    unit = said("Of a region: the inspection of the unit.", null=True)
    criterion = said("The criterion.", example="B1")
    question = said("The question.", example="plan-reviewed")
    answer = said("The answer.")
    basis = said("Whether it was derived or judged.")
    absent = flag("Whether what was required is not there at all.")
    other = said("The answer on the other basis, where that differs.", null=True)
    prompts = said("What was noted on prompts; empty: nothing.")


class PolicyTextSchema(KeptTextSchema):
    """A text of policy as it was kept."""

    in_force = flag("Whether it is in force today.")
    text = said("The text, as YAML.")


class PolicySchema(Answer):
    """The policy by which an inspection is scored."""

    unusable = said("Why it cannot be used; null: it can.", null=True)
    said = texts("Sentences on it.")
    texts = fields.List(
        fields.Nested(PolicyTextSchema), required=True, metadata={"description": "The texts that were kept."}
    )


class AreaPersonSchema(Answer):
    """A person of the inspected area."""

    name = said("The name.")
    named_for = texts("For what: `alerts`, `list`, `draft`.")


class CommentSchema(Answer):
    """A comment on a draft, and its answer."""

    id = said("Its id.")
    by = said("Whose it is.")
    on = day("Its day.")
    late = flag("Whether it came after the last day.")
    about = said("What of the draft it is about; null: all of it.", null=True)
    case = said("The case that it is about.", null=True)
    says = said("What is said to be wrong.")
    evidence = said("What shows it.")
    evidence_on = day("When that existed.")
    outcome = said("What came of it; null: not answered yet.", null=True)
    reason = said("Why.", null=True)
    effects = texts("What it changes.")


class AlertSchema(Answer):
    """An alert on a case, without what it says."""

    case = said("The case; null: it is closed to you.", null=True)
    raised_at = instant("When it was raised.")
    answer_by = instant("By when it is to be answered.")
    answered_at = instant("When it was.", null=True)
    in_time = flag("Whether that was in time; null: not answered.", null=True)


class ProcessSchema(Answer):
    """Where an inspection stands in its process."""

    lead = said("Who leads.")
    area = many(AreaPersonSchema, "Persons of the area.")
    list_opens_on = day("From when these see the list of cases.", null=True)
    panel = texts("The members of the panel.")
    closing_confirmed_by = said("Who confirmed that fieldwork is closed.", null=True)
    draft_opens_on = day("From when named persons see the draft.", null=True)
    comments_until = day("The last day for comments.", null=True)
    comments = many(CommentSchema, "Comments on the draft.")
    moved = many(DepartedSchema, "Figures that comments moved.")
    errata = many(ErratumSchema, "Errata.")
    alerts = many(AlertSchema, "Alerts.")


class ListedCaseSchema(Answer):
    """A case of the list that the area is given."""

    case = said("The case.")
    officer = said("Who held it on the sample date.", null=True)
    team = said("The team that did.", null=True)


class AreaAlertSchema(AlertSchema):
    """An alert that is yours to answer."""

    danger = said("What it says.")
    by = said("Who raised it.")
    answer = said("What was done.", null=True)


class ForTheAreaSchema(Answer):
    """What of an inspection is open to a person of the area."""

    inspection = said("The inspection.")
    title = said("Its title.")
    draft = flag("Whether its draft is open to you.")
    cases = many(ListedCaseSchema, "The list of cases, from its day.")
    comments = many(CommentSchema, "Your comments.")
    alerts = many(AreaAlertSchema, "Alerts that are yours to answer.")
