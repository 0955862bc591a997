"""What the tables are held against: bare scans of the same rows, by DuckDB and by NumPy, that know no rule but the dates.

They count the duties that fell due, and those met in time, by team and clause: less than a table by question, which asks
first what each case's duties come to.
"""

from pathlib import Path

import duckdb
import numpy as np

from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore

FELL = "arises <= $day AND (met <= $day AND due <= $day OR met > $day AND due < $day AND NOT ended <= due)"
SCAN = f"""
    SELECT team, clause, count(*) FILTER (WHERE met <= $day AND met <= due), count(*)
    FROM duties JOIN places ON duties.place = places.place
    WHERE {FELL} AND (since < $known AND (until IS NULL OR $known <= until) OR $known IS NULL AND until IS NULL)
    GROUP BY team, clause
"""
ANSWERS = f"""
    SELECT team, clause, count(*) FILTER (WHERE held = n), count(*) FROM (
        SELECT holder.team, "case", clause, count(*) FILTER (WHERE met <= $day AND met <= due) AS held, count(*) AS n
        FROM duties JOIN holder USING ("case")
        WHERE {FELL} AND (since < $known AND (until IS NULL OR $known <= until) OR $known IS NULL AND until IS NULL)
        GROUP BY holder.team, "case", clause
    ) GROUP BY team, clause
"""


class Duck:
    """The same rows in a database file of DuckDB's own, as it stores them."""

    def __init__(self, path: Path, columns: ColumnStore, team_of_place: Array, team_of_case: Array):
        filling = path.with_suffix(".filling")
        if not path.exists():
            filling.unlink(missing_ok=True)
            self.connection = duckdb.connect(str(filling))
            self._fill(columns, team_of_place, team_of_case)
            self.connection.close()
            filling.rename(path)
        self.connection = duckdb.connect(str(path), read_only=True)

    def _fill(self, columns: ColumnStore, team_of_place: Array, team_of_case: Array) -> None:
        run = self.connection.execute
        names = ["case", "clause", "arises_on", "due_on", "met_on", "ended_on", "place", "since"]
        for table, side in (("current", columns.duties.current[0]), ("superseded", columns.duties.superseded[0])):
            rows = {name: np.asarray(side[name]) for name in (*names, *(["until"] if "until" in side else []))}  # noqa: F841
            until = "until" if "until" in side else "NULL::BIGINT AS until"
            picked = (
                'SELECT "case", clause, arises_on AS arises, due_on AS due, met_on AS met, ended_on AS ended, place, since, '
                f"{until} FROM rows"
            )
            run(f"CREATE TABLE {table} AS {picked}")
        run("CREATE TABLE duties AS SELECT * FROM current UNION ALL SELECT * FROM superseded")
        run("DROP TABLE current")
        run("DROP TABLE superseded")
        of_place = {"place": np.arange(len(team_of_place)), "team": team_of_place}  # noqa: F841
        run("CREATE TABLE places AS SELECT * FROM of_place")
        of_case = {"case": np.arange(len(team_of_case)), "team": team_of_case}  # noqa: F841
        run("CREATE TABLE holder AS SELECT * FROM of_case")
        run("CHECKPOINT")

    def scan(self, day: int, known: int | None) -> list[tuple[int, ...]]:
        """Duties met in time and fallen due, by team and clause."""
        return self.connection.execute(SCAN, {"day": day, "known": known}).fetchall()

    def answers(self, day: int, known: int | None) -> list[tuple[int, ...]]:
        """For how many cases all duties under a clause were met in time, by team and clause: nearer to a question's answer."""
        return self.connection.execute(ANSWERS, {"day": day, "known": known}).fetchall()


def scan(columns: ColumnStore, team_of_place: Array, day: int, known: int | None) -> Array:
    """As ``Duck.scan``, by NumPy alone, over whole columns at once: ``[team, clause, (in time, fallen due)]``."""
    teams, clauses = int(team_of_place.max()) + 1, 512
    total = np.zeros((teams * clauses, 2), np.int64)
    at = np.uint16(day)
    for rows in columns.duties.parts(known):
        arises, due, met, ended = (rows[name] for name in ("arises_on", "due_on", "met_on", "ended_on"))
        done = met <= at
        fell = (arises <= at) & np.where(done, due <= at, (due < at) & ~(ended <= due))
        if known is not None:
            fell &= rows["since"] < known
            if "until" in rows:
                fell &= known <= rows["until"]
        which = np.flatnonzero(fell)
        key = team_of_place[rows["place"][which]].astype(np.intp) * clauses + rows["clause"][which]
        in_time = (done & (met <= due))[which]
        total[:, 0] += np.bincount(key[in_time], minlength=teams * clauses)
        total[:, 1] += np.bincount(key, minlength=teams * clauses)
    return total.reshape(teams, clauses, 2)
