"""How the site's own cookie is signed: HMAC-SHA256, in place of Flask's HMAC-SHA1."""

from hashlib import sha256

from flask.sessions import SecureCookieSessionInterface


class CookieSigning(SecureCookieSessionInterface):
    """Flask's cookie with another hash. The cookie holds the token of a session, which is kept by the site."""

    digest_method = staticmethod(sha256)
