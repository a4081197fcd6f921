"""One page for employers, to print and to pin up: how to check, what a fake looks like, what the answers mean."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from assessor import access, locale
from assessor.installation import settings
from assessor.verification.views.context import frame, pages


@pages.get("/c/guide")
@access.public
def guide() -> ResponseReturnValue:
    """The guide, in the language of the page or of the address; long texts are there in fewer than the check itself."""
    if (asked := request.args.get("language", "")) in locale.BY_CODE:
        g.language = asked
    known = frame(locale.page_language().code)
    return render_template(
        "verification/guide.html", **known, host=settings().host, issuer_name=settings().organisation
    )
