"""What holds for every operation, in words: the head of the OpenAPI document, and tables of the docs page."""

from collections.abc import Mapping

ABOUT = """\
What the pages of caseaudit show, as JSON: within the same reach, under the same rules of disclosure, and each answer is a line \
of the access log.

An answer is read as at the end of a day (`as_at`) and as known then or with hindsight (`known`). Lists come in pages (`page`, \
`per_page`, `sort`). A parameter that an operation does not know is refused. Every error is a problem after RFC 9457 \
(`application/problem+json`). Answers have an ETag; send it as `If-None-Match`. `/api/v1/docs` says all this at length."""

PROBLEMS: Mapping[int, str] = {
    400: "The request cannot be read: no such day as `as_at`, a state of knowledge that is not offered here, or a character that "
    "no address of ours holds.",
    401: "Nobody is signed in, or the token does not count: `detail` says why, and `WWW-Authenticate` what is asked for.",
    403: "You are known, and neither your role nor a right of your token reaches this, or it needs a person.",
    404: "There is no such thing within your reach, or no such page of a list. The answer is the same whether it is not there or "
    "is not open to you.",
    405: "The address takes another method: see the header `Allow`.",
    410: "What was asked for goes back to before the record was put back from a backup: begin anew.",
    412: "Somebody has written to the case since you read its version. Nothing was stored: read it again.",
    413: "What was sent is too large.",
    415: "What was sent is not in a form that the operation takes.",
    422: "A parameter or a field is not as described, or is not known: `errors` names it and says what was expected.",
    428: "Name the version of the case that you read, in the header `If-Match`.",
    429: "Too many requests, or too many large ones at once. Wait as many seconds as the header `Retry-After` says.",
    500: "The service failed. Tell who runs it, with the `request_id` where there is one.",
    503: "The service is there and cannot answer yet: figures are being made, or the access log cannot be written. Wait as many "
    "seconds as the header `Retry-After` says.",
}
"""Status -> when it is answered, and what to do."""
