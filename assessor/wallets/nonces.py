"""Challenges that a wallet answers with a proof: made without storing anything, taken once.

A challenge says when it was made and carries our mark, so asking for many of them costs us nothing. The database
remembers those that were answered, until they would be too old anyway.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.openbadges.errors import InvalidKey
from assessor.openbadges.multikey import base64url_decode, base64url_encode
from assessor.wallets import derived
from assessor.wallets.models import UsedNonce
from assessor.wallets.refusals import CredentialRefused

LIVES = timedelta(minutes=5)
_TIME_BYTES, _RANDOM_BYTES, _MARK_BYTES = 8, 16, 16


def make(key: str, now: datetime) -> str:
    """A fresh challenge (`c_nonce`)."""
    body = int(now.timestamp()).to_bytes(_TIME_BYTES) + secrets.token_bytes(_RANDOM_BYTES)
    return base64url_encode(body + _mark(body, key))


def take(session: Session, nonce: str, key: str, now: datetime) -> None:
    """Use a challenge up. Raises `CredentialRefused` for one that is foreign, too old or used."""
    made = _made_at(nonce, key)
    if made is None or not made <= now.timestamp() < made + LIVES.total_seconds():
        raise _refused("The nonce is not one of ours, or it is too old.")
    session.execute(delete(UsedNonce).where(UsedNonce.expires_at < now))
    try:
        with session.begin_nested():
            session.add(UsedNonce(digest=derived.digest(nonce), expires_at=now + LIVES))
    except IntegrityError as error:
        raise _refused("The nonce was used before.") from error


def _made_at(nonce: str, key: str) -> int | None:
    try:
        raw = base64url_decode(nonce)
    except InvalidKey:
        return None
    body, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    if len(body) != _TIME_BYTES + _RANDOM_BYTES or not hmac.compare_digest(mark, _mark(body, key)):
        return None
    return int.from_bytes(body[:_TIME_BYTES])


def _mark(body: bytes, key: str) -> bytes:
    return hmac.new(key.encode(), b"wallets nonce " + body, hashlib.sha256).digest()[:_MARK_BYTES]


def _refused(why: str) -> CredentialRefused:
    return CredentialRefused("invalid_nonce", f"{why} Ask for a new one.")
