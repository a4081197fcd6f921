"""One page for employers, to print and to pin up: how to check, what a fake looks like, what the answers mean."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.installation import settings
from assessor.verification.views.context import frame, pages, wanted_language, wording_of


@pages.get("/c/guide")
@access.public
def guide() -> ResponseReturnValue:
    """The guide, in the language that the address names, else in that of the browser."""
    language = wanted_language(request.args.get("language", ""))
    return render_template(
        "verification/guide.html",
        **frame(language),
        guide=wording_of(language)["guide"],
        host=settings().host,
        issuer_name=settings().organisation,
    )
