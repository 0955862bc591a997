"""The numbered steps by which the tables beside the entries are made and brought up to this version, run by Alembic.

Each set of steps is a package of modules ``NAME_NNNN.py``; a table of the database holds the number of the last that was
done. SQLite files are brought up when they are opened, PostgreSQL by ``caseaudit migrate``. Entries have steps of their own
(``domain.store.preparation``), and what is derived from them none: it is made anew.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.store.database import Database, NotPrepared

if TYPE_CHECKING:
    import sqlalchemy as sa  # what finds its tables brought up already starts without it


class TableSteps(NamedTuple):
    """A set of steps. ``package``: its folder beside this module. ``table``: where a database keeps the number of its last step."""

    package: str
    table: str

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / self.package

    @property
    def newest(self) -> str:
        """The number of the last step of this program, such as ``0003``."""
        return max(one.stem.rpartition("_")[2] for one in self.folder.glob("*_[0-9]*.py"))

    def reached(self, c: "sa.Connection") -> str | None:
        """The number of the last step done in this database; None: none."""
        import sqlalchemy as sa

        if not sa.inspect(c).has_table(self.table):
            return None
        return c.execute(sa.select(sa.column("version_num")).select_from(sa.table(self.table))).scalar()

    def bring_up(self, database: Database, engine: "sa.Engine") -> None:
        """Do the steps that have not been done, all or none. Several processes may do so at once.

        ``NotPrepared`` where a later version of the program has been here.
        """
        with engine.connect() as c:
            reached = self.reached(c)
        self._check_known(database, reached)
        if reached == self.newest:
            return
        with engine.begin() as c:
            if database.kind == "sqlite":
                c.exec_driver_sql("BEGIN IMMEDIATE")  # whoever does so at the same time waits here
            else:
                c.exec_driver_sql(f"SELECT pg_advisory_xact_lock(hashtext('caseaudit {self.table}'))")
            _run(self, c)

    def require(self, database: Database, engine: "sa.Engine") -> None:
        """``NotPrepared`` unless all steps of this version, and no others, have been done in this database."""
        with engine.connect() as c:
            reached = self.reached(c)
        self._check_known(database, reached)
        if reached != self.newest:
            raise NotPrepared(f"{database} was prepared by an older caseaudit: run `caseaudit migrate` first")

    def _check_known(self, database: Database, reached: str | None) -> None:
        if reached is not None and reached > self.newest:
            raise NotPrepared(
                f"{database} was prepared by a later caseaudit ({self.table}: step {reached}; this program knows those up to "
                f"{self.newest}): run that version, or restore the backup from before the update"
            )


REGISTER = TableSteps("register_steps", "register_steps")
ACCESS_LOG = TableSteps("access_log_steps", "access_log_steps")


def _run(steps: TableSteps, c: "sa.Connection") -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(steps.folder), version_locations=[str(steps.folder)])

    def up(reached: Any, _: object) -> Any:
        return script._upgrade_revs(steps.newest, reached)

    with EnvironmentContext(Config(), script, fn=up, destination_rev=steps.newest) as environment:
        environment.configure(connection=c, version_table=steps.table)
        environment.run_migrations()
