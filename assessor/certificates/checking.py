"""Checks the code of a certificate and says which of the ten results it is (`spec/qr.md`, section 2).

The verification page does the same in the browser, in the same order, with the same words for the causes.

    checked = check_summary(text, bundle, status={url: token}, withdrawals={}, now=now)
    checked.result    # 1 genuine … 10 could not read
    checked.summary   # None unless the result allows its fields to be shown
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NoReturn

from assessor.certificates import cose, merkle, number, qr
from assessor.certificates.status import StatusListNotReadable, read_status_list
from assessor.certificates.summary import PayloadNotASummary, Summary
from assessor.certificates.trust import (
    Bundle,
    Issuer,
    Key,
    ReasonClass,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
    number_hash,
)

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
CLOCK_SKEW = timedelta(minutes=10)
NOTHING_ISSUED: Mapping[bytes, merkle.IssuedList] = {}

State = Literal["passed", "failed", "not checked"]
Cause = Literal[
    "no_bundle",
    "old_bundle",
    "unknown_key",
    "altered",
    "key_not_valid",
    "key_stolen",
    "no_issued_list",
    "no_list",
    "not_had",
    "bad_list",
    "old_list",
]
"""Why a result is 2, 6 or 7, for the sentence that is shown. The page uses the same words, and
"no_network" where it could ask nobody."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step: what was looked at, how it went, and why in one sentence."""

    name: str
    state: State
    reason: str


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
    standing = _check_standing(report, summary, issuer, status, withdrawals, now)
    bundle_fresh = _check_bundle(report, bundle, now)

    # 5. The gravest finding is the result.
    if standing.withdrawn:
        return report.answer(WITHDRAWN, standing=standing)
    if standing.suspended:
        return report.answer(SUSPENDED, standing=standing)
    if not address_fits:
        return report.answer(FOREIGN_ADDRESS, standing=standing)
    if expired:
        return report.answer(EXPIRED, standing=standing)
    if standing.cause or not bundle_fresh:
        return report.answer(NOT_CHECKED, cause=standing.cause or "old_bundle", standing=standing)
    return report.answer(GENUINE, standing=standing)


class _Decided(Exception):
    """A check has decided, and those after it are not made."""

    def __init__(self, answer: CheckedSummary) -> None:
        super().__init__(answer.result)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the lists say. `cause` None: everything could be asked and the answers are fresh."""

    withdrawn: bool = False
    suspended: bool = False
    withdrawal: Withdrawal | None = None
    signed_at: datetime | None = None
    cause: Cause | None = None


@dataclass(slots=True)
class _Report:
    """Collects the checks, so that every answer lists all of them."""

    done: dict[str, Check] = field(default_factory=dict)
    kid: bytes | None = None
    issuer: Issuer | None = None
    summary: Summary | None = None
    number: str | None = None

    def passed(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "passed", reason)

    def failed(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "failed", reason)

    def open(self, name: str, reason: str) -> None:
        self.done[name] = Check(name, "not checked", reason)

    def end(self, name: str, reason: str, result: int, cause: Cause | None = None) -> NoReturn:
        self.failed(name, reason)
        raise _Decided(self.answer(result, cause=cause))

    def leave_open(self, name: str, reason: str, result: int, cause: Cause) -> NoReturn:
        self.open(name, reason)
        raise _Decided(self.answer(result, cause=cause))

    def answer(self, result: int, *, cause: Cause | None = None, standing: _Standing | None = None) -> CheckedSummary:
        unasked = "An earlier check had already decided."
        standing = standing or _Standing()
        return CheckedSummary(
            result=result,
            checks=tuple(self.done.get(name, Check(name, "not checked", unasked)) for name in CHECK_NAMES),
            cause=cause,
            summary=self.summary if result in (GENUINE, NOT_CHECKED, EXPIRED, FOREIGN_ADDRESS) else None,
            number=self.number,
            issuer=self.issuer,
            kid=self.kid,
            withdrawal=standing.withdrawal,
            status_at=standing.signed_at,
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


def _check_standing(
    report: _Report,
    summary: Summary,
    issuer: Issuer,
    status: Mapping[str, str],
    withdrawals: Mapping[str, Withdrawals],
    now: datetime,
) -> _Standing:
    listed = withdrawals[issuer.id].entries.get(number_hash(summary.number)) if issuer.id in withdrawals else None
    place = None if summary.status_list is None else issuer.status_list(summary.status_list)
    if place is None or summary.status_index is None:
        report.open("suspension", "The certificate names no status list that is known here.")
        standing = _Standing(cause="no_list")
        report.open("withdrawal", "The certificate names no status list that is known here.")
    else:
        standing = _Asking(report, issuer, status, now).ask(place, summary.status_index)
    if listed is not None or standing.withdrawn:
        report.failed("withdrawal", f"Withdrawn on {listed.date:%Y-%m-%d}." if listed else "Withdrawn.")
        return replace(standing, withdrawn=True, withdrawal=listed)
    return standing


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks the status lists of an issuer about one place in them."""

    report: _Report
    issuer: Issuer
    status: Mapping[str, str]
    now: datetime

    def ask(self, place: StatusListPlace, index: int) -> _Standing:
        purposes = [("withdrawal", "revocation", place.url)]
        if place.suspension_url is not None:
            purposes.append(("suspension", "suspension", place.suspension_url))
        else:
            self.report.passed("suspension", "This issuer puts nothing on hold.")
        found: set[str] = set()
        standing = _Standing()
        for name, purpose, url in purposes:
            is_set, signed_at, cause = self._ask_list(name, purpose, url, index)
            if is_set:
                found.add(name)
            oldest = min(filter(None, (standing.signed_at, signed_at)), default=None)
            standing = replace(standing, signed_at=oldest, cause=standing.cause or cause)
        return replace(standing, withdrawn="withdrawal" in found, suspended="suspension" in found)

    def _ask_list(self, name: str, purpose: str, url: str, index: int) -> tuple[bool, datetime | None, Cause | None]:
        report = self.report
        if url not in self.status:
            report.open(name, "The status list could not be had.")
            return False, None, "not_had"
        keys = [key.public_key for key in self.issuer.keys_for("status") if key.compromised_since is None]
        try:
            listed = read_status_list(self.status[url], keys, url=url, purpose=purpose)
            is_set = listed.is_set(index)
        except StatusListNotReadable as error:
            report.open(name, str(error))
            return False, None, "bad_list"
        if is_set:
            report.failed(name, "The issuer's list says so.")
            return True, listed.signed_at, None
        if not listed.signed_at - CLOCK_SKEW <= self.now < listed.stale_after:
            report.open(name, f"The status list is of {listed.signed_at:%Y-%m-%d}, too old to be sure.")
            return False, listed.signed_at, "old_list"
        report.passed(name, f"Not in the list of {listed.signed_at:%Y-%m-%d %H:%M} UTC.")
        return False, listed.signed_at, None


def _check_bundle(report: _Report, bundle: Bundle, now: datetime) -> bool:
    if bundle.issued - CLOCK_SKEW <= now < bundle.expires:
        report.passed("trust list", f"Trust list {bundle.version} is in force.")
        return True
    report.open("trust list", f"Trust list {bundle.version} ended on {bundle.expires:%Y-%m-%d}.")
    return False
