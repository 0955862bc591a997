"""The rights of the application's role on PostgreSQL: what site, imports and followers need, and no more.

The owner of the tables migrates. The application's role cannot change or delete entries or lines of the access log, nor
alter a table or its triggers: for that one has to own it.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.store.hash_chain import TABLE
from domain.store.lateness import LATE_TABLE
from domain.store.log_tables import HEAD, HEAD_CHANGES, TILES, TYPES
from domain.store.table_steps import ACCESS_LOG, REGISTER

READS, APPENDS = ("SELECT",), ("SELECT", "INSERT")
CHANGES = ("SELECT", "INSERT", "UPDATE")
KEEPS = ("SELECT", "INSERT", "UPDATE", "DELETE")
DERIVES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")

RIGHTS: Mapping[str, tuple[str, ...]] = {
    TABLE: APPENDS,
    HEAD: ("SELECT", f"UPDATE ({', '.join(HEAD_CHANGES)})"),
    TILES: APPENDS,
    TYPES: APPENDS,
    "published_files": APPENDS,
    "attachments": APPENDS,
    f"{TABLE}_steps": READS,
    LATE_TABLE: APPENDS,
    f"{TABLE}_sealing": READS,
    "earlier_hashes": READS,
    "person_keys": ("SELECT", "INSERT", "DELETE"),
    "text_keys": ("SELECT", "INSERT", "DELETE"),
    "name_digests": KEEPS,
    REGISTER.table: READS,
    ACCESS_LOG.table: READS,
    "accounts": CHANGES,
    "settings": CHANGES,
    "access_lines": APPENDS,
    "access_listed": APPENDS,
    "access_lists": APPENDS,
    "access_names": APPENDS,
    "access_head": ("SELECT", "UPDATE (leaves, number, frontier, at, note)"),
    "access_tiles": APPENDS,
    "access_keys": ("SELECT", "INSERT", "DELETE"),
    "access_log": READS,
    "sessions": KEEPS,
    "sign_in_tries": KEEPS,
    "second_factors": KEEPS,
    "recovery_codes": KEEPS,
    "identities": KEEPS,
    "invitations": KEEPS,
    "calendar_addresses": KEEPS,
    "api_tokens": KEEPS,
    "api_calls": KEEPS,
    "kept_files": KEEPS,
    "recent_cases": KEEPS,
    "digest_wishes": KEEPS,
    "digests": KEEPS,
    "destinations": CHANGES,
    "deliveries": KEEPS,
    "seen_cases": KEEPS,
    "seen_marks": KEEPS,
    "snoozes": KEEPS,
    "drafts": KEEPS,
    "requests": APPENDS,
    "request_decisions": APPENDS,
    "witnessed": APPENDS,
    "witness_tries": CHANGES,
    "demonstration": READS,
    "views": ("SELECT", "UPDATE"),
    "view_a_cases": DERIVES,
    "view_b_cases": DERIVES,
}
"""Table -> what the application's role may do with it. What is not named here it may not even read.

``access_log`` is that of older versions, of which ``migrate`` copies the lines.
Tables of views can be emptied, as they can be derived again at any time. Their columns are never changed by a command of the
application: a new version of the program makes them anew by ``migrate``.
"""


class UnfitRole(ValueError):
    """This role cannot be the application's."""


def grant_rights(engine: sa.Engine, role: str) -> list[str]:
    """Give the role the rights of the application on the tables of this database, and take away any others.

    Returns warnings. Raises ``UnfitRole`` where no grant could hold the role back, or where there is no such role.
    """
    with engine.begin() as c:
        _check(c, role)
        names = c.dialect.identifier_preparer
        to, schema = names.quote_identifier(role), names.quote_identifier(_value(c, "SELECT current_schema()"))
        there = set(sa.inspect(c).get_table_names())
        c.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}")
        c.exec_driver_sql(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {to}")
        c.exec_driver_sql(f"REVOKE CREATE ON SCHEMA {schema} FROM {to}")
        c.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {to}")
        for table in sorted(there & RIGHTS.keys()):
            c.exec_driver_sql(f"GRANT {', '.join(RIGHTS[table])} ON {names.quote_identifier(table)} TO {to}")
            for sequence in _sequences(c, table) if "INSERT" in RIGHTS[table] else ():
                c.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {to}")
        return _warnings(c, role, there)


def application_roles(engine: sa.Engine) -> list[str]:
    """The roles that have had ``grant_rights``: those beside the owner that may insert entries."""
    query = (
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_schema = current_schema() "
        "AND table_name = :table AND privilege_type = 'INSERT' AND grantee NOT IN (grantor, 'PUBLIC')"
    )
    with engine.connect() as c:
        return sorted(c.execute(sa.text(query), {"table": TABLE}).scalars())


def _check(c: sa.Connection, role: str) -> None:
    found = c.execute(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = :role"), {"role": role}).one_or_none()
    if found is None:
        raise UnfitRole(f"there is no role {role}; make it first: CREATE ROLE {role} LOGIN")
    owner = _value(
        c, "SELECT tableowner FROM pg_tables WHERE schemaname = current_schema() AND tablename = :table", table=TABLE
    )
    if found.rolsuper or _value(c, "SELECT pg_has_role(:role, :owner, 'MEMBER')", role=role, owner=owner):
        raise UnfitRole(
            f"{role} is a superuser, or has the rights of {owner}, who owns the tables: nothing would bind it"
        )


def _sequences(c: sa.Connection, table: str) -> list[str]:
    """The sequences that give numbers to a table's rows."""
    query = (
        "SELECT s.oid::regclass::text FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') "
        "WHERE s.relkind = 'S' AND d.refobjid = CAST(:table AS regclass)"
    )
    return list(c.execute(sa.text(query), {"table": table}).scalars())


def _warnings(c: sa.Connection, role: str, there: set[str]) -> list[str]:
    found = []
    if _value(c, "SELECT has_schema_privilege(:role, current_schema(), 'CREATE')", role=role):
        found.append(f"{role} may still make tables: REVOKE CREATE ON SCHEMA ... FROM PUBLIC takes that from everybody")
    for table in sorted(there & RIGHTS.keys()):
        forbidden = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"} - {one.split(" ")[0] for one in RIGHTS[table]}
        for right in sorted(forbidden):
            if _value(c, "SELECT has_table_privilege(:role, CAST(:table AS regclass), :right)",
                      role=role, table=table, right=right):  # fmt: skip
                found.append(f"{role} may still {right} {table}, by PUBLIC or by another role that it is a member of")
    return found


def _value(c: sa.Connection, query: str, **given: str) -> Any:
    return c.execute(sa.text(query), given).scalar()
