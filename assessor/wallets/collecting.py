"""A wallet collects a badge: it proves to have a key, and gets the badge bound to that key (OpenID4VCI 1.0, section 8).

token → what is asked for → proof of possession → challenge used up → the badge still counts → signed, stored, given
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.errors import Refusal
from assessor.openbadges.errors import ProofInvalid, Unreadable
from assessor.openbadges.possession import Possession, read_possession
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.wallets import holding, metadata, nonces, offering
from assessor.wallets.metadata import Format
from assessor.wallets.models import Offer, WalletCopy
from assessor.wallets.refusals import CredentialRefused, TokenNotAccepted

MAX_REQUEST = 16 * 1024


def collect(
    session: Session, access_token: str, body: bytes, key: str, settings: Settings, now: datetime
) -> WalletCopy:
    """The badge for a credential request. Raises `TokenNotAccepted` or `CredentialRefused`.

    The same request of the same key, with a new challenge, gives the same bytes again, until our key changes.
    """
    # 1. The token stands for what the holder agreed to.
    made = offering.find_by_token(session, access_token, now)
    if made is None:
        raise TokenNotAccepted("invalid_token", "The access token is none of ours, or it is over.", is_miss=True)
    award = session.get_one(Award, (made.organisation_id, made.award_id))
    # 2. The request asks for something that was offered.
    request = _read(body)
    form = _wanted(request, award)
    # 3. Whoever asks has the key.
    possession = _proof(request, settings, now)
    # 4. The proof was made for this request and for no other.
    nonces.take(session, possession.nonce, key, now)
    # 5. The badge still counts.
    try:
        holding.signed(session, award)
    except Refusal as refusal:
        raise CredentialRefused("credential_request_denied", "This badge cannot be given now.") from refusal
    return _copy(session, made, award, form, possession, settings, now)


def _read(body: bytes) -> JsonObject:
    try:
        return read_json(body, max_bytes=MAX_REQUEST)
    except Unreadable as error:
        raise CredentialRefused("invalid_credential_request", str(error)) from error


def _wanted(request: JsonObject, award: Award) -> Format:
    if "credential_response_encryption" in request:
        raise CredentialRefused("invalid_encryption_parameters", "Answers are not encrypted beyond TLS here.")
    if "credential_identifier" in request:
        raise CredentialRefused("unknown_credential_identifier", "Ask with credential_configuration_id.")
    wanted = request.get("credential_configuration_id")
    if not isinstance(wanted, str):
        raise CredentialRefused("invalid_credential_request", "credential_configuration_id is missing.")
    for form in metadata.FORMATS:
        if wanted == metadata.configuration_id(award.achievement_code, form):
            return form
    raise CredentialRefused("unknown_credential_configuration", "This was not offered.")


def _proof(request: JsonObject, settings: Settings, now: datetime) -> Possession:
    proofs: Any = request.get("proofs")
    given = proofs.get("jwt") if isinstance(proofs, dict) and len(proofs) == 1 else None
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], str):
        raise CredentialRefused("invalid_proof", "Send proofs with one member, jwt: an array with one token.")
    try:
        return read_possession(given[0], settings.public_url, now)
    except ProofInvalid as error:
        raise CredentialRefused("invalid_proof", str(error)) from error


def _copy(
    session: Session, made: Offer, award: Award, form: Format, possession: Possession, settings: Settings, now: datetime
) -> WalletCopy:
    """What was given for this offer in this format already, or a new copy. Nobody gets a second one for another key."""
    holder = possession.holder.did
    known = session.get(WalletCopy, (made.organisation_id, made.id, form))
    if known is not None and known.holder != holder:
        raise CredentialRefused("credential_request_denied", "This badge was given for another key.")
    # The same key gives the same bytes; the key of minutes ago may have been reported as stolen.
    body = issuing.held_by(session, award, holder, "json" if form == "ldp_vc" else "jwt", settings)
    if known is not None:
        if known.body != body:
            known.body, known.signed_at = body, now
        return known
    copied = WalletCopy(
        organisation_id=made.organisation_id,
        offer_id=made.id,
        format=form,
        holder=holder,
        body=body,
        signed_at=now,
    )
    session.add(copied)
    session.flush()
    return copied
