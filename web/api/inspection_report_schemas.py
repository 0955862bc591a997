"""The schemas of the report of an inspection: figures, findings, and what has changed since it was published."""

from marshmallow import fields

from web.api.answer_fields import day, flag, many, named, part, said, texts, whole
from web.api.api_query import Answer
from web.api.inspection_schemas import FigureIntervalSchema
from web.api.score_schemas import KeptTextSchema, RatingSchema


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
