"""One page for employers, to print and to pin up: how to check, what a fake looks like, what the answers mean."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.installation import settings
from assessor.verification.views.context import frame, pages, wanted_language

WORDS = Path(__file__).parent.parent / "guide_words"


@pages.get("/c/guide")
@access.public
def guide() -> ResponseReturnValue:
    """The guide, in the language that the address names, else in that of the browser."""
    language = wanted_language(request.args.get("language", ""))
    return render_template(
        "verification/guide.html",
        **frame(language),
        guide=guide_words(language),
        host=settings().host,
        issuer_name=settings().organisation,
    )


@cache
def guide_words(language: str) -> dict[str, Any]:
    """What the guide says in one of our languages."""
    words: dict[str, Any] = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return words
