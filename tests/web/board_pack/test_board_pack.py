"""The board pack: what is on its pages and in its files, for whom, and what it never says."""

import io
import re
import zipfile
import zlib
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from domain.policy.measures.board_pack_pages import board_pack
from domain.policy.measures.measure_files import reports
from projections.reports.board_pack import PackMeasure, PackPlace, furthest_below
from projections.reports.disclosure import BASE
from projections.reports.proportions import Proportion, Scope
from projections.reports.protected_groups import Group
from tests.support.people import post, signed_in
from tests.web.site.test_access_control import TODAY, limited
from web.app import create_app
from web.board_pack.pack_count_pages import printed_groups
from web.board_pack.pack_words import measure_sentence
from web.demo.invented_people import AREA
from web.presentation import pdf_writer
from web.presentation.downloads import file_name


@pytest.fixture(scope="module")
def manager(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "c.whitlock")


def _words(client: FlaskClient, address: str = "/board-pack") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).text).split())


def _objects(data: bytes) -> bytes:
    """The bytes of a PDF with its compressed streams unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    unpacked = []
    for one in packed:
        with suppress(zlib.error):
            unpacked.append(zlib.decompress(one))
    return data + b"".join(unpacked)


def _content(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("content.xml").decode()


def test_it_has_ten_sentences_and_ten_pages_in_their_order(manager: FlaskClient) -> None:
    page = manager.get("/board-pack").text
    titles = re.findall(r'<h2 id="recommendation-(\d+)">\d+\. ([^<]+)</h2>', page)
    on = {one.recommendation: one.title for one in reports().reports.values() if one.recommendation}
    assert titles == [(str(number), on[number]) for number in range(1, 11)], "each has the title of its report"
    summary = page[page.index('<ul class="pack-summary">') :]
    sentences = re.findall(r'<li><a class="govuk-link" href="#recommendation-\d+">([^<]+)</a></li>', summary)
    assert len(sentences) == 10 and all(sentence.endswith(".") for sentence in sentences)


def test_a_sentence_says_measure_state_change_and_who_is_furthest_below(manager: FlaskClient) -> None:
    """By hand from the report on contact: 1,161 of 1,368 periods, four points down, Gloucester below its area."""
    figure = manager.get("/api/v1/reports/contact").json["sheets"][0]["rows"][0]
    words = _words(manager)
    assert (
        f"8. Contact as often as the standard asks: not met, 85% ({figure['held']:,} of {figure['n']:,}), target 90%;"
        in words
    )
    assert "clauses that a team meets less often than the area beyond chance, none of 42." in words, (
        "some are below, by chance"
    )
    assert "Counted: case by case, beyond chance at 99.8%, from" in words
    assert "furthest below the area" not in words, "no team is below its area by more than chance"
    assert f"Periods without enough contact arranged: {figure['n'] - figure['held']:,}" in words


def test_the_team_furthest_below_is_named_where_one_is_below_by_more_than_chance() -> None:
    page = board_pack().pages[7]
    places = [
        PackPlace(Scope("division", "North"), Proportion(10, 40), "worse"),
        PackPlace(Scope("team", "A"), Proportion(20, 40), "worse"),
        PackPlace(Scope("team", "B"), Proportion(15, 40), "worse"), PackPlace(Scope("team", "C"), Proportion(1, 4), "too few"),
    ]  # fmt: skip
    whole = Proportion(46, 124)
    measure = PackMeasure(page.measures[0], whole, whole, whole, 40, places, [], [], "no difference shown")
    worst = furthest_below(measure)
    assert worst is not None and worst.scope.name == "B"
    assert measure_sentence(page, measure, 90, worst) == (
        "8. Contact as often as the standard asks: not met, 37% (46 of 124), target 90%; no change, within chance; "
        "furthest below the area: B (38%)."
    )


def test_the_file_of_a_place_of_any_name_has_a_plain_name() -> None:
    assert file_name('board-pack-gŵyr "a";\r\nb/c-2005-12-22.pdf') == "board-pack-gwyr-a-b-c-2005-12-22.pdf"


def test_no_officer_is_named_in_any_of_its_forms(demo_app: Flask, manager: FlaskClient) -> None:
    officers = {
        row["name"]
        for row in manager.get("/api/v1/reports/training").json["sheets"][1]["rows"]
        if row["level"] == "officer"
    }
    assert len(officers) > 5
    said = _words(manager) + _content(manager.get("/board-pack/download/odt").data)
    assert not [name for name in officers if name in said]
    assert manager.get("/board-pack?of=officer:Tunde+Adeyemi").status_code == 404
    assert signed_in(demo_app, "t.adeyemi").get("/board-pack").status_code == 403


def test_a_place_of_few_people_is_not_printed(manager: FlaskClient) -> None:
    """Oversight was due of 17 people: too few in the smaller division, so the larger one is not printed either."""
    assert manager.get("/board-pack/5/teams/svg").status_code == 404
    assert "of 17 people; not printed by division and team" in _words(manager)
    assert manager.get("/board-pack/8/teams/svg").text.count("<circle") == 6


@pytest.mark.parametrize(
    ("people", "printed"), [([4, 60], []), ([5, 60], [5, 60]), ([50, 10, 3], [50]), ([50, 0, 10], [50, 0, 10])]
)
def test_groups_of_few_people_are_not_printed_nor_what_gives_them_away(people: list[int], printed: list[int]) -> None:
    some = Proportion(1, 2)
    groups = [Group("gender", str(number), number, some, some) for number in people]
    assert [group.people for group in printed_groups(groups)] == printed


def test_groups_are_compared_in_packs_of_whole_areas_only(demo_app: Flask, manager: FlaskClient) -> None:
    """A team's groups taken from the area's would tell of those of the other teams."""
    words = "Printed for whole areas only"
    assert words not in _words(manager) and words in _words(signed_in(demo_app, "p.anstey"))


def test_a_manager_has_the_pack_of_the_places_they_answer_for(demo_app: Flask) -> None:
    divisional = signed_in(demo_app, "a.rao")
    assert "Board pack: " not in _words(divisional) and "South" in _words(divisional)
    assert divisional.get("/board-pack?of=team:Cheltenham").status_code == 404
    assert divisional.get("/board-pack?of=team:Nowhere&months=12").status_code == 404
    assert divisional.get("/board-pack?months=0").status_code == 400


def test_the_pdf_has_tags_and_at_most_fifteen_pages(manager: FlaskClient) -> None:
    answer = manager.get("/board-pack/download/pdf")
    if answer.status_code == 302:
        pytest.skip("no Pango on this machine: no PDF can be made")
    assert answer.content_type == "application/pdf" and answer.data.startswith(b"%PDF")
    objects = _objects(answer.data)
    assert b"/MarkInfo" in objects and b"/StructTreeRoot" in objects
    assert 10 <= len(re.findall(rb"/Type ?/Page\b", objects)) <= 15


def test_without_pango_the_page_says_what_to_install(manager: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(html: str) -> bytes:
        raise pdf_writer.NoPdf(pdf_writer.NEEDS)

    monkeypatch.setattr("web.board_pack.board_pack_page.pdf", fail)
    assert manager.get("/board-pack/download/pdf").location.startswith("/board-pack")
    assert "apt-get install libpango-1.0-0" in manager.get("/board-pack").text


def test_the_odt_says_what_the_page_says_and_holds_its_pictures(manager: FlaskClient) -> None:
    answer = manager.get("/board-pack/download/odt")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.namelist()[0] == "mimetype" and archive.read("mimetype").decode() == answer.content_type
    content = archive.read("content.xml").decode()
    assert [
        title for one in board_pack().pages if (title := f"{one.recommendation}. {one.title}</text:h>") not in content
    ] == []
    pictures = re.findall(r'xlink:href="(Pictures/[^"]+)"', content)
    assert pictures and set(pictures) < set(archive.namelist())
    assert Image.open(io.BytesIO(archive.read(pictures[0]))).size[0] == 2160
    assert f"Board pack: {AREA}" in archive.read("meta.xml").decode()


@pytest.mark.parametrize("address", ["/board-pack/8/quarters/", "/board-pack/8/teams/", "/reports/contact/chart/",
                                     "/reports/measures/contact-arranged/chart/"])  # fmt: skip
def test_a_chart_is_saved_with_its_title_number_and_date(manager: FlaskClient, address: str) -> None:
    drawing = manager.get(f"{address}svg")
    assert drawing.content_type.startswith("image/svg+xml") and 'xmlns="http://www.w3.org/2000/svg"' in drawing.text
    assert re.search(r"<text[^>]*>n = [\d,]+ duties[^<]*; to 22 Dec 2005</text>", drawing.text)
    assert Image.open(io.BytesIO(manager.get(f"{address}png").data)).format == "PNG"
    assert manager.get(f"{address}gif").status_code == 404


def test_a_chart_breaks_at_a_quarter_without_figures_and_leaves_the_part_quarter_hollow(manager: FlaskClient) -> None:
    drawing = manager.get("/board-pack/8/quarters/svg").text
    assert len(re.findall(r'<circle[^>]*fill="#ffffff"', drawing)) == 1, "the quarter to 22 December is not over"
    assert ">to 22 Dec<" in drawing and 'stroke-dasharray="5 4"' in drawing and "target 90%" in drawing
    assert manager.get("/board-pack/10/quarters/svg").status_code == 404, "nothing to draw"


def test_a_chart_is_titled_by_what_it_shows_and_its_scale_says_what_it_counts(manager: FlaskClient) -> None:
    """Shares in time are drawn: a title that counts what is late would say the contrary."""
    for recommendation, which, title in ((8, "quarters", "Contact arranged often enough, by quarter"),
                                         (8, "teams", "Contact arranged often enough, by division and team"),
                                         (2, "shares", "Measures against the target, furthest below first")):  # fmt: skip
        words = re.findall(r"<text[^>]*>([^<]+)</text>", manager.get(f"/board-pack/{recommendation}/{which}/svg").text)
        assert words[0].startswith(title) and words[1] == "% of duties met in time"


def test_a_case_that_is_closed_to_whoever_made_it_rounds_the_pack(own_database: Path, manager: FlaskClient) -> None:
    assert "closed to whoever made the pack" not in _words(manager)
    limited(own_database, "p.anstey")
    app = create_app(str(own_database), today=lambda: TODAY, demo=True)
    words = _words(signed_in(app, "p.anstey"))
    assert "closed to whoever made the pack" in words
    counts = re.findall(r"% \(([\d,]+) of ([\d,]+)\), target", words)
    assert counts and not [n for pair in counts for n in pair if int(n.replace(",", "")) % BASE]


def test_agreed_actions_stand_on_their_page_and_overdue_ones_together(own_database: Path) -> None:
    app = create_app(str(own_database), today=lambda: TODAY, demo=True)
    client = signed_in(app, "c.whitlock")
    assert "No agreed action of " in _words(client)
    typed = {
        "what": "Look at every late review",
        "owner": "c.whitlock",
        "by_when": "30/1/2006",
        "shows": "",
        "recommendation": "7",
    }
    assert post(client, f"/actions/area/{AREA}/agree", f"/actions/area/{AREA}", **typed).status_code == 302
    seven = re.search(r'<section [^>]*"recommendation-7">.*?</section>', client.get("/board-pack").text, re.DOTALL)
    assert seven is not None and "Look at every late review (Carys Whitlock, " in seven[0]
    of_officer = {**typed, "what": "Ring the tutors", "owner": "t.adeyemi", "recommendation": "9"}
    assert post(client, f"/actions/area/{AREA}/agree", f"/actions/area/{AREA}", **of_officer).status_code == 302
    assert "Ring the tutors (an officer, " in _words(client)
    assert "Look at every late review" not in _words(signed_in(app, "p.anstey")), "the area is not in the team"
    later = create_app(str(own_database), today=lambda: date(2006, 2, 1), demo=True)
    late = _words(signed_in(later, "c.whitlock"))
    assert re.search(
        r"Actions overdue Look at every late review \(Carys Whitlock, \S+, by 30 Jan 2006\): Overdue", late
    )
