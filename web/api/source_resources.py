"""Sources, imports and the proof of the record as JSON."""

from typing import Any

from domain.accounts.access_lines import Line
from domain.accounts.roles import ADMINISTRATORS
from domain.entries.signing_entries import SigningKeySet
from domain.working.kept_files import REJECTED
from web.admin.data_page import SourceLine, import_said, lacking_account, latest_imports, source_lines
from web.admin.proof_page import standing
from web.api.answer_fields import day, flag, instant, many, part, said, texts, whole
from web.api.api_query import Answer
from web.api.resources import Resource
from web.site import access_control, clock

blueprint = Resource(
    "sources",
    tag="Sources and proof",
    description="Where entries come from: sources with their last extracts, imports, what waits on them; and how the record is "
    "proved.",
    purpose="administration",
)


class TakingOverSchema(Answer):
    """The first load of a source, while it is taken over."""

    cut_over = day("What was recorded before this day is not late.")
    areas = texts("The areas; none: all that it gives.")
    asked_by = said("Who asked for it.")
    confirmed_by = said("Who confirmed it; null: nobody else could.", null=True)


class ExtractSchema(Answer):
    """The last extract of a source."""

    stored_at = instant("When it came.")
    recorded_to = day("The day of the latest recording in it.")
    complete_to = day("The day up to which it holds all that was recorded.")
    taking_over = flag("Whether it is of the first load, which is never late.")


class SourceSchema(Answer):
    """A source of entries."""

    name = said("Its name.", example="crams")
    registered = flag("Whether it is registered; any account may import for one that is not.")
    users = texts("Users of the system that may import for it.")
    accounts = texts("User names that may.")
    areas = texts("The areas whose cases it may give; none: all.")
    normal_delay = whole("Days after its recording by which an entry is normally here.", null=True)
    taking_over = part(TakingOverSchema, "Its first load; null: nothing is taken over now.", null=True)
    extract = part(ExtractSchema, "Its last extract; null: none is found.", null=True)
    late = whole("Days by which the next one is late; 0: it is not.")


class ImportSchema(Answer):
    """An import."""

    at = instant("When.")
    username = said("Whose: a user name.")
    by = said("The name.")
    file = said("What was imported; empty: it is not said.")
    done = said("What became of it.")


class KeptRejectsSchema(Answer):
    """Rejected lines of an import of yours."""

    name = said("The file.")
    at = instant("When it was kept; it is for seven days.")


class DataSchema(Answer):
    """What waits on who looks after data."""

    sources = many(SourceSchema, "Sources, as `listSources` gives them.")
    imports = many(ImportSchema, "The latest imports.")
    rejected = many(KeptRejectsSchema, "Rejected lines of your own imports, to be corrected.")
    officers = texts("Officers who hold cases today and have no account.")
    teams = texts("Teams that hold cases today and have no SPO.")
    requests = whole("Requests that wait for a second person.")


class SigningKeySchema(Answer):
    """A key that signs the heads of the record."""

    id = said("Its id.")
    vkey = said("The public key, as C2SP writes it.")
    since = instant("From when on it signs.")
    lost = said("Why the key before was replaced without its signature; empty: it signed.")
    asked_by = said("Who asked for that; empty: nobody had to.")
    confirmed_by = said("Who confirmed it.")


class CheckpointSchema(Answer):
    """A checkpoint that a witness took."""

    at = instant("When.")
    entries = whole("How many entries the record had.")
    witness = said("Which witness.")
    kept_at = said("Where it keeps it.")
    note = said("The signed note.")


class ProofSchema(Answer):
    """How the record is proved."""

    record = said("The record's name; null: its head cannot be given.", null=True)
    entries = whole("How many entries it has.", null=True)
    root = said("The root of their tree (SHA-256 in hex).", null=True)
    note = said("The head as a note, signed where it can be.", null=True)
    signed = flag("Whether the head is signed.")
    faults = texts("What is wrong with any of it; none: nothing.")
    keys = many(SigningKeySchema, "Its keys, the latest first.")
    witness = said("The witness; null: none is named.", null=True)
    checkpoints = many(CheckpointSchema, "What witnesses took, the latest first.")


@blueprint.one("/sources", "listSources", SourceSchema(many=True), roles=ADMINISTRATORS, read="undated")
def list_sources(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every source with its last extract.

    The list is short and given whole: as an array."""
    return [_source(one) for one in source_lines(clock.now())]


@blueprint.one("/imports", "listImports", ImportSchema(many=True), roles=ADMINISTRATORS, read="undated")
def list_imports(_: dict[str, Any]) -> list[dict[str, Any]]:
    """The latest imports, the latest first; all of them are lines of the access log.

    The list is short and given whole: as an array."""
    return [_import(one) for one in latest_imports()]


@blueprint.one("/data", "getData", DataSchema, roles=ADMINISTRATORS, read="undated")
def get_data(_: dict[str, Any]) -> dict[str, Any]:
    """What came last from each source, what waits, and who lacks an account."""
    register, now = access_control.register(), clock.now()
    accounts = register.accounts()
    kept = register.kept_files.of(access_control.account().username, REJECTED, now)
    return {
        "sources": [_source(one) for one in source_lines(now)], "imports": [_import(one) for one in latest_imports()],
        "rejected": [{"name": one.name, "at": one.at} for one in kept], "officers": lacking_account(accounts, "officer"),
        "teams": lacking_account(accounts, "team"), "requests": len(list(register.requests.still_open(now))),
    }  # fmt: skip


@blueprint.one("/proof", "getProof", ProofSchema, roles=ADMINISTRATORS, read="undated")
def get_proof(_: dict[str, Any]) -> dict[str, Any]:
    """The head of the record, the keys that sign it, and the checkpoints that a witness keeps elsewhere."""
    found = standing()
    head = found.head
    return {
        "record": head and head.origin.rpartition("/")[0], "entries": head and head.size, "root": head and head.root.hex(),
        "note": found.note and str(found.note), "signed": bool(found.note and found.note.signatures),
        "faults": [words for words in (found.broken, found.state.fault, found.witness.fault, *found.unsigned) if words],
        "keys": [_key(*one) for one in found.keys], "witness": found.witness.called or None,
        "checkpoints": [
            {"at": one.at, "entries": one.size, "witness": one.witness, "kept_at": one.kept_at, "note": one.note}
            for one in found.taken
        ],
    }  # fmt: skip


def _source(line: SourceLine) -> dict[str, Any]:
    said, extract, taken = line.source.registered, line.extract, line.source.taking_over(clock.now())
    return {
        "name": line.source.name, "registered": said is not None, "users": said.users if said else [],
        "accounts": said.accounts if said else [], "areas": said.areas if said else [],
        "normal_delay": said and said.normal_delay, "late": line.late,
        "taking_over": taken and {
            "cut_over": taken.cut_over, "areas": taken.areas, "asked_by": taken.asked_by, "confirmed_by": taken.confirmed_by,
        },
        "extract": extract and {
            "stored_at": extract.stored_at, "recorded_to": extract.recorded_to, "complete_to": extract.complete_to,
            "taking_over": extract.taking_over,
        },
    }  # fmt: skip


def _import(line: Line) -> dict[str, Any]:
    said = import_said(line)
    return {"at": line.at, "username": line.username, "by": line.name, "file": said["name"], "done": said["done"]}


def _key(name: str, fact: SigningKeySet) -> dict[str, Any]:
    return {
        "id": name, "vkey": fact.vkey, "since": fact.at, "lost": fact.lost, "asked_by": fact.asked_by,
        "confirmed_by": fact.confirmed_by,
    }  # fmt: skip
