"""The summary for managers of divisions and areas: by team, how many cases have something to be done, by bands."""

from flask import render_template

from projections.lists.todo_bands import BANDS
from projections.lists.todo_counts import TeamLine, by_team
from projections.lists.todo_items import for_manager
from web.desk.desk_reading import desk_reading
from web.desk.todo_page import todo_words


def team_lines() -> list[TeamLine]:
    """The teams of the person signed in, at the moment."""
    reading = desk_reading()
    return by_team(reading.items.only(for_manager(reading.items)), reading.counted.current)


def show() -> str:
    """The page, at the page's moment. It makes nothing of any case: all its figures are counted in the columns."""
    reading, teams = desk_reading(), team_lines()
    total = {letter: sum(team.bands[letter] for team in teams) for letter in BANDS}
    return render_template(
        "desk/summary.html", teams=teams, total=total, several_areas=len({team.area for team in teams}) > 1,
        several_divisions=len({team.division for team in teams}) > 1, **todo_words(reading, []),
    )  # fmt: skip
