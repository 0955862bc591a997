"""The policy by which a frozen inspection is scored: the texts that were kept, with their digests, and each as a file."""

import re

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.inspection import Inspection
from domain.policy.frameworks.kept_framework import apart_from_force
from domain.policy.kept_texts import KeptText, digest_of_text
from web.inspections.publication_page import attached, published_files
from web.presentation.policy_words import policy_said
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("policy", __name__)


@blueprint.get("/inspections/<inspection>/policy")
@access_control.open_to(*READERS)
def show(inspection: str) -> str:
    """The texts of policy that were kept when the inspection was frozen, and which of them are in force today."""
    opened = current_inspections.inspection(inspection)
    found = current_cases.repository().inspection(inspection)
    texts = kept_texts(found)
    return render_template(
        "inspections/policy.html", inspection=inspection, opened=opened, found=found, said=policy_said(found),
        unusable=found.unusable, files=published_files(inspection, found.published),
        texts=[one for one, _ in texts], superseded={one.digest for one, superseded in texts if superseded},
    )  # fmt: skip


def kept_texts(found: Inspection) -> list[tuple[KeptText, bool]]:
    """The texts of policy that were kept with an inspection, each with whether it is not in force any more."""
    texts = found.policy.frozen
    if texts is None or found.opened is None:
        return []
    kept, _ = apart_from_force(texts, found.opened.framework)
    superseded = {one.digest for one in kept}
    return [(one, one.digest in superseded) for one in texts.texts]


@blueprint.get("/inspections/<inspection>/policy/texts/<digest>")
@access_control.open_to(*READERS)
def text(inspection: str, digest: str) -> Response:
    """A text of policy that was kept, as the file that it was."""
    current_inspections.inspection(inspection)
    texts = current_cases.repository().inspection(inspection).policy.frozen
    one = next((one for one in texts.texts if one.digest == digest), None) if texts else None
    if one is None:
        abort(404, "No text of policy is kept under this digest for this inspection.")
    if digest_of_text(one.text) != digest:
        abort(
            404, f"{one.name} has not the SHA-256 under which it is kept, and is not given out. Run caseaudit verify."
        )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{one.kind}-{one.id}")  # the id came with the text
    return attached(one.read_bytes(), "application/yaml; charset=utf-8", f"{name}.yaml")
