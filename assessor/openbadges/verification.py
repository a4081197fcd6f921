"""Is this badge genuine: every check listed, "could not be checked" kept apart from "not genuine".

    report = verify(data, trust, now, status=source, fetch=fetch, recipient="ada@example.org")
    report.verdict, [check.reason for check in report.failed]

One door for every edition and carrier: Open Badges 3.0 with proofs or as token, in the words of either data model, and
2.0 hosted or signed (`v2_verification`); as JSON, JWT, PNG, SVG or the address of one. Trust, lists and documents are
values or come through functions that the caller gives; nothing is believed because a badge says so.

Decisions
- A no is a no whoever issued the badge: withdrawn, on hold, expired, overtaken by a newer version (`refreshing`) come
  before "the issuer is not known here".
- A badge of an issuer that is not known here is never "genuine". If its signature holds and the issuer's own name leads
  to the key (`issuers`), the report says whose it is (`foreign`) and shows what the owner of a host says; to believe
  them is for a person to decide.
- Overtaken counts as expired: the badge was genuine, and its issuer says something else now.
- A right badge of somebody else stays genuine: whoever checks may have misspelt a name. The verdict says both, and the
  answer is no (`Report.is_of_another`).
- Endorsements that do not hold are said and decide nothing (`endorsing`).
"""

from datetime import datetime
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.authenticity import Authenticity, Badge, check_authenticity, unproved
from assessor.openbadges.canonical import check_words
from assessor.openbadges.checks import NAMES, Check, Report, Result, State, not_read
from assessor.openbadges.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DRAFTS, OPEN_BADGES_VERSIONS
from assessor.openbadges.documents import Documents, Fetch, badge_in
from assessor.openbadges.endorsing import check_endorsements
from assessor.openbadges.errors import (
    AlteredCarrier,
    DocumentGone,
    DocumentUnavailable,
    ListUnknown,
    NotACredential,
    StatusUnavailable,
    UnknownContext,
    Unreadable,
    UnsafeDocument,
)
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.reading import is_jwt
from assessor.openbadges.recipient import check_recipient, identities_v3
from assessor.openbadges.refreshing import check_refresh
from assessor.openbadges.schema import problems_of, problems_of_holder
from assessor.openbadges.trust import Trust
from assessor.openbadges.v2_verification import check_older_badge, speaks_v2
from assessor.openbadges.vc_1_1 import begin_of, end_of, is_of_1_1, problems_of_1_1
from assessor.openbadges.withdrawal import (
    CLOCK_TOLERANCE,
    FetchedList,
    Standing,
    StatusAnswer,
    StatusSource,
    standing_of,
)

NOT_LOOKED_UP = "Only badges whose signature holds are looked up."


def verify(
    badge: bytes,
    trust: Trust,
    now: datetime,
    *,
    status: StatusSource | None = None,
    fetch: Fetch | None = None,
    recipient: str = "",
) -> Report:
    """Check a badge of any edition, in any carrier, or at an https address.

    `trust`: whom to believe. `now`: aware time. `status`: gives status lists by address; None, or where it raises
    `ListUnknown` = `fetch` is asked. `fetch`: gives other documents by address; None = offline. `recipient`: who is
    said to show the badge, by e-mail, DID, web address or name; empty = nobody said. Never raises for anything in it.
    """
    documents = Documents(fetch)
    try:
        form, text = badge_in(badge, documents)
        read = Badge.read(text, is_jwt(text))
    except AlteredCarrier as error:
        return not_read(Result.NOT_GENUINE, _form_of(badge), str(error))
    except (NotACredential, DocumentGone) as error:
        return not_read(Result.NOT_A_CERTIFICATE, _form_of(badge), str(error))
    except (Unreadable, DocumentUnavailable) as error:
        if _is_altered_token(badge, trust):
            return not_read(Result.NOT_GENUINE, "jwt", "The token was changed: its signature is of another text.")
        return not_read(Result.UNREADABLE, _form_of(badge), str(error))
    if _is_older(read):
        return check_older_badge(read.document, read.token, form, documents, now, trust.profiles, recipient)
    return _Verification(read, form, trust, now, status, documents, recipient).report()


def _form_of(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return "png"
    start = data.lstrip()[:1]
    return {b"{": "json", b"<": "svg", b"e": "jwt"}.get(start, "")


def _is_altered_token(data: bytes, trust: Trust) -> bool:
    text = data.strip()
    keys = {address: key for issuer in trust.issuers.values() for address, key in issuer.token_keys.items()}
    return is_jwt(text) and jwt.is_altered(text, keys)


def _is_older(badge: Badge) -> bool:
    """Whether this is a badge of 2.0; one of 3.0 may mention the older vocabulary beside its own."""
    contexts = _texts(badge.document.get("@context"))
    return contexts[:1] not in ([CREDENTIALS_V1], [CREDENTIALS_V2]) and speaks_v2(badge.document)


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


class _Verification:
    """The checks of one badge of 3.0, in order."""

    def __init__(
        self,
        badge: Badge,
        form: str,
        trust: Trust,
        now: datetime,
        status: StatusSource | None,
        documents: Documents,
        recipient: str,
    ) -> None:
        self.badge = badge
        self.document = badge.document
        self.form = form
        self.trust = trust
        self.now = now
        self.status = status
        self.documents = documents
        self.recipient = recipient
        self.signed = unproved("")
        self.answer = StatusAnswer(Standing.UNKNOWN, NOT_LOOKED_UP)
        self.speaks_open_badges = False
        self.checks: dict[str, Check] = {}

    def report(self) -> Report:
        # 1. The bytes are a document.
        self._note("reading", State.PASSED, f"The badge was read as {self.form.upper()}.")
        # 2. It claims to be an Open Badge 3.0.
        self._check_shape()
        if not self.speaks_open_badges:
            return self._finished(Result.NOT_A_CERTIFICATE)
        # 3. Its members are what the data model says.
        self._check_schema()
        # 4. Every word has one fixed meaning, and the signature covers it.
        self._check_context()
        # 5. It names its holder.
        self._check_subject()
        # 6. and 7. It is signed, with a key of the issuer that it names.
        self._check_signature()
        # 8. and 9. The issuer has neither replaced it nor taken it back. Only asked for badges that hold so far.
        self._check_refresh()
        self._check_status()
        # 10. Today lies in its time.
        self._check_validity()
        # 11. It is about the person who shows it.
        self.checks["recipient"] = check_recipient(identities_v3(self.document), self.recipient)
        # 12. Others speak for it.
        self._check_endorsements()
        return self._finished(self._result())

    def _finished(self, result: Result) -> Report:
        for name in NAMES:
            if name not in self.checks:
                self._note(name, State.NOT_CHECKED, "This is no badge that could be checked.")
        foreign = self.signed.owner if self.signed.holds else ""
        shown = result in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED}
        # What a bare key says is nobody's word: anybody can make one.
        shown = shown or (result is Result.ISSUER_UNKNOWN and bool(foreign) and not foreign.startswith("did:"))
        known = shown or result in {Result.WITHDRAWN, Result.SUSPENDED}
        return Report(
            result,
            self.form,
            tuple(self.checks[name] for name in NAMES),
            self.document if shown else None,
            str(self.document.get("id", "")) if known else "",
            self.answer.as_of,
            foreign,
        )

    def _note(self, name: str, state: State, reason: str) -> None:
        self.checks[name] = Check(name, state, reason)

    def _is(self, name: str, state: State) -> bool:
        return self.checks[name].state is state

    def _check_shape(self) -> None:
        contexts, kinds = _texts(self.document.get("@context")), _texts(self.document.get("type"))
        self.speaks_open_badges = len(contexts) > 1 and contexts[1] in OPEN_BADGES_VERSIONS
        if contexts[:1] not in ([CREDENTIALS_V2], [CREDENTIALS_V1]) or "VerifiableCredential" not in kinds:
            self._note("shape", State.FAILED, "This is not a verifiable credential of version 2.0 or 1.1.")
        elif DRAFTS & set(contexts):
            self._note("shape", State.FAILED, "This badge is written in a draft of Open Badges 3.0.")
        elif not self.speaks_open_badges:
            self._note("shape", State.FAILED, "This is a credential, but not an Open Badge 3.0.")
        elif not {"OpenBadgeCredential", "AchievementCredential"} & set(kinds):
            self._note("shape", State.FAILED, "This is a credential, but not of the kind that is an Open Badge.")
        else:
            older = " in the words of the older data model 1.1" if is_of_1_1(self.document) else ""
            self._note("shape", State.PASSED, f"This is an Open Badge 3.0{older}.")

    def _check_schema(self) -> None:
        check = problems_of_1_1 if is_of_1_1(self.document) else problems_of
        problems = check(self.document)
        if problems:
            self._note("schema", State.FAILED, f"The badge breaks the data model: {'; '.join(problems[:3])}.")
        else:
            self._note("schema", State.PASSED, "Every member is as the data model says.")

    def _check_context(self) -> None:
        try:
            check_words(self.document)
        except UnknownContext as error:
            self._note("safe context", State.NOT_CHECKED, str(error))
        except UnsafeDocument as error:
            self._note("safe context", State.FAILED, str(error))
        else:
            self._note("safe context", State.PASSED, "Every word of the badge has its fixed meaning.")

    def _check_subject(self) -> None:
        if problems := problems_of_holder(self.document):
            self._note("subject", State.FAILED, f"Cannot tell whose badge it is: {problems[0]}.")
        else:
            self._note("subject", State.PASSED, "The badge names its holder. Compare with the person.")

    def _check_signature(self) -> None:
        self.signed = self._authenticity()
        self.checks["proof"], self.checks["key bound to issuer"] = self.signed.proof, self.signed.key
        if self.signed.unsafe is not None:
            self.checks["safe context"] = self.signed.unsafe

    def _authenticity(self) -> Authenticity:
        if self._is("safe context", State.FAILED):
            return unproved("The signature does not cover the whole badge.")
        if self._is("safe context", State.NOT_CHECKED):
            return unproved("The badge uses words that are not known here.")
        return check_authenticity(self.badge, self.trust, self.documents, self.now)

    def _check_refresh(self) -> None:
        if self.signed.holds and self.signed.issuer is not None:
            self.checks["refresh"] = check_refresh(self.document, self.signed.issuer, self.documents, self.now)
        else:
            self._note("refresh", State.NOT_CHECKED, NOT_LOOKED_UP)

    def _check_status(self) -> None:
        if self.signed.holds and self.signed.issuer is not None:
            self.answer = standing_of(self.document, self.trust.beside(self.signed.issuer), self.now, self._lists())
        state = {Standing.IN_FORCE: State.PASSED, Standing.UNKNOWN: State.NOT_CHECKED}
        self._note("status", state.get(self.answer.standing, State.FAILED), self.answer.reason)

    def _lists(self) -> StatusSource | None:
        """Status lists from whoever has them."""
        if self.documents.fetch is None:
            return self.status

        def source(url: str) -> FetchedList:
            if self.status is not None:
                try:
                    return self.status(url)
                except ListUnknown:
                    pass  # it is somebody else's
            try:
                return FetchedList(self.documents.content_at(url), self.now)
            except DocumentUnavailable as error:
                raise StatusUnavailable(f"The status list was not seen: {error}") from error

        return source

    def _check_validity(self) -> None:
        said = begin_of(self.document), end_of(self.document)
        start, end = map(read_timestamp, said)
        if start is None or (said[1] is not None and end is None):
            self._note("validity window", State.FAILED, "The badge does not say from when until when it is valid.")
        elif start > self.now + CLOCK_TOLERANCE:
            self._note("validity window", State.FAILED, f"The badge is not valid yet: it begins on {start:%Y-%m-%d}.")
        elif end is not None and end <= self.now:
            self._note("validity window", State.FAILED, f"The badge expired on {end:%Y-%m-%d}.")
        else:
            self._note("validity window", State.PASSED, "The badge is inside its time.")

    def _check_endorsements(self) -> None:
        if self.signed.holds:
            check = check_endorsements(
                self.document, self.trust, self.now, status=self._lists(), fetch=self.documents.fetch
            )
            self.checks["endorsements"] = check
        else:
            self._note("endorsements", State.NOT_CHECKED, NOT_LOOKED_UP)

    def _result(self) -> Result:
        """The one answer: what speaks against the badge comes before what is not known about it."""
        failed = {name for name in NAMES if self._is(name, State.FAILED)}
        # What speaks the language of badges and does not hold is a false badge.
        if failed & {"proof", "key bound to issuer", "safe context"}:
            return Result.NOT_GENUINE
        if "shape" in failed:
            return Result.NOT_A_CERTIFICATE
        is_known = issuer_of(self.document) in self.trust.issuers
        if not is_known and not self.signed.holds:
            return Result.ISSUER_UNKNOWN
        if failed & {"schema", "subject"} or not self.signed.holds:
            return Result.NOT_A_CERTIFICATE
        if self.answer.standing is Standing.WITHDRAWN:
            return Result.WITHDRAWN
        if self.answer.standing is Standing.SUSPENDED:
            return Result.SUSPENDED
        if failed & {"validity window", "refresh"}:
            return Result.EXPIRED
        if not is_known:
            return Result.ISSUER_UNKNOWN
        return Result.GENUINE if self.answer.standing is Standing.IN_FORCE else Result.GENUINE_STATUS_UNKNOWN
