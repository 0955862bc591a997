"""Assessment instruments: their score ranges, as cited data in ``standards/instruments.yaml``."""

from functools import cache

import msgspec
from marshmallow import fields, validate

from domain.cache_folder import kept
from domain.policy.cited_documents import STANDARDS, Cited, read_document


class InstrumentSchema(Cited):
    id = fields.String(required=True)
    lowest = fields.Integer(required=True, strict=True)
    highest = fields.Integer(required=True, strict=True)
    bands = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Integer(strict=True), validate=validate.Length(equal=2))
    )


class InstrumentsSchema(Cited):
    instruments = fields.List(fields.Nested(InstrumentSchema), required=True)


@cache
def _ranges() -> dict[str, tuple[int, int]]:
    load = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode
    return kept("policy-instruments", "", _read_ranges, dump=msgspec.json.encode, load=load)


def _read_ranges() -> dict[str, tuple[int, int]]:
    document = read_document(STANDARDS / "instruments.yaml", InstrumentsSchema())
    return {item["id"]: (item["lowest"], item["highest"]) for item in document["instruments"]}


def score_range(instrument: str) -> tuple[int, int] | None:
    """The lowest and highest likelihood-of-reoffending score of an instrument; None if it gives no such score."""
    return _ranges().get(instrument)
