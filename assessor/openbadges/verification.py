"""Is this badge genuine: every check listed, "could not be checked" kept apart from "not genuine".

    report = verify(data, trust, now, status=source)
    report.verdict, [check.reason for check in report.failed]

Trust and status lists are values; nothing is fetched and nothing is believed because a badge says so.
"""

from datetime import datetime
from typing import Any, TypeVar

from assessor.openbadges import jwt
from assessor.openbadges.canonical import check_contexts, check_members
from assessor.openbadges.checks import Check, Report, Result, State
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_VERSIONS
from assessor.openbadges.errors import (
    AlteredCarrier,
    NotACredential,
    OpenBadgesError,
    ProofInvalid,
    ProofUnsupported,
    TooSymmetrical,
    UnknownContext,
    Unreadable,
    UnsafeDocument,
)
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jose import check_header
from assessor.openbadges.jwt import Token, issuer_of
from assessor.openbadges.proof import check_proof, is_supported, proofs_of
from assessor.openbadges.reading import Format, is_jwt, read_credential
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.schema import problems_of, problems_of_holder
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.withdrawal import CLOCK_TOLERANCE, Standing, StatusAnswer, StatusSource, standing_of

NAMES = ("reading", "shape", "schema", "safe context", "holder", "proof", "key", "status", "validity")
UNCHANGED = "nothing was changed."

Key = TypeVar("Key", bound=bytes | RsaPublicKey)


def verify(credential: bytes, trust: Trust, now: datetime, *, status: StatusSource | None = None) -> Report:
    """Check a badge in any carrier: JSON with proofs, VC-JWT, baked PNG or SVG.

    `trust`: whom to believe. `now`: aware time. `status`: gives status lists by address; None = do not ask.
    Never raises for anything in `credential`.
    """
    try:
        format_, text = read_credential(credential)
        badge = _Badge.read(text, is_jwt(text) if format_ in ("png", "svg") else format_ == "jwt")
    except AlteredCarrier as error:
        return _not_read(Result.NOT_GENUINE, _format_of(credential), str(error))
    except NotACredential as error:
        return _not_read(Result.NOT_A_CERTIFICATE, _format_of(credential), str(error))
    except Unreadable as error:
        if _is_altered_token(credential, trust):
            return _not_read(Result.NOT_GENUINE, "jwt", "The token was changed: its signature is of another text.")
        return _not_read(Result.UNREADABLE, _format_of(credential), str(error))
    return _Verification(badge, format_, trust, now, status).report()


def _format_of(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return "png"
    start = data.lstrip()[:1]
    return {b"{": "json", b"<": "svg", b"e": "jwt"}.get(start, "")


def _is_altered_token(data: bytes, trust: Trust) -> bool:
    text = data.strip()
    keys = {address: key for issuer in trust.issuers.values() for address, key in issuer.token_keys.items()}
    return is_jwt(text) and jwt.is_altered(text, keys)


def _not_read(result: Result, format_: str, reason: str) -> Report:
    rest = tuple(Check(name, State.NOT_CHECKED, "The badge could not be read.") for name in NAMES[1:])
    return Report(result, format_, (Check(NAMES[0], State.FAILED, reason), *rest))


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


class _Badge:
    """A credential that was read: its document and, for a JWT, the token around it."""

    def __init__(self, document: JsonObject, token: Token | None) -> None:
        self.document = document
        self.token = token

    @classmethod
    def read(cls, text: bytes, is_token: bool) -> "_Badge":
        if is_token:
            token = jwt.read(text)
            return cls(token.credential, token)
        return cls(read_json(text), None)


class _Verification:
    """The checks of one badge, in order; each looks only at the document, the trust and the clock."""

    def __init__(
        self, badge: _Badge, format_: Format, trust: Trust, now: datetime, status: StatusSource | None
    ) -> None:
        self.badge = badge
        self.document = badge.document
        self.format = format_
        self.trust = trust
        self.issuer: TrustedIssuer | None = trust.issuers.get(issuer_of(badge.document))
        self.now = now
        self.status = status
        self.answer = StatusAnswer(Standing.UNKNOWN, "Only genuine badges are looked up.")
        self.speaks_open_badges = False
        self.checks: dict[str, Check] = {}

    def report(self) -> Report:
        # 1. The bytes are a document.
        self._note("reading", State.PASSED, f"The badge was read as {self.format.upper()}.")
        # 2. It claims to be an Open Badge 3.0.
        self._check_shape()
        # 3. Its members are what the data model says.
        self._check_schema()
        # 4. Every word has one fixed meaning, and the signature covers it.
        self._check_context()
        # 5. It names its holder.
        self._check_holder()
        # 6. and 7. It is signed, with a key of the issuer that it names.
        self._check_proof()
        # 8. The issuer has not taken it back. Only asked for badges that hold so far.
        self._check_status()
        # 9. Today lies in its time.
        self._check_validity()
        result = self._result()
        shown = result in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED}
        known = shown or result in {Result.WITHDRAWN, Result.SUSPENDED}
        return Report(
            result,
            self.format,
            tuple(self.checks[name] for name in NAMES),
            self.document if shown else None,
            str(self.document.get("id", "")) if known else "",
            self.answer.as_of,
        )

    def _note(self, name: str, state: State, reason: str) -> None:
        self.checks[name] = Check(name, state, reason)

    def _is(self, name: str, state: State) -> bool:
        return self.checks[name].state is state

    def _check_shape(self) -> None:
        contexts, kinds = _texts(self.document.get("@context")), _texts(self.document.get("type"))
        self.speaks_open_badges = len(contexts) > 1 and contexts[1] in OPEN_BADGES_VERSIONS
        if contexts[:1] != [CREDENTIALS_V2] or "VerifiableCredential" not in kinds:
            self._note("shape", State.FAILED, "This is not a verifiable credential of version 2.0.")
        elif not self.speaks_open_badges:
            self._note("shape", State.FAILED, "This is a credential, but not an Open Badge 3.0.")
        elif not {"OpenBadgeCredential", "AchievementCredential"} & set(kinds):
            self._note("shape", State.FAILED, "This is a credential, but not of the kind that is an Open Badge.")
        else:
            self._note("shape", State.PASSED, "This is an Open Badge 3.0.")

    def _check_schema(self) -> None:
        if problems := problems_of(self.document):
            self._note("schema", State.FAILED, f"The badge breaks the data model: {'; '.join(problems[:3])}.")
        else:
            self._note("schema", State.PASSED, "Every member is as the data model says.")

    def _check_context(self) -> None:
        try:
            check_contexts(self.document)
            check_members(self.document)
        except UnknownContext as error:
            self._note("safe context", State.NOT_CHECKED, str(error))
        except UnsafeDocument as error:
            self._note("safe context", State.FAILED, str(error))
        else:
            self._note("safe context", State.PASSED, "Every word of the badge has its fixed meaning.")

    def _check_holder(self) -> None:
        if problems := problems_of_holder(self.document):
            self._note("holder", State.FAILED, f"Cannot tell whose badge it is: {problems[0]}.")
        else:
            self._note("holder", State.PASSED, "The badge names its holder. Compare with the person.")

    def _check_proof(self) -> None:
        if self._is("safe context", State.FAILED):
            self._unproved("The signature does not cover the whole badge.")
        elif self._is("safe context", State.NOT_CHECKED):
            self._unproved("The badge uses words that are not known here.")
        elif self.badge.token is not None:
            self._check_token(self.badge.token)
        else:
            self._check_proofs()

    def _unproved(self, reason: str) -> None:
        self._note("proof", State.NOT_CHECKED, reason)
        self._note("key", State.NOT_CHECKED, reason)

    def _check_token(self, token: Token) -> None:
        try:
            check_header(token.header)
            if self.issuer is None:
                self._issuer_unknown()
                return
            if (key := self._noted(*token.key_among(self.issuer.token_keys))) is None:
                return
            jwt.check(token, key)
        except OpenBadgesError as error:
            self._proof_failed(error)
            return
        self._note("proof", State.PASSED, f"The signature of the token ({token.header['alg']}) holds: {UNCHANGED}")

    def _check_proofs(self) -> None:
        """Every proof of the suite known here must hold; other kinds beside them are passed over."""
        try:
            supported = [proof for proof in proofs_of(self.document) if is_supported(proof)]
            if not supported:
                self._unproved("The badge is signed in a way that is not checked here.")
                return
            for proof in supported:
                if self.issuer is None:
                    self._issuer_unknown()
                    return
                name = str(proof.get("verificationMethod") or "")
                if (key := self._noted(name, self.issuer.keys.get(name))) is None:
                    return
                check_proof(self.document, proof, key)
                if (end := read_timestamp(proof.get("expires"))) is not None and end < self.now:
                    raise ProofInvalid(f"The signature itself ended on {end:%Y-%m-%d}.")
        except OpenBadgesError as error:
            self._proof_failed(error)
            return
        suites = " and ".join(sorted({str(proof["cryptosuite"]) for proof in supported}))
        self._note("proof", State.PASSED, f"The signature ({suites}) holds: {UNCHANGED}")

    def _issuer_unknown(self) -> None:
        self._unproved(f"The issuer {issuer_of(self.document)[:120] or '(none named)'} is not known here.")

    def _noted(self, name: str, key: Key | None) -> Key | None:
        """The issuer's key of this name, after noting whether there is one."""
        if key is None:
            self._note("proof", State.NOT_CHECKED, "There is no key of the issuer to check the signature with.")
            self._note("key", State.FAILED, f"{name[:120] or 'A key without a name'} is not a key of the issuer.")
        else:
            self._note("key", State.PASSED, "The key is one of the issuer's.")
        return key

    def _proof_failed(self, error: OpenBadgesError) -> None:
        if "key" not in self.checks:
            self._note("key", State.NOT_CHECKED, "There is no signature to look up.")
        if isinstance(error, ProofUnsupported | TooSymmetrical):
            self._note("proof", State.NOT_CHECKED, str(error))
        elif isinstance(error, UnsafeDocument):
            self._note("safe context", State.FAILED, str(error))
            self._note("proof", State.NOT_CHECKED, "The signature does not cover the whole badge.")
        else:
            self._note("proof", State.FAILED, str(error))

    def _check_status(self) -> None:
        if not self._is("proof", State.PASSED):
            self._note("status", State.NOT_CHECKED, "Only badges whose signature holds are looked up.")
            return
        self.answer = standing_of(self.document, self.trust, self.now, self.status)
        state = {Standing.IN_FORCE: State.PASSED, Standing.UNKNOWN: State.NOT_CHECKED}
        self._note("status", state.get(self.answer.standing, State.FAILED), self.answer.reason)

    def _check_validity(self) -> None:
        start, end = (read_timestamp(self.document.get(name)) for name in ("validFrom", "validUntil"))
        if start is None or ("validUntil" in self.document and end is None):
            self._note("validity", State.FAILED, "The badge does not say from when until when it is valid.")
        elif start > self.now + CLOCK_TOLERANCE:
            self._note("validity", State.FAILED, f"The badge is valid only from {start:%Y-%m-%d}.")
        elif end is not None and end <= self.now:
            self._note("validity", State.FAILED, f"The badge expired on {end:%Y-%m-%d}.")
        else:
            self._note("validity", State.PASSED, "The badge is inside its time.")

    def _result(self) -> Result:
        """The one answer: what speaks against the badge comes before what is not known about it."""
        failed = {name for name in NAMES if self._is(name, State.FAILED)}
        # What speaks the language of badges and does not hold is a false badge; other documents are none at
        # all.
        if failed & {"proof", "key", "safe context"} and self.speaks_open_badges:
            return Result.NOT_GENUINE
        if "shape" in failed:
            return Result.NOT_A_CERTIFICATE
        if self.issuer is None:
            return Result.ISSUER_UNKNOWN
        if failed & {"schema", "holder"} or not self._is("proof", State.PASSED):
            return Result.NOT_A_CERTIFICATE
        if self.answer.standing is Standing.WITHDRAWN:
            return Result.WITHDRAWN
        if self.answer.standing is Standing.SUSPENDED:
            return Result.SUSPENDED
        if "validity" in failed:
            return Result.EXPIRED
        return Result.GENUINE if self.answer.standing is Standing.IN_FORCE else Result.GENUINE_STATUS_UNKNOWN
