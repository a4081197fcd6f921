"""What these pages share: their blueprint, the holder's languages, the certificate that is meant."""

import uuid
from typing import Any

from flask import Blueprint, current_app, g, request, url_for

from assessor import locale
from assessor.credentials import achievements, issuing
from assessor.credentials.models import Award
from assessor.database import db
from assessor.installation import settings
from assessor.wallets import holding

pages = Blueprint("wallets", "assessor.wallets", template_folder="templates")


def mine(credential_id: uuid.UUID) -> Award:
    """This learner's certificate of an address. Raises `NoCertificate`."""
    return holding.find(db.session, g.learner, credential_id)


def spoken(code: str) -> dict[str, Any]:
    """A page in the language of a certificate, with the learner's own one tap away and seen first."""
    two = g.learner.language != code
    return {
        "language": locale.language(code),
        "home_language": locale.language(g.learner.language) if two else None,
        "shows_home": two and request.args.get("home") != "0",
        "sound_url": _sound_url,
        "date_in": locale.date,
    }


def card(award: Award) -> dict[str, Any]:
    """A certificate as its holder sees it in a list and on top of a page."""
    certificate = achievements.find(db.session, award.achievement_code, settings()).certificate
    title, band = certificate.headed(award.level, award.language)
    counts = award.revoked_at is None and award.suspended_at is None
    is_signed = issuing.credential_of(db.session, award) is not None
    return {
        "id": award.credential_id,
        "holder": award.holder_name,
        "second": award.second_name,
        "language": award.language,
        "title": title,
        "band": band,
        "elsewhere": certificate.headed_elsewhere(award.level, award.language),
        "picture": url_for("wallets.file", award=award.credential_id, form="svg")
        if counts and is_signed
        else url_for("credentials.badge_picture", code=award.achievement_code),
        "issued": award.awarded_at,
        "number": award.number,
        "counts": counts,
        "on_hold": award.suspended_at is not None and award.revoked_at is None,
        "ready": is_signed,
    }


def key() -> str:
    """The secret of this installation from which links and codes are made."""
    return str(current_app.config["SECRET_KEY"])


def _sound_url(code: str, text: str) -> str | None:
    name = locale.sound(code, text)
    return url_for("static", filename=name) if name else None
