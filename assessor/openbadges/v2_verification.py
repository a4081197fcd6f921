"""Is this Open Badge 2.0 genuine: hosted and signed badges of any issuer, every check listed.

A hosted badge is what its own address says today, if that address is one of its issuer's; a signed badge is what the
token says, if its key is one that the issuer names. Issuer and keys are always asked for at their addresses: what a
badge brings along about them is not believed. `verification.verify` is the door to it.
"""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime
from typing import Any

from assessor.openbadges.checks import NAMES, Check, Report, Result, State
from assessor.openbadges.documents import Documents, host_of
from assessor.openbadges.errors import (
    DocumentGone,
    OpenBadgesError,
    UnknownContext,
    UnsafeDocument,
)
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import Token
from assessor.openbadges.proof_time import CLOCK_TOLERANCE
from assessor.openbadges.recipient import check_recipient, identities_v2
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.v2_copies import check_copy
from assessor.openbadges.v2_issuer import check_revocations, has_revocations, is_in_scope
from assessor.openbadges.v2_schema import CONTEXTS, check_context, is_defined, problems_of
from assessor.openbadges.v2_signature import check_signed

_HOSTED, _SIGNED = {"hosted", "HostedBadge"}, {"signed", "SignedBadge"}


def speaks_v2(document: JsonObject) -> bool:
    """Whether a document says that it is an Open Badge 2.0."""
    return any(isinstance(entry, str) and entry in CONTEXTS for entry in _listed(document.get("@context")))


def check_older_badge(
    document: JsonObject,
    token: Token | None,
    form: str,
    documents: Documents,
    now: datetime,
    issuers: Container[str],
    recipient: str,
) -> Report:
    """Check a 2.0 badge that was read: a document, and the token around it, None = it says that it is hosted.

    `documents`: gets what it points at. `issuers`: the ids of issuers known here; another one's badge can hold in every
    check and is still "issuer unknown". `recipient`: who is said to show it; empty = nobody said. Never raises.
    """
    presented = token.payload if token else document
    return _Verification(presented, token, form, documents, now, issuers, recipient).report()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Verification:
    """The checks of one badge, in order."""

    def __init__(
        self,
        document: JsonObject,
        token: Token | None,
        form: str,
        documents: Documents,
        now: datetime,
        issuers: Container[str],
        recipient: str,
    ) -> None:
        self.presented = document
        self.assertion = document
        self.token = token
        self.form = form
        self.documents = documents
        self.now = now
        self.issuers = issuers
        self.recipient = recipient
        self.badge_class: JsonObject | None = None
        self.issuer: JsonObject | None = None
        self.missing = ""
        self.is_withdrawn = False
        self.checks: dict[str, Check] = {}

    def report(self) -> Report:
        # 1. The bytes are a document.
        self._note("reading", State.PASSED, f"The badge was read as {self.form.upper()}.")
        # 2. It claims to be an Open Badge 2.0.
        if not self._has_shape():
            return self._finished(Result.NOT_A_CERTIFICATE)
        # 3. A hosted badge is what its own address says; a signed one is the payload of its token.
        self._take_assertion()
        # 4. What was earned, and who says so.
        self._gather()
        # 5. Every word has its meaning, every member is of its kind, in all documents.
        self._check_context()
        self._check_schema()
        self._check_holder()
        # 6. The address, or the key, is the issuer's.
        if self._is_hosted:
            self._check_scope()
        else:
            self._check_token()
        # 7. The issuer has not taken it back. It has no other way to say that there is a newer one.
        self._note("refresh", State.NOT_CHECKED, "Open Badges 2.0 knows no newer versions of a badge.")
        self._check_status()
        # 8. Today lies in its time.
        self._check_validity()
        # 9. It is about the person who shows it.
        self.checks["recipient"] = check_recipient(identities_v2(self.assertion), self.recipient)
        count = sum(len(_listed(one["endorsement"])) for one in self._read_documents() if "endorsement" in one)
        said = f"{count} endorsements were not asked for." if count else "The badge brings no endorsement."
        self._note("endorsements", State.NOT_CHECKED, said)
        return self._finished(self._result())

    def _note(self, name: str, state: State, reason: str) -> None:
        self.checks[name] = Check(name, state, reason)

    def _is(self, name: str, state: State) -> bool:
        return name in self.checks and self.checks[name].state is state

    def _read_documents(self) -> list[JsonObject]:
        return [self.assertion, *(one for one in (self.badge_class, self.issuer) if one is not None)]

    @property
    def _kinds(self) -> set[str]:
        verification = self.presented.get("verification")
        named = _listed(verification.get("type")) if isinstance(verification, dict) else []
        return {kind for kind in named if isinstance(kind, str)}

    @property
    def _is_hosted(self) -> bool:
        return bool(self._kinds & _HOSTED)

    def _has_shape(self) -> bool:
        if not speaks_v2(self.presented):
            self._note("shape", State.FAILED, "This is not an Open Badge 2.0.")
        elif "Assertion" not in _listed(self.presented.get("type")):
            self._note("shape", State.FAILED, "This speaks of Open Badges 2.0, but it is not a badge of somebody.")
        elif len(self._kinds & (_HOSTED | _SIGNED)) != 1:
            self._note("shape", State.FAILED, "The badge does not say whether it is hosted or signed.")
        else:
            kind = "hosted" if self._is_hosted else "signed"
            self._note("shape", State.PASSED, f"This is a {kind} Open Badge 2.0.")
            return True
        return False

    def _take_assertion(self) -> None:
        """For a hosted badge: ask its address, and compare what was shown with what stands there."""
        if not self._is_hosted:
            return
        try:
            hosted = self.documents.at(str(self.presented.get("id", "")))
        except DocumentGone:
            self.is_withdrawn = True
            self._note("proof", State.NOT_CHECKED, "The badge was taken away from its address.")
        except OpenBadgesError as error:
            self._note("proof", State.NOT_CHECKED, f"The badge could not be compared with its address: {error}")
        else:
            self._compare(hosted)

    def _compare(self, hosted: JsonObject) -> None:
        if hosted.get("revoked") is True:
            self.is_withdrawn = True
            self._note("proof", State.NOT_CHECKED, "The issuer has replaced the badge by a note that it is revoked.")
            return
        self.checks["proof"] = check_copy(self.presented, hosted)
        if self._is("proof", State.PASSED):
            self.assertion = hosted

    def _gather(self) -> None:
        """Badge class and issuer. The class may come inside the badge; the issuer speaks only at its own address."""
        try:
            badge = self.assertion.get("badge")
            self.badge_class = badge if isinstance(badge, dict) else self.documents.named(str(badge))
            named = self.badge_class.get("issuer")
            self.issuer = self.documents.named(str(named.get("id") if isinstance(named, dict) else named))
        except OpenBadgesError as error:
            what = "what was earned" if self.badge_class is None else "who issued it"
            self.missing = f"It could not be found out {what}: {error}"

    def _is_known(self) -> bool:
        return self.issuer is not None and str(self.issuer.get("id")) in self.issuers

    def _check_context(self) -> None:
        try:
            for document in self._read_documents():
                if document is not self.assertion.get("badge"):  # what is enclosed was read with its whole
                    check_context(document)
        except UnknownContext as error:
            self._note("safe context", State.NOT_CHECKED, str(error))
        except UnsafeDocument as error:
            self._note("safe context", State.FAILED, str(error))
        else:
            undefined = sorted(name for name in self.assertion if not is_defined(name))
            more = f" “{undefined[0][:40]}” has none, and is not shown." if undefined else ""
            self._note("safe context", State.PASSED, f"The words of 2.0 have their fixed meaning.{more}")

    def _check_schema(self) -> None:
        kinds = ("Assertion", "BadgeClass", "Issuer")
        found = [
            f"{kind}: {problem}"
            for kind, document in zip(kinds, (self.assertion, self.badge_class, self.issuer), strict=True)
            if document is not None
            for problem in problems_of(document, kind)
        ]
        if found:
            self._note("schema", State.FAILED, f"The badge breaks the data model: {'; '.join(found[:3])}.")
        else:
            self._note("schema", State.PASSED, "Every member that was read is as the data model says.")

    def _check_holder(self) -> None:
        if any(identity.is_sound for identity in identities_v2(self.assertion)):
            self._note("subject", State.PASSED, "The badge names its holder.")
        else:
            self._note("subject", State.FAILED, "Cannot tell whose badge it is.")

    def _check_scope(self) -> None:
        if self.issuer is None:
            self._note("key bound to issuer", State.NOT_CHECKED, self.missing)
        elif is_in_scope(str(self.presented.get("id", "")), self.issuer):
            self._note("key bound to issuer", State.PASSED, f"The address of the badge is one of {self._whose()}.")
        else:
            self._note("key bound to issuer", State.FAILED, "The badge stands at an address that is not its issuer's.")

    def _check_token(self) -> None:
        creator = self.presented["verification"].get("creator")
        key, self.checks["proof"] = check_signed(self.token, creator, self.issuer, self.documents)
        if key.state is State.PASSED:
            key = replace(key, reason=f"The key is one of {self._whose()}.")
        self.checks[key.name] = replace(key, reason=self.missing) if self.missing else key

    def _whose(self) -> str:
        if self._is_known() or self.issuer is None:
            return "its issuer's"
        name, address = str(self.issuer.get("name"))[:120], str(self.issuer.get("id"))[:200]
        return f"its issuer's, {name} ({address}), who is not known here"

    def _check_status(self) -> None:
        if self._is_hosted:
            if self.is_withdrawn:
                self._note("status", State.FAILED, "The issuer has taken the badge back.")
            elif self._is("proof", State.PASSED):
                self._note("status", State.PASSED, "The issuer still serves the badge.")
            else:
                self._note("status", State.NOT_CHECKED, "The issuer's copy was not seen.")
        elif not self._is("proof", State.PASSED) or self.issuer is None:
            self._note("status", State.NOT_CHECKED, "Only badges whose signature holds are looked up.")
        else:
            self.checks["status"] = check_revocations(self.assertion, self.issuer, self.documents)
            self.is_withdrawn = self._is("status", State.FAILED)

    def _check_validity(self) -> None:
        start, end = (read_timestamp(self.assertion.get(name)) for name in ("issuedOn", "expires"))
        if start is None or ("expires" in self.assertion and end is None):
            self._note("validity window", State.FAILED, "The badge does not say from when until when it is valid.")
        elif end is not None and end <= start:
            self._note("validity window", State.FAILED, "The badge ended before it was issued.")
        elif start > self.now + CLOCK_TOLERANCE:
            self._note("validity window", State.FAILED, f"The badge is not valid yet: it begins on {start:%Y-%m-%d}.")
        elif end is not None and end <= self.now:
            self._note("validity window", State.FAILED, f"The badge expired on {end:%Y-%m-%d}.")
        else:
            self._note("validity window", State.PASSED, "The badge is inside its time.")

    def _result(self) -> Result:
        """The one answer: what speaks against the badge comes before what is not known about it."""
        failed = {name for name in NAMES if self._is(name, State.FAILED)}
        if failed & {"proof", "key bound to issuer", "safe context"} and not self.is_withdrawn:
            return Result.NOT_GENUINE
        if self.is_withdrawn:
            return Result.WITHDRAWN
        if failed & {"schema", "subject"} or not self._is("safe context", State.PASSED):
            return Result.NOT_A_CERTIFICATE
        if not self._is_theirs:
            return Result.ISSUER_UNKNOWN
        if "validity window" in failed:
            return Result.EXPIRED
        if not self._is_known():
            return Result.ISSUER_UNKNOWN
        return Result.GENUINE if self._is("status", State.PASSED) else Result.GENUINE_STATUS_UNKNOWN

    @property
    def _could_be_withdrawn(self) -> bool:
        return self._is_hosted or (self.issuer is not None and has_revocations(self.issuer))

    @property
    def _is_theirs(self) -> bool:
        return self._is("proof", State.PASSED) and self._is("key bound to issuer", State.PASSED)

    def _finished(self, result: Result) -> Report:
        for name in NAMES:
            self.checks.setdefault(name, Check(name, State.NOT_CHECKED, "This is no badge that could be checked."))
        foreign = ""
        if self.issuer is not None and self._is_theirs and not self._is_known():
            foreign = host_of(str(self.issuer.get("id")))
        shown = result in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED}
        shown = shown or (result is Result.ISSUER_UNKNOWN and bool(foreign))
        known = shown or result is Result.WITHDRAWN
        return Report(
            result,
            self.form,
            tuple(self.checks[name] for name in NAMES),
            self._whole() if shown else None,
            str(self.presented.get("id", "")) if known else "",
            self.now if self._is("status", State.PASSED) and self._could_be_withdrawn else None,
            foreign,
        )

    def _whole(self) -> JsonObject:
        """The badge with what was earned and who says so inside; members without a meaning are left out."""
        members = {name: value for name, value in self.assertion.items() if is_defined(name)}
        return members | {"badge": {**(self.badge_class or {}), "issuer": self.issuer}}
