"""A scoring sheet as text and as CSV."""

import csv
import io

from domain.safe_cells import safe
from projections.cases.stored_late import StoredLate
from projections.inspections.sample_scores import ScoredSample
from projections.scoring.management_ladder import CriterionRung
from projections.scoring.score_bands import SectionBand, total
from projections.scoring.scores import Score, printed
from web.presentation.basis_words import knowledge_words, marked_words, rests_on_words, stored_late_words
from web.presentation.formatting import count_noun, percent, short_date
from web.presentation.policy_words import kept_words
from web.presentation.score_words import (
    band_rules_words,
    band_words,
    boundary_words,
    score_name,
    section_name,
    sure_words,
    weight_words,
)

TAKEN = {"current": "current cases only", "ended": "ended cases only", "all": "current and ended cases"}


def score_text(
    scored: ScoredSample, management: list[CriterionRung], bands: list[SectionBand], taken: str, late: StoredLate
) -> str:
    known = knowledge_words(scored.moment)
    lines = [
        f"{scored.framework.title}: {count_noun(scored.score.cases, 'case')} as at {short_date(scored.moment.on)}, {known}"
        + (f", by edition {scored.edition} throughout" if scored.edition else "")
        + f"; {TAKEN[taken]}",
        *kept_words(scored.framework.kept, scored.framework.id),
        *rests_on_words(scored.rests_on),
        *marked_words(scored.marked),
        *stored_late_words(late),
        f"{'':<56}{'score':>6}{'n':>6}{'95 %':>10}{'high risk of harm':>20}",
    ]
    lines += [f"{f'{p.criterion.id}: {p.criterion.title}':<56}  {p.printed or 'not rated yet'}" for p in management]
    high, named = scored.high_risk, {band.section.id: band for band in bands}
    for section, high_section in zip(scored.score.sections, high.sections, strict=True):
        for criterion, high_criterion in zip(section.criteria, high_section.criteria, strict=True):
            name = f"{criterion.criterion.id}: {criterion.criterion.title}" + weight_words(criterion.criterion.weight)
            lines.append(f"{name:<56}{percent(criterion.printed):>6}{'':>16}{percent(high_criterion.printed):>20}")
            for question in criterion.questions:
                q, h = question, high.questions[question.question.id]
                span = "" if q.interval is None else f"{q.interval.low:.0f}-{q.interval.high:.0f}"
                figure = percent(printed(scored.framework, q.score))
                beside = "n/a" if h.score is None else f"{h.sufficient} of {h.n}"
                lines.append(f"  {q.question.id:<54}{figure:>6}{q.n:>6}{span:>10}{beside:>20}")
        band = named.get(section.section.id)
        rating = f"  {band_words(band)}" if band and (band.band or band.left_out) else ""
        rating += f" ({edge})" if band and (edge := boundary_words(band)) else ""
        if section.section.rated_by == "evidence":
            lines.append(f"{section_name(section.section):<56}{rating or '  not rated yet'}")
        else:
            lines.append(f"{score_name(section.section):<56}{percent(section.printed):>6}{rating}")
    summed = total(scored.framework, bands)
    lines += [summed.words] if summed else []
    framework = scored.framework
    lines += [words] if (words := band_rules_words(framework)) else []
    lines += [f"{sure_words(framework.sure)}: {framework.remark}"] if framework.remark and framework.sure != "F" else []
    lines += [f"Not laid: {one.what}." for one in framework.not_laid]
    return "\n".join(lines)


def score_csv(score: Score) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["section", "criterion", "weight", "question", "sufficient", "insufficient", "not_applicable",
                     "not_answered", "absent", "score", "low", "high", "printed"])  # fmt: skip
    for section in score.sections:
        for c in section.criteria:
            for q in c.questions:
                low, high = q.interval or ("", "")
                writer.writerow([safe(section.section.id), safe(c.criterion.id), c.criterion.weight, safe(q.question.id),
                                 q.sufficient, q.insufficient, q.not_applicable, q.not_answered, q.absent,
                                 "" if q.score is None else round(float(q.score), 2), low, high, ""])  # fmt: skip
            writer.writerow([safe(section.section.id), safe(c.criterion.id), c.criterion.weight, *[""] * 6,
                             "" if c.score is None else round(float(c.score), 2), "", "", c.printed])  # fmt: skip
        writer.writerow([safe(section.section.id), *[""] * 8, "" if section.score is None else round(float(section.score), 2),
                         "", "", section.printed])  # fmt: skip
    return out.getvalue()
