"""The demonstration as a live server, for clients of the API."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.serving import make_server


@pytest.fixture(scope="module")
def address(demo_app: Flask) -> Iterator[str]:
    with served(demo_app) as found:
        yield found


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of an app as a live server."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
