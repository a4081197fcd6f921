"""A key was stolen: it is trusted no more, another takes its place, and what it signed is signed again.

What a badge says stays the same to the letter, with its id and dates; only its proof is new. So does the code of a
paper that is drawn from now on. Files that people hold already keep the old signature and are refused; papers printed
before stay genuine, because a list says which they are (`issued`).

The work is done in chunks, each its own job that stores the next one in the same transaction: a chunk that is cut off
is done again, and a badge that was signed again is not found a second time.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from assessor.certificates import cose, qr
from assessor.config import Settings, key_secrets
from assessor.credentials import adopted, issued, issuer, issuing, keys, profiles, status
from assessor.credentials.hardware import TokenNotUsable
from assessor.credentials.models import Credential, SigningKey
from assessor.errors import Refusal
from assessor.jobs import enqueue, job
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.did_web import PublishedKey
from assessor.openbadges.errors import OpenBadgesError
from assessor.openbadges.exits import Statement, as_rdfc
from assessor.openbadges.proof import proofs_of
from assessor.openbadges.strict_json import read_json

CHUNK = "sign again"
ONE = "sign one again"
LISTS = "sign lists again"
ISSUED = "list issued again"
CHUNK_SIZE = 100
#: What was being signed while the theft was told is committed by then, and found in a second round.
SECOND_ROUND = timedelta(minutes=10)
ROUNDS = 2

Place = tuple[uuid.UUID, uuid.UUID]  # the primary key of a credential


def report_stolen(session: Session, kid: str, since: datetime, settings: Settings, now: datetime) -> SigningKey:
    """Trust this key no more, from this transaction on, and let jobs sign again what it signed.

    Raises as `keys.mark_compromised`. Reported twice, the work is done once.
    """
    key = keys.mark_compromised(session, kid, since, key_secrets(settings), now)
    if key.use == "status":
        status.sign_all(session, settings, now)
        enqueue(session, LISTS, f"{kid} {now.isoformat()}", {}, now + SECOND_ROUND)
    if key.use == "certificate" and key.activated_at is not None:
        issued.write_down(session, key, now)
        enqueue(session, ISSUED, f"{kid} {now.isoformat()}", {"kid": kid}, now + SECOND_ROUND)
    if key.use in ("badge", "certificate"):
        _enqueue(session, kid, 1, None, now)
    return key


@job(CHUNK)
def chunk_job(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Sign again what the key signed of the next hundred credentials, and leave the rest to the next job."""
    key = session.get_one(SigningKey, payload["kid"])
    chunk = _chunk(session, key, payload["after"])
    for place in [place for place, signed in chunk if _is_signed_with(key, signed)]:
        try:
            with session.begin_nested():
                _sign_again(session, key, place, settings, now)
        except (keys.NoActiveKey, keys.KeyNotOpened, TokenNotUsable, adopted.KeyNotNamed):
            raise  # no other could be signed either: the whole chunk is tried again
        except (OpenBadgesError, Refusal):
            # One that cannot be signed any more holds up no other; its own job tells the operator.
            enqueue(session, ONE, f"{key.kid} {place[1]}", {"kid": key.kid, "place": _written(place)}, now)
    if len(chunk) == CHUNK_SIZE:
        _enqueue(session, key.kid, payload["round"], _written(chunk[-1][0]), now)
    elif payload["round"] < ROUNDS:
        _enqueue(session, key.kid, payload["round"] + 1, None, now + SECOND_ROUND)


@job(LISTS)
def lists_job(session: Session, _payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Sign the lists that were being begun with the stolen key while the theft was told."""
    status.sign_due(session, settings, now)


@job(ISSUED)
def issued_job(session: Session, payload: dict[str, Any], _settings: Settings, now: datetime) -> None:
    """Add to the list what was being signed with the stolen key while the theft was told."""
    issued.write_down(session, session.get_one(SigningKey, payload["kid"]), now)


@job(ONE)
def one_job(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Sign one credential again, if it is not yet."""
    _sign_again(session, session.get_one(SigningKey, payload["kid"]), _read(payload["place"]), settings, now)


def _enqueue(session: Session, kid: str, turn: int, after: list[str] | None, at: datetime) -> None:
    place = after[1] if after else "begin"
    enqueue(session, CHUNK, f"{kid} {turn} {place}", {"kid": kid, "round": turn, "after": after}, at)


def _chunk(session: Session, key: SigningKey, after: list[str] | None) -> Sequence[tuple[Place, bytes]]:
    """The next credentials in the order of their keys, each with what this key may have signed of it."""
    signed = Credential.body if key.use == "badge" else Credential.summary
    order = tuple_(Credential.organisation_id, Credential.award_id)
    found = select(Credential.organisation_id, Credential.award_id, signed).order_by(*order)
    if after is not None:
        found = found.where(order > tuple_(*_read(after)))
    return [((owner, award), bytes_) for owner, award, bytes_ in session.execute(found.limit(CHUNK_SIZE))]


def _is_signed_with(key: SigningKey, signed: bytes) -> bool:
    """Whether this key made the proof of a badge, or the signature of a code."""
    if key.use == "certificate":
        return cose.read_sign1(signed).kid.hex() == key.kid
    fragment = PublishedKey(key.public_key, "Multikey").id("").removeprefix("#")
    if fragment.encode() not in signed:
        return False  # most are not, and reading JSON takes its time
    methods = (str(proof.get("verificationMethod")) for proof in proofs_of(read_json(signed)))
    return any(method.rpartition("#")[2] == fragment for method in methods)


def _sign_again(session: Session, key: SigningKey, place: Place, settings: Settings, now: datetime) -> None:
    """The same statement with a new signature, unless another job was faster. Raises what `issuing.sign` raises."""
    credential = session.get_one(Credential, place, with_for_update=True, populate_existing=True)
    if not _is_signed_with(key, credential.body if key.use == "badge" else credential.summary):
        return
    settings = profiles.as_awarded(credential.award, settings)
    if key.use == "badge":
        _renew_badge(session, credential, settings, now)
    else:
        _renew_code(session, credential, settings, now)
    credential.signed_at = now
    session.flush()


def _renew_badge(session: Session, credential: Credential, settings: Settings, now: datetime) -> None:
    signer = keys.signer(session, "badge", key_secrets(settings))
    address = issuer.key_address(settings, signer.public_key, "Multikey")
    credential.body = as_rdfc(Statement.stored(credential.body), signer, address, now.replace(microsecond=0))
    credential.png = bake_png(credential.png, credential.body)
    credential.svg = bake_svg(credential.svg, credential.body)


def _renew_code(session: Session, credential: Credential, settings: Settings, now: datetime) -> None:
    signer = keys.signer(session, "certificate", key_secrets(settings), credential.award.awarded_at)
    adopted.check_named(session, signer.public_key, "certificate", credential.award.awarded_at)
    payload = cose.read_sign1(credential.summary).payload
    signed = cose.sign1(payload, context=qr.CONTEXT, signer=signer)
    credential.summary = issuing.believed_code(session, signed, settings, now)


def _written(place: Place) -> list[str]:
    return [str(part) for part in place]


def _read(place: list[str]) -> Place:
    owner, award = place
    return uuid.UUID(owner), uuid.UUID(award)
