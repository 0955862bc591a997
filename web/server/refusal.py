"""The answer to a request that is not HTTP: it never reaches the site, which sets these headers on all other answers."""

from waitress.task import ErrorTask

HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)


class Refusal(ErrorTask):  # type: ignore[misc]
    """What is wrong with the request, as plain text that no browser takes for a page."""

    def execute(self) -> None:
        self.response_headers.extend(HEADERS)
        super().execute()
