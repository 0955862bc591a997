"""The pages of a case as tests read them."""

from flask.testing import FlaskClient


def timeline_of(client: FlaskClient, case: str, query: str = "") -> str:
    """All pages of a case's timeline, one after the other. ``case``: its address; ``query``: such as ``as_at=2005-10-03``."""
    pages: list[str] = []
    while not pages or f"page={len(pages) + 1}" in pages[-1]:
        pages.append(client.get(f"{case}/timeline?page={len(pages) + 1}&{query}").text)
    return "\n".join(pages)
