"""Who signed this: does the signature hold, and is its key bound to the issuer that the badge names.

A key is bound when the issuer is known here and has it, or when the issuer's own name leads to it (`issuers`). What a
badge says of its own key is never believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assessor.openbadges import jwt
from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents
from assessor.openbadges.errors import (
    KeyNotTheirs,
    OpenBadgesError,
    ProofUnsupported,
    TooSymmetrical,
    UnsafeDocument,
)
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.issuers import find_issuer, key_in_name
from assessor.openbadges.jose import check_header
from assessor.openbadges.jwt import Token, issuer_of
from assessor.openbadges.proof import suite_of
from assessor.openbadges.signed_by import check_signed_by, method_of, supported_proofs
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.vc_1_1 import begin_of

UNCHANGED = "nothing was changed."
PROOF, KEY = "proof", "key bound to issuer"
NO_KEY = "There is no key of the issuer to check the signature with."


@dataclass(frozen=True)
class Badge:
    """A credential that was read, not yet checked; `token`: what stands around it, None = it has proofs inside."""

    document: JsonObject
    token: Token | None = None

    @classmethod
    def read(cls, text: bytes, is_token: bool) -> "Badge":
        """Read JSON or a compact JWT. Raises `Unreadable`."""
        if is_token:
            token = jwt.read(text)
            return cls(token.credential, token)
        return cls(read_json(text))


@dataclass(frozen=True)
class Authenticity:
    """What was found out about a signature.

    `issuer`: whose key it is, None = not known. `owner`: who stands behind an issuer that is not known here, when the
    signature is theirs; empty otherwise. `unsafe`: the check “safe context”, where it only showed at the signature.
    """

    proof: Check
    key: Check
    issuer: TrustedIssuer | None = None
    owner: str = ""
    unsafe: Check | None = None

    @property
    def holds(self) -> bool:
        """Whether the badge is signed by its issuer."""
        return self.proof.state is State.PASSED and self.key.state is State.PASSED


def unproved(reason: str) -> Authenticity:
    """Of a badge whose signature is not looked at."""
    return Authenticity(Check(PROOF, State.NOT_CHECKED, reason), Check(KEY, State.NOT_CHECKED, reason))


def check_authenticity(badge: Badge, trust: Trust, documents: Documents, now: datetime) -> Authenticity:
    """Check the signature of a badge whose words have their fixed meaning. Never raises for anything in it."""
    try:
        # 1. It is signed, in a way that can prove something.
        proofs = _supported_proofs(badge)
        if badge.token is None and not proofs:
            return unproved("The badge is signed in a way that is not checked here.")
    except OpenBadgesError as error:
        return _failed(error, Check(KEY, State.NOT_CHECKED, "There is no signature to look up."))
    # 2. The issuer that it names has keys: known here, or found at the issuer's own name.
    name = issuer_of(badge.document)
    methods = methods_of(badge)
    issuer, owner = trust.issuers.get(name), ""
    if issuer is None:
        try:
            found = find_issuer(name, methods, documents)
        except OpenBadgesError as error:
            who = f"The issuer {name[:120] or '(none named)'} is not known here"
            why = f"{who}." if documents.fetch is None else f"{who}, nor found: {error}"
            return _of_nobody(badge, proofs, methods, now, why)
        issuer, owner = found.issuer, found.owner
    # 3. The key is one of them, and made the signature.
    return _check_with(badge, proofs, issuer, owner, now)


def check_with_keys_of(badge: Badge, issuer: TrustedIssuer, now: datetime) -> Authenticity:
    """The same by the keys of an issuer that is known already; another issuer's badge does not hold."""
    if issuer_of(badge.document) != issuer.id:
        return unproved("This is of another issuer.")
    try:
        proofs = _supported_proofs(badge)
    except OpenBadgesError as error:
        return _failed(error, Check(KEY, State.NOT_CHECKED, "There is no signature to look up."))
    if badge.token is None and not proofs:
        return unproved("It is signed in a way that is not checked here.")
    return _check_with(badge, proofs, issuer, "", now)


def _supported_proofs(badge: Badge) -> list[JsonObject]:
    """Every proof of a suite that is known here; a token has none."""
    if badge.token is not None:
        check_header(badge.token.header)
        return []
    return supported_proofs(badge.document)


def methods_of(badge: Badge) -> list[str]:
    """The addresses of the keys that a badge's signatures name. Raises `ProofInvalid` for one that has none."""
    if badge.token is not None:
        return [badge.token.key_id] if badge.token.key_id else []
    return [method_of(proof) for proof in supported_proofs(badge.document)]


def _check_with(
    badge: Badge, proofs: Sequence[JsonObject], issuer: TrustedIssuer, owner: str, now: datetime
) -> Authenticity:
    bound = Check(KEY, State.PASSED, _whose(owner))
    try:
        check_signed_by(issuer, badge.document, badge.token, _time_to_ask(badge.document, now))
    except KeyNotTheirs as error:
        return Authenticity(Check(PROOF, State.NOT_CHECKED, NO_KEY), Check(KEY, State.FAILED, str(error)), issuer)
    except OpenBadgesError as error:
        return _failed(error, bound, issuer)
    if badge.token is not None:
        how = f"The signature of the token ({badge.token.header['alg']}) holds"
    else:
        how = f"The signature ({' and '.join(sorted({suite_of(proof) for proof in proofs}))}) holds"
    return Authenticity(Check(PROOF, State.PASSED, f"{how}: {UNCHANGED}"), bound, issuer, owner)


def _time_to_ask(document: JsonObject, now: datetime) -> datetime:
    """A badge that begins later is refused for its own time, which says more than the time of its signature."""
    begin = read_timestamp(begin_of(document))
    return now if begin is None else max(now, begin)


def _whose(owner: str) -> str:
    if not owner:
        return "The key is one of the issuer's."
    if owner.startswith("did:"):
        return "The issuer's name is the key itself. It does not say who holds it."
    return f"The key is one that {owner[:120]} publishes for this issuer."


def _of_nobody(
    badge: Badge, proofs: Sequence[JsonObject], methods: Sequence[str], now: datetime, why: str
) -> Authenticity:
    """Of an issuer whose keys are not to be had. Where the key is its own name, the signature itself can be checked."""
    key = Check(KEY, State.NOT_CHECKED, why)
    try:
        own = {address: key for name in methods for address, key in (key_in_name(name) or {}).items()}
    except OpenBadgesError:
        own = {}
    if not methods or any(name not in own for name in methods):
        return Authenticity(Check(PROOF, State.NOT_CHECKED, why), key)
    checked = _check_with(badge, proofs, TrustedIssuer.with_keys("", own), "", now)
    return Authenticity(checked.proof, key, unsafe=checked.unsafe)


def _failed(error: OpenBadgesError, key: Check, issuer: TrustedIssuer | None = None) -> Authenticity:
    if isinstance(error, ProofUnsupported | TooSymmetrical):
        return Authenticity(Check(PROOF, State.NOT_CHECKED, str(error)), key, issuer)
    if isinstance(error, UnsafeDocument):
        proof = Check(PROOF, State.NOT_CHECKED, "The signature does not cover the whole badge.")
        return Authenticity(proof, key, issuer, unsafe=Check("safe context", State.FAILED, str(error)))
    return Authenticity(Check(PROOF, State.FAILED, str(error)), key, issuer)
