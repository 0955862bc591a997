"""Security headers on every response: the browser runs only our own files, and stores no case data."""

import hashlib
import re
from base64 import b64encode

from flask import Flask, Response, request

YEAR = 31_536_000
DAY = 86_400

SIGN_OUT = "signing_in.leave"
"""The page after which a browser forgets what it kept of this site."""

_BARE = """{% extends "govuk_frontend_jinja/template.html" %}
{% block header %}{% endblock %}{% block footer %}{% endblock %}"""


def inline_hashes(html: str) -> list[str]:
    """The CSP sources (``'sha256-...'``) of the inline scripts in a page."""
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    return [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]


def policy(app: Flask) -> str:
    """The content security policy.

    The GOV.UK template has one inline script, which marks that scripts run. Its hash is computed from the installed
    template, so that an upgrade cannot break every page unnoticed.
    """
    template = app.jinja_env.from_string(_BARE).render()
    return "; ".join(
        (
            "default-src 'none'",
            "object-src 'none'",
            " ".join(["script-src 'self'", *inline_hashes(template)]),
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _caching(response: Response) -> str:
    """The caching header: long for assets whose address changes with their content, none for pages.

    What has an ETag (answers of the API) its reader alone may keep, and must ask each time whether it still holds.
    """
    if response.status_code >= 400:
        return "no-store"
    if request.endpoint != "static":
        return "private, no-cache" if response.get_etag()[0] else "no-store"
    lasting = "v" in request.args or request.path.startswith("/assets/vendor/")
    return f"public, max-age={YEAR}, immutable" if lasting else f"public, max-age={DAY}"


def attach(app: Flask) -> None:
    """Set the headers on every response, errors included."""
    fixed = {
        "Content-Security-Policy": policy(app),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }

    @app.after_request
    def speak(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers[name] = value
        response.headers["Cache-Control"] = _caching(response)
        if request.endpoint == SIGN_OUT and response.status_code < 400:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        return response
