"""What a PDF tells a screen reader: its catalogue, and its tags in reading order. Reads what WeasyPrint writes, no other."""

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


class Tag(NamedTuple):
    """A tag, and the object ids of the tags around it, outermost first."""

    name: str
    number: int
    inside: tuple[int, ...]


def objects(data: bytes) -> dict[int, bytes]:
    """Every object by its number, those in object streams too."""
    found = {int(number): body for number, body in _OBJECT.findall(data)}
    for body in list(found.values()):
        if b"/ObjStm" in body:
            found |= _packed(body)
    return found


def _packed(body: bytes) -> dict[int, bytes]:
    stream, first, count = _STREAM.search(body), re.search(rb"/First (\d+)", body), re.search(rb"/N (\d+)", body)
    assert stream and first and count
    text, begins = zlib.decompress(stream[1]), int(first[1])
    pairs = [int(word) for word in text[:begins].split()]
    places = list(zip(pairs[::2], pairs[1::2], strict=True))
    assert len(places) == int(count[1])
    ends = [*(place for _, place in places[1:]), len(text) - begins]
    return {number: text[begins + place : begins + end] for (number, place), end in zip(places, ends, strict=True)}


def catalogue(data: bytes) -> bytes:
    """The catalogue of the document as it stands in the file."""
    return next(body for body in objects(data).values() if b"/Catalog" in body)


def metadata(data: bytes) -> str:
    """What the document says of itself, as XMP."""
    every = objects(data)
    place = re.search(rb"/Metadata (\d+) 0 R", catalogue(data))
    assert place is not None
    stream = _STREAM.search(every[int(place[1])])
    assert stream is not None
    return (stream[1] if b"<" in stream[1][:5] else zlib.decompress(stream[1])).decode()


def tags(data: bytes) -> list[Tag]:
    """The tags in reading order."""
    every = objects(data)
    root = re.search(rb"/StructTreeRoot (\d+) 0 R", catalogue(data))
    assert root is not None
    return list(_below(every, int(root[1]), ()))


def _below(every: dict[int, bytes], number: int, inside: tuple[int, ...]) -> Iterator[Tag]:
    body = every[number]
    name = re.search(rb"/S /(\w+)", body)
    if name is not None:
        yield Tag(name[1].decode(), number, inside)
        inside = (*inside, number)
    kids = re.search(rb"/K (\[[^\]]*\]|\d+ 0 R)", body)
    for kid in re.findall(rb"(\d+) 0 R", kids[1]) if kids else ():
        if b"/StructElem" in every[int(kid)]:
            yield from _below(every, int(kid), inside)
