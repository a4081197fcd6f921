"""Checks the code of a certificate and says which of the ten results it is (`spec/qr.md`, section 2).

The verification page does the same in the browser, in the same order, with the same words for the causes.

    checked = check_summary(text, bundle, status={url: token}, withdrawals={}, now=now)
    checked.result    # 1 genuine … 10 could not read
    checked.summary   # None unless the result allows its fields to be shown
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from assessor.certificates import cose, merkle, number, qr
from assessor.certificates.checks import Cause, Check
from assessor.certificates.standing import CLOCK_SKEW, Standing, standing_of
from assessor.certificates.summary import PayloadNotASummary, Summary
from assessor.certificates.trust import Bundle, Issuer, Key, ReasonClass, Withdrawal, Withdrawals

GENUINE, NOT_CHECKED, WITHDRAWN, SUSPENDED, EXPIRED = 1, 2, 3, 4, 5
ISSUER_UNKNOWN, ALTERED, FOREIGN_ADDRESS, OTHER_KIND, NOT_READ = 6, 7, 8, 9, 10

CHECK_NAMES = (
    "text",
    "key",
    "signature",
    "content",
    "address",
    "issued",
    "expiry",
    "withdrawal",
    "suspension",
    "trust list",
)
NOTHING_ISSUED: Mapping[bytes, merkle.IssuedList] = {}


@dataclass(frozen=True, slots=True)
class CheckedSummary:
    """The answer of a check, holding only what may be shown.

    `summary` is there for results 1, 2, 5 and 8; `number` also for 3 and 4. `issuer` is None until a
    signature held. `kid` is the hint of the key, to be shown with result 6. `withdrawal` None with
    result 3: the issuer published no date. `status_at`: when the list that was asked was signed.
    """

    result: int
    checks: tuple[Check, ...]
    cause: Cause | None = None
    summary: Summary | None = None
    number: str | None = None
    issuer: Issuer | None = None
    kid: bytes | None = None
    withdrawal: Withdrawal | None = None
    status_at: datetime | None = None

    @property
    def withdrawal_reason(self) -> ReasonClass:
        """The class of reason of a withdrawn certificate, `other` when the issuer says nothing."""
        return self.withdrawal.reason if self.withdrawal else "other"


def check_summary(
    found: str | bytes,
    bundle: Bundle | None,
    status: Mapping[str, str],
    withdrawals: Mapping[str, Withdrawals],
    now: datetime,
    prefix: str | None = None,
    issued: Mapping[bytes, merkle.IssuedList] = NOTHING_ISSUED,
) -> CheckedSummary:
    """Check a scanned text, or the signed bytes alone; never raises for what was scanned.

    `bundle` None: no trust list could be had. `status` holds VC-JWTs by the URL of their list and
    `withdrawals` documents by issuer id, as far as they could be had. `prefix` overrides the address in
    the text; without any address that check is left out. `issued`: for stolen keys, the lists that the bundle
    names, by their roots, as far as they could be had.
    """
    report = _Report()
    try:
        # 1. Take the text apart.
        scanned, envelope = _take_apart(report, found)

        # 2. A key we trust, and its signature.
        if bundle is None:
            report.leave_open("key", "There is no trust list here.", ISSUER_UNKNOWN, "no_bundle")
        issuer, key = _find_signer(report, envelope, bundle)

        # 3. What it says, and whether the key was in use then.
        summary = _read_summary(report, envelope)
        _check_theft(report, key, envelope.payload, issued)
        _check_key_term(report, key, summary)
    except _Decided as decided:
        return decided.answer

    # 4. Where the code leads, and whether it still counts.
    report.issuer, report.summary, report.number = issuer, summary, number.written(summary.number)
    address_fits = _check_address(report, issuer, scanned.prefix if prefix is None else prefix)
    expired = _check_expiry(report, summary, now)
    report.standing = standing_of(summary, issuer, status, withdrawals, now)
    bundle_fresh = _check_bundle(report, bundle, now)

    # 5. The gravest finding is the result.
    result, cause = _gravest(report.standing, address_fits, expired, bundle_fresh)
    return report.answer(result, cause)


class _Decided(Exception):
    """A check has decided, and those after it are not made."""

    def __init__(self, answer: CheckedSummary) -> None:
        super().__init__(answer.result)
        self.answer = answer


@dataclass(slots=True)
class _Report:
    """Collects the checks, so that every answer lists all of them."""

    done: dict[str, Check] = field(default_factory=dict)
    kid: bytes | None = None
    issuer: Issuer | None = None
    summary: Summary | None = None
    number: str | None = None
    standing: Standing = field(default_factory=Standing)

    def passed(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "passed", reason)

    def failed(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "failed", reason)

    def open(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "not checked", reason)

    def end(self, name: str, reason: str, result: int, cause: Cause | None = None) -> NoReturn:
        self.failed(name, reason)
        raise _Decided(self.answer(result, cause))

    def leave_open(self, name: str, reason: str, result: int, cause: Cause) -> NoReturn:
        self.open(name, reason)
        raise _Decided(self.answer(result, cause))

    def answer(self, result: int, cause: Cause | None) -> CheckedSummary:
        unasked = "An earlier check had already decided."
        done = self.done | {check.name: check for check in self.standing.checks}
        return CheckedSummary(
            result=result,
            checks=tuple(done.get(name, Check(name, "not checked", unasked)) for name in CHECK_NAMES),
            cause=cause,
            summary=self.summary if result in (GENUINE, NOT_CHECKED, EXPIRED, FOREIGN_ADDRESS) else None,
            number=self.number,
            issuer=self.issuer,
            kid=self.kid,
            withdrawal=self.standing.withdrawal,
            status_at=self.standing.signed_at,
        )


def _take_apart(report: _Report, found: str | bytes) -> tuple[qr.ScannedText, cose.Sign1]:
    try:
        scanned = qr.read_text(found) if isinstance(found, str) else qr.ScannedText("", 1, found)
        envelope = cose.read_sign1(scanned.cose)
    except qr.NotACertificateText as error:
        report.end("text", str(error), OTHER_KIND)
    except qr.TextIncomplete as error:
        report.end("text", str(error), NOT_READ)
    except (qr.TextAltered, cose.NotASignedEnvelope) as error:
        report.end("text", str(error), ALTERED, "altered")
    report.passed("text", "The code has the form of a certificate.")
    report.kid = envelope.kid
    return scanned, envelope


def _find_signer(report: _Report, envelope: cose.Sign1, bundle: Bundle) -> tuple[Issuer, Key]:
    candidates = bundle.certificate_keys(envelope.kid)
    if not candidates:
        reason = f"The key {envelope.kid.hex()} is not in the trust list."
        report.leave_open("key", reason, ISSUER_UNKNOWN, "unknown_key")
    signed_by = next((pair for pair in candidates if _holds(envelope, pair[1])), None)
    if signed_by is None:
        report.passed("key", "The trust list has a key with this name.")
        report.end("signature", "The signature does not fit the content.", ALTERED, "altered")
    issuer, key = signed_by
    report.passed("key", f"The key belongs to {issuer.id}.")
    report.passed("signature", "The issuer signed exactly this content.")
    return issuer, key


def _read_summary(report: _Report, envelope: cose.Sign1) -> Summary:
    try:
        summary = qr.read_payload(envelope.payload)
    except PayloadNotASummary as error:
        report.end("content", str(error), OTHER_KIND)
    report.passed("content", "All fields have their form.")
    return summary


def _holds(envelope: cose.Sign1, key: Key) -> bool:
    try:
        envelope.check(key.public_key, context=qr.CONTEXT)
    except cose.SignatureDoesNotHold:
        return False
    return True


def _check_theft(report: _Report, key: Key, payload: bytes, issued: Mapping[bytes, merkle.IssuedList]) -> None:
    """A thief can write any date, so of a stolen key only what the issuer lists as its own counts."""
    if key.compromised_since is None:
        return
    stolen = f"The key was stolen; it is not trusted since {key.compromised_since:%Y-%m-%d}"
    if key.issued is None:
        report.end("issued", f"{stolen}.", ALTERED, "key_stolen")
    if key.issued.root not in issued:
        reason = f"{stolen}. The list of what it signed before could not be had."
        report.leave_open("issued", reason, ISSUER_UNKNOWN, "no_issued_list")
    if not issued[key.issued.root].holds(payload):
        reason = f"{stolen}, and this is not among what the issuer signed with it."
        report.end("issued", reason, ALTERED, "key_stolen")


def _check_key_term(report: _Report, key: Key, summary: Summary) -> None:
    if not key.was_valid(summary.issued):
        reason = f"The key was not in use on {summary.issued:%Y-%m-%d}."
        report.end("issued", reason, ALTERED, "key_not_valid")
    proof = "while the key was in use"
    if key.compromised_since is not None:
        stolen = f"The key was stolen (since {key.compromised_since:%Y-%m-%d}) and proves nothing by itself"
        proof = f"and in the issuer's list of what it issued. {stolen}; that list decided"
    report.passed("issued", f"Issued on {summary.issued:%Y-%m-%d}, {proof}.")


def _check_address(report: _Report, issuer: Issuer, prefix: str) -> bool:
    if not prefix:
        report.open("address", "No address was given with the code.")
        return True
    if prefix in issuer.prefixes:
        report.passed("address", f"The code opens {prefix}, a page of the issuer.")
        return True
    report.failed("address", "The code opens an address that is not the issuer's.")
    return False


def _check_expiry(report: _Report, summary: Summary, now: datetime) -> bool:
    if summary.expires is None:
        report.passed("expiry", "It has no end.")
    elif summary.expires > now:
        report.passed("expiry", f"Valid until {summary.expires:%Y-%m-%d}.")
    else:
        report.failed("expiry", f"It ended on {summary.expires:%Y-%m-%d}.")
        return True
    return False


def _check_bundle(report: _Report, bundle: Bundle, now: datetime) -> bool:
    if bundle.issued - CLOCK_SKEW <= now < bundle.expires:
        report.passed("trust list", f"Trust list {bundle.version} is in force.")
        return True
    report.open("trust list", f"Trust list {bundle.version} ended on {bundle.expires:%Y-%m-%d}.")
    return False


def _gravest(standing: Standing, address_fits: bool, expired: bool, bundle_fresh: bool) -> tuple[int, Cause | None]:
    if standing.withdrawn:
        return WITHDRAWN, None
    if standing.suspended:
        return SUSPENDED, None
    if not address_fits:
        return FOREIGN_ADDRESS, None
    if expired:
        return EXPIRED, None
    if standing.cause or not bundle_fresh:
        return NOT_CHECKED, standing.cause or "old_bundle"
    return GENUINE, None
