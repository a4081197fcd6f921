"""Check anything that a person may hold in the hand: a number, a QR text, a badge file, a PDF.

Our own DID document, bundle and lists are read from this installation and never fetched.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import attachment, checking
from assessor.certificates.trust import Bundle
from assessor.config import Settings
from assessor.credentials import awarding, issuer, issuing, publishing, status
from assessor.credentials.models import StatusList
from assessor.openbadges import verification
from assessor.openbadges.checks import Check, Report, Result, State
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList, StatusSource


@dataclass(frozen=True)
class OwnData:
    """What this installation knows of itself as an issuer."""

    did_document: Mapping[str, Any]
    bundle: Bundle
    root_key: bytes
    status_jwts: Mapping[str, str]
    status_documents: Mapping[str, bytes]
    withdrawals: Mapping[str, Any]


def own_data(session: Session, settings: Settings, now: datetime) -> OwnData:
    """Everything a verifier needs to check certificates of this installation."""
    lists = session.execute(select(StatusList.number, StatusList.signed_json, StatusList.signed_jwt)).all()
    url = {number: status.list_url(settings, number) for number, _json, _jwt in lists}
    return OwnData(
        did_document=issuer.document(session, settings),
        bundle=publishing.bundle(session, settings, now),
        root_key=publishing.root_key(session),
        status_jwts={url[number]: signed.decode() for number, _json, signed in lists if signed},
        status_documents={url[number]: signed for number, signed, _jwt in lists if signed},
        withdrawals={issuer.did(settings): publishing.withdrawals(session, settings)},
    )


def check_number(session: Session, number: bytes, settings: Settings, now: datetime) -> checking.CheckedSummary | None:
    """The check of the certificate with this number, or None when there is none."""
    award = awarding.find_by_number(session, number)
    credential = issuing.credential_of(session, award) if award else None
    if credential is None:
        return None
    own = own_data(session, settings, now)
    return checking.check_summary(
        credential.summary, own.bundle, own.status_jwts, own.withdrawals, now, settings.verification_prefix
    )


def is_qr_text(data: bytes) -> bool:
    """Whether this looks like the text of a certificate's QR code."""
    return len(data) < 4096 and any(form in data for form in (b"#1.", b"#2."))


def verify_badge(data: bytes, trust: Trust, source: StatusSource | None, now: datetime) -> Report:
    """Check a badge in any carrier; a PDF is checked by the badge attached to it."""
    if not data.startswith(b"%PDF"):
        return verification.verify(data, trust, now, status=source)
    try:
        attached = attachment.attached_credential(data)
    except attachment.PdfAltered as error:
        return _not_read(Result.NOT_GENUINE, str(error))
    except attachment.PdfUnreadable as error:
        return _not_read(Result.UNREADABLE, str(error))
    if attached is None:
        return _not_read(Result.NOT_A_CERTIFICATE, "No badge is attached to this PDF.")
    report = verification.verify(attached, trust, now, status=source)
    return Report(report.result, "pdf", report.checks, report.credential, report.credential_id, report.status_as_of)


def own_status_source(own: OwnData, now: datetime) -> StatusSource:
    """Gives our own lists from the database; those of others are not fetched."""

    def source(url: str) -> FetchedList:
        if url not in own.status_documents:
            raise StatusUnavailable("This status list is of another host and was not fetched.")
        return FetchedList(own.status_documents[url], now)

    return source


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
    """A DID document from a file. Raises ValueError."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it is not a JSON object")
    return document


def _not_read(result: Result, reason: str) -> Report:
    first, *rest = verification.NAMES
    later = tuple(Check(name, State.NOT_CHECKED, "The badge could not be read.") for name in rest)
    return Report(result, "pdf", (Check(first, State.FAILED, reason), *later))
