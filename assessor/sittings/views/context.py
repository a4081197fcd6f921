"""What the learner's pages share: their blueprint, their languages and sounds, the learner's sitting."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from assessor import locale
from assessor.accounts import cards
from assessor.banks import releases
from assessor.database import db
from assessor.errors import NotAllowed
from assessor.sittings import starting
from assessor.sittings.models import Sitting

pages = Blueprint("sittings", "assessor.sittings", template_folder="templates")


def interface(code: str) -> dict[str, Any]:
    """A page in one language, before there is a test."""
    return {
        "language": locale.language(code),
        "home_language": None,
        "shows_home": False,
        "sound_url": sound_url(None),
        "picture_svg": lambda name: Markup(cards.picture_svg(name)),  # our own files
    }


def both(sitting: Sitting, home_first: bool = False, has_home: bool = True) -> dict[str, Any]:
    """A page in the test's language with the learner's own one tap away."""
    home = locale.language(sitting.help_language)
    two = has_home and sitting.help_language != sitting.test_language
    asked = request.args.get("home")
    return {
        "language": locale.language(sitting.test_language),
        "home_language": home if two else None,
        "shows_home": two and (asked == "1" if asked else home_first),
        "sound_url": sound_url(sitting),
    }


def sound_url(sitting: Sitting | None) -> Any:
    """The address of a shipped sound: of the bank, or of the interface."""
    edition = releases.edition(db.session, sitting.release_id) if sitting else None

    def address(code: str, text: str) -> str | None:
        if edition is not None and (sha256 := edition.sound(code, text)):
            return url_for("banks.media", sha256=sha256)
        if name := locale.sound(code, text):
            return url_for("static", filename=name)
        return None

    return address


def media_url(sitting: Sitting, name: str) -> str:
    """The address of a picture of the sitting's release."""
    return url_for("banks.media", sha256=releases.edition(db.session, sitting.release_id).media[name])


def current() -> Sitting:
    """The sitting that this learner is in. Raises `NotAllowed` when there is none."""
    sitting = starting.current_sitting(db.session, g.learner)
    if sitting is None:
        raise NotAllowed("There is no question for you now. Scan your card again.")
    return sitting


def finished() -> Sitting:
    """The newest sitting that this learner has finished. Raises `NotAllowed` when there is none."""
    sitting = starting.finished_sitting(db.session, g.learner)
    if sitting is None:
        raise NotAllowed("There is no result yet. Scan your card and answer the questions.")
    return sitting


def closed(reason: str, answered: int) -> ResponseReturnValue:
    """There is nothing to answer now: the session is "not open" or "ended"."""
    return render_template(
        "sittings/closed.html", **interface(g.learner.language), reason=reason, answered=answered
    ), 409
