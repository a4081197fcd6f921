"""Check anything that a person may hold in the hand: a number, a QR text, a badge of anybody, a PDF, an address.

Our own DID document, bundle, lists and 2.0 documents are read from this installation and never fetched; those of others
come through a `fetch`, and none without one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assessor.certificates import attachment, checking
from assessor.certificates.trust import Bundle
from assessor.config import Settings
from assessor.credentials import awarding, issuer, issuing, publishing, status
from assessor.openbadges import verification
from assessor.openbadges.checks import Report, Result, not_read
from assessor.openbadges.documents import Fetch
from assessor.openbadges.errors import ListUnknown
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.withdrawal import FetchedList, StatusSource


@dataclass(frozen=True)
class OwnData:
    """What this installation knows of itself as an issuer.

    `suspension_lists`: revocation list → the list of who is on hold, by their addresses. `profile`: our id in 2.0.
    """

    did_document: Mapping[str, Any]
    bundle: Bundle
    root_key: bytes
    status_jwts: Mapping[str, str]
    status_documents: Mapping[str, bytes]
    suspension_lists: Mapping[str, str]
    withdrawals: Mapping[str, Any]
    profile: str

    @property
    def trust(self) -> Trust:
        """Trust in ourselves, and in nobody else."""
        ours = TrustedIssuer.from_did_document(dict(self.did_document))
        ours = replace(ours, suspension_lists=self.suspension_lists)
        return Trust({ours.id: ours}, frozenset({self.profile}))


def own_data(session: Session, settings: Settings, now: datetime) -> OwnData:
    """Everything a verifier needs to check certificates of this installation."""
    lists = status.documents(session, settings)
    numbers = {number for number, *_ in status.signed_lists(session)}
    return OwnData(
        did_document=issuer.document(session, settings),
        bundle=publishing.bundle(session, settings, now),
        root_key=publishing.root_key(session),
        status_jwts={url: as_jwt.decode() for url, (_, as_jwt) in lists.items()},
        status_documents={url: as_json for url, (as_json, _) in lists.items()},
        suspension_lists={
            status.list_url(settings, number): status.list_url(settings, number, "suspension") for number in numbers
        },
        withdrawals={issuer.did(settings): publishing.withdrawals(session, settings)},
        profile=f"{settings.public_url}/ob2/issuer",
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
    return replace(report, format=form) if form else report


def own_status_source(own: OwnData, now: datetime) -> StatusSource:
    """Gives our own lists from the database; those of others are not fetched."""

    def source(url: str) -> FetchedList:
        if url not in own.status_documents:
            raise ListUnknown("This status list is of another host and was not fetched.")
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
