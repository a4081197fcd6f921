"""The page that checks a badge of anybody: a file, pasted text, or an address. Nothing of it is kept or logged."""

from dataclasses import dataclass, replace

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from assessor import access
from assessor.certificates import checking
from assessor.database import db, now
from assessor.fetching.fetcher import Fetcher
from assessor.installation import settings
from assessor.openbadges.checks import Report, Result
from assessor.openbadges.documents import Fetch, Fetched
from assessor.verification import verifying
from assessor.verification.own_documents import beside_ours
from assessor.verification.telling import Said, what_it_says
from assessor.verification.views.context import frame, pages, wanted_language, wording_of

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
    unchecked: str = ""  # around the badge: `verifying.unchecked_around`
    is_demonstration: bool = False

    @classmethod
    def of(cls, report: Report, unchecked: str, *, is_demonstration: bool) -> "_Shown":
        checks = tuple((check.name, check.state.value, check.reason) for check in report.checks)
        said = what_it_says(report)
        is_ours = said is not None and not report.foreign
        shown = cls(int(report.result), checks, report.foreign, said, report.is_of_another, unchecked)
        return replace(shown, is_demonstration=is_demonstration and is_ours)

    @classmethod
    def of_code(cls, checked: checking.CheckedSummary) -> "_Shown":
        checks = tuple((check.name, check.state, check.reason) for check in checked.checks)
        return cls(checked.result, checks, is_demonstration=bool(checked.issuer and checked.issuer.is_demonstration))

    @property
    def is_key(self) -> bool:
        """The issuer's name is a key, and nobody knows whose."""
        return self.foreign.startswith("did:")

    @property
    def is_of_stranger(self) -> bool:
        """The badge holds, and its issuer is not known here."""
        return bool(self.foreign) and self.result == Result.ISSUER_UNKNOWN


@pages.get("/verify")
@access.public
def badge_form() -> ResponseReturnValue:
    """The empty form."""
    return _page(request.args.get("language", ""))


@pages.post("/verify")
@access.public_reading
def badge() -> ResponseReturnValue:
    """The report of what was sent."""
    request.max_content_length = most = LARGEST_MB * 1024 * 1024
    try:
        if (request.content_length or 0) > most:
            raise RequestEntityTooLarge  # before a byte of it is read
        data = _sent()
        language = request.form.get("language", "")
        recipient = request.form.get("recipient", "").strip()[:LONGEST_RECIPIENT]
    except RequestEntityTooLarge:
        return _page(mistake="too_large"), 413
    if not data:
        return _page(language, mistake="nothing"), 400
    return _page(language, shown=_check(data, recipient), recipient=recipient)


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
    db.session.rollback()  # no connection waits while a PDF is read, which may take seconds
    outside = _fetcher().together(SECONDS)
    report = verifying.verify_badge(
        data,
        own.trust,
        own.lists,
        moment,
        fetch=beside_ours(db.session, here, _between_transactions(outside)),
        recipient=recipient,
    )
    around = verifying.unchecked_around(db.session, here, data, report)
    report = verifying.with_cure(db.session, here, verifying.with_reason(db.session, here, report))
    return _Shown.of(report, around, is_demonstration=here.demonstration)


def _between_transactions(outside: Fetch) -> Fetch:
    """Strangers may let us wait, and no connection to the database waits with us."""

    def fetch(url: str, /) -> Fetched:
        db.session.rollback()
        return outside(url)

    return fetch


def _fetcher() -> Fetcher:
    """The one of this application, made for the first check: the system's authorities take long to read."""
    extensions = current_app.extensions
    if FETCHER not in extensions:
        extensions.setdefault(FETCHER, Fetcher())  # of two first checks at once, both use the same
    found: Fetcher = extensions[FETCHER]
    return found


def _page(asked: str = "", *, shown: _Shown | None = None, mistake: str = "", recipient: str = "") -> str:
    language = wanted_language(asked)
    return render_template(
        "verification/badge.html",
        **frame(language),
        said=wording_of(language)["badge"],
        largest=LARGEST_MB,
        shown=shown,
        mistake=mistake,
        recipient=recipient,
        host=settings().host,
    )
