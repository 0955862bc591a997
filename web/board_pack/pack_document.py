"""A board pack as it is printed: cover, one sentence a recommendation, a page each, limits and definitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domain.policy.cited_documents import SURE
from domain.policy.measures.board_pack_pages import BoardPack, PackPage
from projections.reports.measure_figures import ReportRequest, as_told
from projections.reports.told_figures import ToldFigures
from web.board_pack.pack_count_pages import differences_page, expectations_page, needs_page, targets_page
from web.board_pack.pack_measure_pages import measure_page
from web.board_pack.pack_page import PrintedPage
from web.reports.measure_phrases import scope_words
from web.reports.report_building import definitions


@dataclass(frozen=True)
class PrintedPack:
    """The pack. ``definitions``: of every measure in it, as the reports give them."""

    asked: ReportRequest
    whose: str
    pages: Sequence[PrintedPage]
    definitions: Sequence[Mapping[str, Any]]
    withheld: bool

    def page(self, recommendation: int) -> PrintedPage | None:
        return next((one for one in self.pages if one.page.recommendation == recommendation), None)

    @property
    def begin_a_page(self) -> frozenset[int]:
        """The recommendations that begin a new page: those of which neither they nor what stands before is short."""
        after = {now.page.recommendation for was, now in pairwise(self.pages) if not (was.is_short or now.is_short)}
        return frozenset({page.page.recommendation for page in self.pages[:1] if not page.is_short} | after)


def print_pack(pack: BoardPack, asked: ReportRequest, told: ToldFigures) -> PrintedPack:
    """The pack for a place and period, of what its reader is told."""
    asked = as_told(told, asked)
    pages = [_PAGES[page.counts](page, pack.target, asked, told) for page in pack.pages]
    measures = list(dict.fromkeys(measure for page in pack.pages for measure in page.measures))
    return PrintedPack(asked, scope_words(asked.scope), pages, definitions(measures, asked), asked.rounded)


_PAGES: Mapping[str, Callable[[PackPage, int, ReportRequest, ToldFigures], PrintedPage]] = {
    "measure": measure_page, "needs": needs_page, "targets": targets_page, "differences": differences_page,
    "expectations": expectations_page,
}  # fmt: skip


def target_words(pack: BoardPack) -> str:
    """How sure the target is."""
    return f"Target {pack.target}%: {SURE[pack.sure]}{f' ({pack.remark})' if pack.remark else ''}."
