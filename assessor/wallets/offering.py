"""Offers of a badge to a wallet: made by a tap of the holder, exchanged once for a token (OpenID4VCI 1.0, 4 and 6)."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.database import new_id
from assessor.wallets import derived, holding, metadata
from assessor.wallets.metadata import GRANT
from assessor.wallets.models import Offer, WalletCopy
from assessor.wallets.refusals import OfferOver, TokenRefused

CODE = "pre-authorized_code"
SCHEME = "openid-credential-offer://"
OFFER_LIVES = timedelta(minutes=5)
TOKEN_LIVES = timedelta(minutes=5)  # longer ones would have to be bound to a sender (section 13.10)
MOST_MISSES = 3  # with four digits: a guesser succeeds once in 3,333 offers
#: How long after its end an offer is still told of, and may be kept.
RECENT = timedelta(minutes=15)


def offer(session: Session, award: Award, asks_digits: bool, key: str, now: datetime) -> Offer:
    """Offer the badge for a few minutes. Raises `DoesNotCount`, `NotSignedYet`.

    Earlier offers of it that no wallet took are gone with that, and so is everybody's that is over for long.
    """
    holding.signed_alone(session, award)
    _forget_old(session, now)
    session.execute(delete(Offer).where(*_of(award), Offer.redeemed_at.is_(None)))
    offer_id = new_id()
    made = Offer(
        organisation_id=award.organisation_id,
        id=offer_id,
        award_id=award.id,
        address_digest=derived.digest(derived.secret("offer", offer_id, key)),
        code_digest=derived.digest(derived.secret("code", offer_id, key)),
        asks_digits=asks_digits,
        created_at=now,
        expires_at=now + OFFER_LIVES,
    )
    session.add(made)
    session.flush()
    return made


def newest(session: Session, award: Award) -> Offer | None:
    """The last offer of this award, whatever became of it."""
    return session.scalar(select(Offer).where(*_of(award)).order_by(Offer.created_at.desc()).limit(1))


def is_waiting(made: Offer, now: datetime) -> bool:
    """Whether a wallet may still come for it."""
    return made.ended_at is None and made.redeemed_at is None and now < made.expires_at


def state(session: Session, made: Offer, now: datetime) -> Literal["waiting", "coming", "collected", "over"]:
    """What became of an offer. Coming: a wallet has the token and may still ask for the badge."""
    if is_waiting(made, now):
        return "waiting"
    copied = select(WalletCopy.offer_id).where(
        WalletCopy.organisation_id == made.organisation_id, WalletCopy.offer_id == made.id
    )
    if session.scalar(copied.limit(1)) is not None:
        return "collected"
    return "coming" if made.token_digest is not None and now < made.expires_at else "over"


def link(made: Offer, key: str, settings: Settings) -> str:
    """What the QR code holds, and what opens a wallet on the same phone."""
    address = f"{settings.public_url}/wallet/offers/{derived.secret('offer', made.id, key)}"
    return f"{SCHEME}?credential_offer_uri={quote(address, safe='')}"


def document(session: Session, secret: str, key: str, settings: Settings, now: datetime) -> dict[str, Any]:
    """The credential offer at its address (section 4.1.1). Raises `OfferOver`."""
    made = session.scalar(select(Offer).where(Offer.address_digest == derived.digest(secret.lower())))
    if made is None or not is_waiting(made, now):
        raise OfferOver("invalid_request", "There is no open offer here. Make a new one.", is_miss=made is None)
    award = session.get_one(Award, (made.organisation_id, made.award_id))
    grant: dict[str, Any] = {CODE: derived.secret("code", made.id, key)}
    if made.asks_digits:
        grant["tx_code"] = {
            "input_mode": "numeric",
            "length": derived.DIGITS,
            "description": "The digits stand on the page with the code.",
        }
    return {
        "credential_issuer": settings.public_url,
        "credential_configuration_ids": [
            metadata.configuration_id(award.achievement_code, form) for form in metadata.FORMATS
        ],
        "grants": {GRANT: grant},
    }


def token(session: Session, given: Mapping[str, list[str]], key: str, now: datetime) -> dict[str, Any]:
    """Exchange a code, once, for an access token (section 6). Raises `TokenRefused`.

    After a refusal for wrong digits the miss is stored with the offer: the caller commits.
    """
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        raise TokenRefused("invalid_request", f"The parameter {repeated[0][:40]} is there more than once.")
    values = {name: one for name, [one] in given.items()}
    if values.get("grant_type") != GRANT:
        raise TokenRefused(*_no_such_grant(values.get("grant_type")))
    if "authorization_details" in values:
        raise TokenRefused("invalid_authorization_details", "The code itself says what is offered.")
    if not values.get(CODE):
        raise TokenRefused("invalid_request", f"The parameter {CODE} is missing.")
    made = _redeemable(session, values[CODE], now)
    _check_digits(made, values.get("tx_code"), key, now)
    access_token = secrets.token_urlsafe(32)
    made.redeemed_at, made.expires_at = now, now + TOKEN_LIVES
    made.token_digest = derived.digest(access_token)
    return {"access_token": access_token, "token_type": "Bearer", "expires_in": int(TOKEN_LIVES.total_seconds())}


def find_by_token(session: Session, access_token: str, now: datetime) -> Offer | None:
    """The offer that this token was given for, kept from others until the end; None: the token is none, or over."""
    found = session.scalar(select(Offer).where(Offer.token_digest == derived.digest(access_token)).with_for_update())
    return found if found is not None and now < found.expires_at else None


def _redeemable(session: Session, code: str, now: datetime) -> Offer:
    """The offer with this code, locked. A code that comes twice may have been stolen, so its token ends as well."""
    made = session.scalar(select(Offer).where(Offer.code_digest == derived.digest(code)).with_for_update())
    if made is None:
        raise TokenRefused("invalid_grant", "There is no such code.", is_miss=True)
    if made.redeemed_at is not None:
        made.token_digest = None  # RFC 6749, section 4.1.2
        raise TokenRefused("invalid_grant", "The code was used before. Nothing is given for it any more.")
    if not is_waiting(made, now):
        raise TokenRefused("invalid_grant", "The code is over.")
    return made


def _check_digits(made: Offer, given: str | None, key: str, now: datetime) -> None:
    if made.asks_digits and given is None:
        raise TokenRefused("invalid_request", "The digits that the page shows are missing (tx_code).")
    if not made.asks_digits and given is not None:
        raise TokenRefused("invalid_request", "No digits are expected for this code (tx_code).")
    expected = derived.digits(made.id, key)
    if given is not None and not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        made.misses += 1
        if made.misses >= MOST_MISSES:
            made.ended_at = now
        raise TokenRefused("invalid_grant", "The digits are other ones (tx_code).", is_miss=True)


def _no_such_grant(given: str | None) -> tuple[str, str]:
    if not given:
        return "invalid_request", "The parameter grant_type is missing."
    return "unsupported_grant_type", f"The one grant type here is {GRANT}."


def _forget_old(session: Session, now: datetime) -> None:
    """A copy serves requests that are repeated within minutes: later it would only tell who holds which badge."""
    over = select(Offer.organisation_id, Offer.id).where(Offer.expires_at < now - RECENT)
    old = [tuple(row) for row in session.execute(over.with_for_update(skip_locked=True))]
    session.execute(delete(WalletCopy).where(tuple_(WalletCopy.organisation_id, WalletCopy.offer_id).in_(old)))
    session.execute(delete(Offer).where(tuple_(Offer.organisation_id, Offer.id).in_(old)))


def _of(award: Award) -> tuple[ColumnElement[bool], ...]:
    return Offer.organisation_id == award.organisation_id, Offer.award_id == award.id
