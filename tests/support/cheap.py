"""What is made cheap while tests run, and shows in nothing that a test asserts: disks, passwords, templates, addresses, patience.

Every patch is for processes of pytest; the commands that tests start as processes of their own are as they are.
"""

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from argon2 import _password_hasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from domain.accounts import access_store
from domain.store import database
from projections.read_model import worker_pool
from tests.support.hanging import HANGING
from tests.support.once import made_once
from web.services import following_read_model

CONNECTING = 60
"""Seconds to wait for a connection to a database that is there."""


@contextmanager
def cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # No test takes the machine's power away: nothing needs writing through to the disk.
        patch.setattr(sqlite3, "connect", functools.partial(unsafe, sqlite3.connect))
        patch.setattr(access_store, "SYNCHRONOUS", "OFF")
        # A password of a test is worth no guessing.
        patch.setattr(_password_hasher, "hash_secret", functools.partial(quick, _password_hasher.hash_secret))
        # A template is compiled once a run, not once for the app of each test.
        patch.setitem(Flask.jinja_options, "bytecode_cache", FileSystemBytecodeCache(str(compiled_templates())))
        # An address of the site is compiled once, not once for the app of each test.
        patch.setattr(Rule, "_compile_builder", functools.partialmethod(compiled_once, {}, Rule._compile_builder))
        # Where a test does not say otherwise, the site and the stores wait as long as it takes.
        patch.setattr(database, "CONNECT_SECONDS", CONNECTING)
        patch.setattr(database, "LOCK_SECONDS", HANGING)
        patch.setattr(worker_pool, "CONNECT_SECONDS", HANGING)
        patch.setattr(following_read_model, "WAIT_SECONDS", HANGING)
        patch.setattr(following_read_model, "COLUMN_SECONDS", HANGING)
        yield


def compiled_templates() -> Path:
    return made_once("templates", lambda folder: None)


def compiled_once(rule: Rule, made: dict[Any, Any], compile_builder: Any, append_unknown: bool = True) -> Any:
    """The function that builds the addresses of a rule: one for all rules of the same parts, since it is given the rule itself."""
    made_from = (append_unknown, tuple(rule._trace), repr(rule.defaults), tuple(sorted(rule.arguments)))
    if made_from not in made:
        made[made_from] = compile_builder(rule, append_unknown)
    return made[made_from]


def unsafe(connect: Any, *arguments: Any, **named: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = connect(*arguments, **named)
    with suppress(sqlite3.Error):  # what is no database is said to whoever uses it
        connection.execute("PRAGMA synchronous = OFF").close()
    return connection


def quick(hash_secret: Any, **named: Any) -> bytes:
    hashed: bytes = hash_secret(**{**named, "time_cost": 1, "memory_cost": 8, "parallelism": 1})
    return hashed
