"""Check anything that a person may hold in the hand: a number, a QR text, a badge of anybody, a PDF, an address.

Our own DID document, bundle, lists and 2.0 documents are read from this installation and never fetched; those of others
come through a `fetch`, and none without one.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from assessor.certificates import attachment, checking
from assessor.certificates import number as numbers
from assessor.certificates.merkle import IssuedList
from assessor.certificates.trust import Bundle, Withdrawals
from assessor.config import Settings
from assessor.credentials import awarding, finding, issuer, issuing, keys, publishing, trust
from assessor.credentials.models import Award
from assessor.errors import NotFound
from assessor.openbadges import baking, verification
from assessor.openbadges.checks import Check, Report, Result, State, not_read
from assessor.openbadges.documents import Fetch
from assessor.openbadges.strict_json import read_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import StatusSource

#: Why a badge was taken back (`trust.REASON_CLASSES`), in the words of a report.
WHY: Mapping[str, str] = {
    "replaced": "there is a new one for it",
    "mistake": "it holds a mistake",
    "request": "its holder asked for it",
    "misuse": "the rules of the test were not kept",
    "other": "for a reason that is not told",
}


Around = Literal["", "page", "picture"]
_CARRIERS: Mapping[str, Around] = {"pdf": "page", "png": "picture", "svg": "picture"}


@dataclass(frozen=True)
class OwnData:
    """What this installation knows of itself and its partners. `trust`: in its own badges, and in nobody else's."""

    did_document: Mapping[str, Any]
    bundle: Bundle
    root_key: bytes
    status_jwts: Mapping[str, str]
    lists: StatusSource
    trust: Trust
    withdrawals: Mapping[str, Withdrawals]
    issued: Mapping[bytes, IssuedList]

    def check(self, text: str | bytes, now: datetime, prefix: str | None = None) -> checking.CheckedSummary:
        """Check the text of a code, or the signed bytes alone with the address that they should lead to."""
        return checking.check_summary(text, self.bundle, self.status_jwts, self.withdrawals, now, prefix, self.issued)


def own_data(session: Session, settings: Settings, now: datetime) -> OwnData:
    """Everything a verifier needs to check certificates of this installation and of its partners."""
    bundle = publishing.bundle(session, settings, now)
    return OwnData(
        did_document=issuer.document(session, settings),
        bundle=bundle,
        root_key=publishing.root_key(session),
        status_jwts=trust.tokens(session, settings, bundle),
        lists=trust.own_lists(session, settings, now),
        trust=trust.in_ourselves(session, settings),
        withdrawals=trust.withdrawals(session, settings, bundle),
        issued=trust.issued_lists(session, settings, bundle),
    )


@dataclass(frozen=True)
class FoundByNumber:
    """The check of the certificate that has a number.

    ``answer`` None: none has it. Then ``instead`` is another one's check, made so that it takes as long; never shown.
    """

    answer: checking.CheckedSummary | None
    instead: checking.CheckedSummary | None


def check_number(session: Session, number: bytes, settings: Settings, now: datetime) -> FoundByNumber:
    """Check the certificate with this number; where there is none, another one, so that the answer takes as long."""
    wanted, another = finding.find_by_number(session, number), finding.any_award(session)
    award, own = wanted or another, own_data(session, settings, now)
    credential = issuing.credential_of(session, award) if award else None
    checked = own.check(credential.summary, now, settings.verification_prefix) if credential else None
    return FoundByNumber(checked, None) if wanted else FoundByNumber(None, checked)


def is_qr_text(data: bytes) -> bool:
    """Whether this looks like the text of a certificate's QR code."""
    return len(data) < 4096 and any(form in data for form in (b"#1.", b"#2."))


def verify_badge(
    data: bytes,
    trust: Trust,
    source: StatusSource | None,
    now: datetime,
    *,
    fetch: Fetch | None = None,
    recipient: str = "",
) -> Report:
    """Check a badge in any carrier, or at an address; a PDF is checked by the badge attached to it.

    `source`: our own status lists. `fetch`: everything else that a badge points at; None = offline. `recipient`: who is
    said to show it.
    """
    form = ""
    if data.startswith(b"%PDF"):
        form = "pdf"
        try:
            attached = attachment.attached_credential(data)
        except attachment.PdfAltered as error:
            return not_read(Result.NOT_GENUINE, form, str(error))
        except attachment.PdfUnreadable as error:
            return not_read(Result.UNREADABLE, form, str(error))
        if attached is None:
            return not_read(Result.NOT_A_CERTIFICATE, form, "No badge is attached to this PDF.")
        data = attached
    report = verification.verify(data, trust, now, status=source, fetch=fetch, recipient=recipient)
    return _of_pdf(report) if form else report


def _of_pdf(report: Report) -> Report:
    """Whoever can attach a file can put a real badge behind a false page, so what was not looked at is said."""
    reading, *others = report.checks
    if reading.state is State.PASSED:
        read = "The badge that is attached to the PDF was read. Its printed pages were not checked: scan the code on"
        reading = replace(reading, reason=f"{read} page 1, or compare every word with what the badge says.")
    return replace(report, format="pdf", checks=(reading, *others))


def carrier(report: Report) -> Around:
    """What stands around the badge that is shown. Anybody can put a real badge behind another page or picture."""
    return _CARRIERS.get(report.format, "") if report.credential is not None else ""


def unchecked_around(session: Session, settings: Settings, data: bytes, report: Report) -> Around:
    """What of a file could be taken for checked, and is not; the picture that we put a badge into ourselves is fine."""
    around = carrier(report)
    return "" if around == "picture" and _is_own_picture(session, settings, data, report) else around


def _is_own_picture(session: Session, settings: Settings, data: bytes, report: Report) -> bool:
    newest = None if report.foreign else _newest(session, settings, report)
    signed = issuing.credential_of(session, newest) if newest else None
    if signed is None:
        return False
    ours = signed.png if report.format == "png" else signed.svg
    return baking.picture_alone(data) == baking.picture_alone(ours)


def number_of(session: Session, settings: Settings, report: Report) -> str:
    """The number on the paper of a badge of ours; empty = not ours.

    Only for whoever runs the installation: it leads to the name, which the badge itself need not say.
    """
    newest = None if report.foreign else _newest(session, settings, report)
    return numbers.written(newest.number) if newest else ""


def _newest(session: Session, settings: Settings, report: Report) -> Award | None:
    beginning = issuer.credential_url(settings, uuid.UUID(int=0)).removesuffix(str(uuid.UUID(int=0)))
    if not report.credential_id.startswith(beginning):
        return None
    try:
        return awarding.newest(session, uuid.UUID(report.credential_id.removeprefix(beginning)))
    except (NotFound, ValueError):
        return None


def with_reason(session: Session, settings: Settings, report: Report) -> Report:
    """The report of a badge of ours that was taken back, saying why, and whether a newer one took its place."""
    newest = _newest(session, settings, report) if report.result is Result.WITHDRAWN else None
    if newest is None:
        return report
    why = "The issuer has withdrawn this badge; there is a new one in its place."
    if newest.revoked_at is not None:
        why = f"The issuer has withdrawn this badge: {WHY[newest.revoked_reason or 'other']}."
    checks = (replace(check, reason=why) if check.name == "status" else check for check in report.checks)
    return replace(report, checks=tuple(checks))


def with_cure(session: Session, settings: Settings, report: Report) -> Report:
    """The report of a badge that a stolen key of ours signed, saying so and where the holder gets a new signature."""
    return replace(report, checks=tuple(_with_cure(session, settings, check) for check in report.checks))


def _with_cure(session: Session, settings: Settings, check: Check) -> Check:
    if check.state is not State.FAILED or issuer.did(settings) not in check.reason:
        return check
    for key in keys.everything(session):
        if key.reported_at is not None and any(name in check.reason for name in issuer.names_of(key)):
            stolen = f"It was one until it was reported as stolen on {key.reported_at:%Y-%m-%d}. The badge can be real:"
            cure = "ask its holder to take it again from the same place, where it is signed with a new key."
            return replace(check, reason=f"{check.reason} {stolen} {cure}")
    return check


def trust_of(*documents: Mapping[str, Any]) -> Trust:
    """Trust in the issuers of these DID documents."""
    return Trust.of(*(dict(document) for document in documents))


def summary_report(checked: checking.CheckedSummary) -> dict[str, Any]:
    """The check of a QR text in the form of `assessor verify --json`."""
    return {
        "result": checked.result,
        "verdict": Result(checked.result).verdict,
        "format": "qr",
        "checks": [{"name": check.name, "state": check.state, "reason": check.reason} for check in checked.checks],
    }


def read_did_document(text: bytes) -> dict[str, Any]:
    """A DID document from a file. Raises `Unreadable`."""
    return read_json(text)
