"""The schemas of a score: its sections, criteria and questions, and how it is rated. The command ``score --json`` has the same."""

from marshmallow import fields

from web.api.answer_fields import day, many, numbers, part, said, share, texts, whole
from web.api.api_query import Answer


class QuestionFiguresSchema(Answer):
    """The figures of a question."""

    id = said("Its id.", example="plan-reviewed")
    sufficient = whole("Cases with the answer sufficient.")
    insufficient = whole("Cases with the answer insufficient.")
    not_applicable = whole("Cases to which it does not apply.")
    not_answered = whole("Cases in which it is not answered, counted as neither.")
    absent = whole("Of the insufficient, those in which nothing was there at all.")
    score = share("Per cent; null: no case counts.", null=True)
    low = share("The lower end of its 95 % interval, per cent.", null=True)
    high = share("The upper end.", null=True)


class CriterionFiguresSchema(Answer):
    """The figures of a criterion."""

    id = said("Its id.", example="B1")
    weight = said("How much it counts.")
    score = share("Per cent; null: none.", null=True)
    printed = whole("As the framework prints it.", null=True)
    questions = many(QuestionFiguresSchema, "Its questions.")


class SectionFiguresSchema(Answer):
    """The figures of a section."""

    id = said("Its id.", example="B")
    score = share("Per cent; null: none.", null=True)
    printed = whole("As the framework prints it.", null=True)


class ScoresSchema(Answer):
    """The figures of a sample."""

    cases = whole("How many cases.")
    sections = many(SectionFiguresSchema, "Its sections.")
    criteria = many(CriterionFiguresSchema, "Its criteria.")


class ManagedSchema(Answer):
    """A criterion of management."""

    id = said("Its id.", example="A1")
    printed = said("Its rung as printed; null: open.", null=True)
    proposed = said("The rung that its ratings propose.", null=True)
    reason = said("Why.", null=True)


class BandSchema(Answer):
    """How a section is rated."""

    of = said("The section.")
    rated_by = said("What it is rated by.")
    band = said("Its band; null: none.", null=True)
    sure = said("How sure the band's value is.", null=True)
    proposed = said("The band that its figure gives.", null=True)
    near = numbers("The boundaries, per cent, that its figure is near to.")
    grounds = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Ground of discretion -> the bands in which it may be placed by that."},
    )
    adjusted = said("The band to which it was moved.", null=True)
    ground = said("On which ground.", null=True)
    agreed_by = texts("Who of the panel agreed.")
    reason = said("Why it was moved, or rated so.", null=True)
    evidence = said("The evidence of a rating.", null=True)


class TotalSchema(Answer):
    """The total of a framework that has one."""

    points = whole("Its points; null: there is none yet.", null=True)
    most = whole("The most that there could be.", null=True)
    band = said("Its band.", null=True)
    sure = said("How sure the band's value is.", null=True)
    words = fields.String(required=True, metadata={"description": "The total, or why there is none."})


class BandOfSchema(Answer):
    """The figure that gives a band."""

    figure = said("Which figure.")
    sure = said("How sure that is.")


class RatingSchema(Answer):
    """How a sample is rated under a framework with bands."""

    sure = said("How sure the framework's values are.")
    remark = said("What is to be said of that.", null=True)
    lowest_decides = said("Whether the lowest key question decides: how sure that is.", null=True)
    band_of = part(BandOfSchema, "Which figure gives a band; null: the section's own.", null=True)
    bands = many(BandSchema, "Each section.")
    total = part(TotalSchema, "The total; null: the framework totals nothing.", null=True)


class RestsOnSchema(Answer):
    """What a score rests on."""

    cases = whole("Cases in the score.")
    in_custody = whole("Of these, in custody for part of the time.")
    whereabouts_unknown = whole("Of these, with whereabouts unknown for part of the time.")
    contact_suspended = whole("Of these, with contact suspended for part of the time.")
    not_laid = texts("Subjects on which no duty was laid on the day.")


class KeptTextSchema(Answer):
    """A text of policy that was kept when an inspection was frozen."""

    kind = said("What it is.", example="framework")
    id = said("Its id.")
    sha256 = said("Its SHA-256.")


class ScoreSchema(ScoresSchema):
    """The score of an inspection at a moment."""

    as_at = day("As at the end of this day.")
    known_at = said("The first instant not known any more, or `hindsight`.", example="hindsight")
    framework = said("Its framework.", example="esi-2003")
    framework_version = said("The version of that.")
    kept_policy = fields.List(
        fields.Nested(KeptTextSchema),
        metadata={"description": "The texts of the freeze, where they are not those in force."},
    )
    inspection = said("The inspection.", example="gloucestershire-2005")
    section_a = many(ManagedSchema, "Criteria of management, which are rated and not scored.")
    rating = fields.Nested(RatingSchema, metadata={"description": "How it is rated, where the framework has bands."})
    high_risk = part(ScoresSchema, "The same of the cases at high risk of harm.")
    rests_on = part(RestsOnSchema, "What it rests on.")
    marked = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Mark other than F -> the questions that rest on such values."},
    )


class AdjustmentSchema(Answer):
    """A change of a figure between two inspections."""

    of = said("The section or criterion.", example="B1")
    change = whole("Points, or rungs of management, by which it rose; null: nothing to compare.", null=True)
    says = said("Whether that is more than chance, or is not adjusted; empty: nothing to say.")
