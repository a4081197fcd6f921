"""The page that checks a badge of anybody: a file, pasted text, or an address. Nothing of it is kept or logged."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge

from assessor import access, locale
from assessor.certificates import checking
from assessor.database import db, now
from assessor.fetching.fetcher import Fetcher
from assessor.installation import settings
from assessor.openbadges.checks import Report, Result
from assessor.openbadges.documents import Fetch, Fetched
from assessor.verification import verifying
from assessor.verification.own_documents import beside_ours
from assessor.verification.telling import Said, what_it_says
from assessor.verification.views.context import frame, pages

#: A page of paper as PDF and a large picture fit; what is pasted is bounded by the application's own limit.
LARGEST_MB = 5
#: For all documents of one badge together.
SECONDS = 8.0
#: Where the application keeps the one that fetches, so that its rates count for all requests.
FETCHER = "badge fetcher"
LONGEST_RECIPIENT = 320


@dataclass(frozen=True)
class _Shown:
    """The report as the page shows it, of a badge or of the text of a code."""

    result: int
    checks: tuple[tuple[str, str, str], ...]
    foreign: str = ""
    says: Said | None = None
    is_of_another: bool = False
    only_attached: bool = False

    @classmethod
    def of(cls, report: Report) -> "_Shown":
        checks = tuple((check.name, check.state.value, check.reason) for check in report.checks)
        only_attached = verifying.says_only_the_attachment(report)
        said = what_it_says(report)
        return cls(int(report.result), checks, report.foreign, said, report.is_of_another, only_attached)

    @classmethod
    def of_code(cls, checked: checking.CheckedSummary) -> "_Shown":
        return cls(checked.result, tuple((check.name, check.state, check.reason) for check in checked.checks))


@pages.get("/verify")
@access.public
def badge_form() -> ResponseReturnValue:
    """The empty form."""
    return _page()


@pages.post("/verify")
@access.public_reading
def badge() -> ResponseReturnValue:
    """The report of what was sent."""
    request.max_content_length = most = LARGEST_MB * 1024 * 1024
    try:
        if (request.content_length or 0) > most:
            raise RequestEntityTooLarge  # before a byte of it is read
        data = _sent()
        recipient = request.form.get("recipient", "").strip()[:LONGEST_RECIPIENT]
    except RequestEntityTooLarge:
        much = gettext("This is too large. A file may have %(number)s MB, and text much less.", number=LARGEST_MB)
        return _page(mistake=much), 413
    if not data:
        return _page(mistake=gettext("Choose a file, paste the badge, or type its address.")), 400
    return _page(shown=_check(data, recipient), recipient=recipient)


def _sent() -> bytes:
    """What was given, the first of file, text and address; empty = nothing was."""
    file = request.files.get("file")
    content: bytes = file.read() if file else b""
    text = request.form.get("text", "").strip()
    address = request.form.get("address", "").strip()
    if address and "://" not in address:
        address = f"https://{address}"
    return content or (text or address).encode("utf-8", "replace")


def _check(data: bytes, recipient: str) -> _Shown:
    here, moment = settings(), now()
    own = verifying.own_data(db.session, here, moment)
    if verifying.is_qr_text(data):
        text = data.decode("utf-8", "replace")
        return _Shown.of_code(own.check(text, moment))
    outside = _fetcher().together(SECONDS)
    report = verifying.verify_badge(
        data,
        own.trust,
        own.lists,
        moment,
        fetch=beside_ours(db.session, here, _between_transactions(outside)),
        recipient=recipient,
    )
    report = verifying.with_reason(db.session, here, report)
    return _Shown.of(verifying.with_cure(db.session, here, report))


def _between_transactions(outside: Fetch) -> Fetch:
    """Strangers may let us wait, and no connection to the database waits with us."""

    def fetch(url: str, /) -> Fetched:
        db.session.rollback()
        return outside(url)

    return fetch


def _fetcher() -> Fetcher:
    found: Fetcher = current_app.extensions.setdefault(FETCHER, Fetcher())
    return found


def _page(*, shown: _Shown | None = None, mistake: str = "", recipient: str = "") -> str:
    code = locale.page_language().code
    known: dict[str, Any] = frame(code)
    return render_template(
        "verification/badge.html",
        **known,
        shown=shown,
        mistake=mistake,
        recipient=recipient,
        host=settings().host,
        is_key=bool(shown and shown.foreign.startswith("did:")),
        foreign=bool(shown and shown.foreign and shown.result == Result.ISSUER_UNKNOWN),
    )
