"""Templates compiled once and kept between runs: compiling those of one page takes longer than answering it.

What is kept is code, so it counts only with a seal over the code, the template, this program's code and Python, made with a key
that this user has for that alone, in the folder of keys. Where key or cache cannot be used, templates are compiled as ever.
"""

import hmac
import secrets
import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

import domain
import projections
import web
from domain.cache_folder import cache_folder
from domain.key_files import KeyUnusable, make_key_file, own_folder, read_key_file
from domain.private_folder import read_file, write_file

SEAL = sha256().digest_size

KEY_FILE = "compiled-templates.key"


class KeptTemplates(BytecodeCache):
    """Compiled templates in the user's cache. ``key``: that of their seals."""

    def __init__(self, key: bytes):
        self._key = key

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, RuntimeError):  # RuntimeError: the user has no home
            content = read_file(_path(bucket))
            if hmac.compare_digest(content[:SEAL], self._seal(bucket, content[SEAL:])):
                bucket.bytecode_from_string(content[SEAL:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        code = bucket.bytecode_to_string()
        with suppress(OSError, RuntimeError):
            write_file(_path(bucket), self._seal(bucket, code) + code)

    def _seal(self, bucket: Bucket, code: bytes) -> bytes:
        made_from = "\0".join((bucket.key, bucket.checksum, code_digest(), version("jinja2"), sys.version)).encode()
        return hmac.digest(self._key, sha256(made_from).digest() + code, "sha256")


def _path(bucket: Bucket) -> Path:
    return cache_folder() / "templates" / bucket.key


@cache
def code_digest() -> str:
    """The SHA-256 of all code of the program, in hex: what templates call while they are compiled is part of it."""
    said = sha256()
    for package in (domain, projections, web):
        home = Path(package.__path__[0])
        for path in sorted(home.rglob("*.py")):
            content = path.read_bytes()
            said.update(f"{path.relative_to(home)}\0{len(content)}\0".encode() + content)
    return said.hexdigest()


def own_key() -> bytes:
    """The key of this user's seals, made at the first use. ``KeyUnusable``, ``OSError``: it cannot be used or made."""
    path = own_folder("HOME") / KEY_FILE
    with suppress(FileExistsError):
        if not path.exists():
            make_key_file(path, secrets.token_bytes(SEAL))
    key = read_key_file(path, "the key of compiled templates")
    if len(key) != SEAL:
        raise KeyUnusable(f"the key of compiled templates {path} is damaged; delete it")
    return key


def attach(app: Flask) -> None:
    """Let an app whose templates have not been used yet keep them, where it can and has no other cache of them."""
    if "bytecode_cache" in app.jinja_options:
        return
    with suppress(KeyUnusable, OSError, RuntimeError):  # RuntimeError: the user has no home
        app.jinja_options = {**app.jinja_options, "bytecode_cache": KeptTemplates(own_key())}
