"""A page of HTML as a PDF with tags (PDF/UA-1), by WeasyPrint. It needs Pango, which comes with the system and not from pip."""


class NoPdf(Exception):
    """A PDF cannot be made on this machine; the message says what is missing."""


NEEDS = (
    "A PDF needs Pango, which is not on this machine. Whoever runs it can install it "
    "(on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0). The other formats work without."
)


def pdf(html: str) -> bytes:
    """The document. Nothing is fetched: an address in the page, of a picture or a style, is refused. ``NoPdf``."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise NoPdf(NEEDS) from error
    made = HTML(string=html, url_fetcher=_refuse).write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(made, bytes)
    return made


def _refuse(url: str) -> dict[str, object]:
    raise ValueError(f"a document fetches nothing: {url[:80]}")
