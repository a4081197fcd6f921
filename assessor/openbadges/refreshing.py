"""Has the issuer given out a newer version of this badge: the `refreshService` that it names.

The newer version counts only when it is the same badge, by the same issuer, and its signature holds. The badge in the
hand is then overtaken: its issuer says something else now. What cannot be had changes nothing (Open Badges 3.0,
section 9.1: the verification goes on with the badge as it is).
"""

from datetime import datetime

from assessor.openbadges.authenticity import Badge, check_with_keys_of
from assessor.openbadges.canonical import check_words
from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents
from assessor.openbadges.errors import OpenBadgesError
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.reading import is_jwt, read_credential
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.trust import TrustedIssuer
from assessor.openbadges.vc_1_1 import begin_of

NAME = "refresh"
KIND = "1EdTechCredentialRefresh"


def check_refresh(document: JsonObject, issuer: TrustedIssuer, documents: Documents, now: datetime) -> Check:
    """The check of a badge whose signature holds; failed = there is a newer version."""
    if "refreshService" not in document:
        return Check(NAME, State.PASSED, "The issuer names no place for newer versions.")
    service = document["refreshService"]
    if not isinstance(service, dict) or not _is_known(service):
        return Check(NAME, State.NOT_CHECKED, "The badge names a way to newer versions that is not known here.")
    try:
        newer = _read(documents.content_at(str(service.get("id", ""))))
        check_words(newer.document)
    except OpenBadgesError as error:
        return Check(NAME, State.NOT_CHECKED, f"A newer version was not seen: {error}")
    return _compare(document, newer, issuer, now)


def _is_known(service: JsonObject) -> bool:
    kinds = service.get("type")
    return KIND in (kinds if isinstance(kinds, list) else [kinds])


def _read(content: bytes) -> Badge:
    form, text = read_credential(content)
    return Badge.read(text, is_jwt(text) if form in {"png", "svg"} else form == "jwt")


def _compare(document: JsonObject, newer: Badge, issuer: TrustedIssuer, now: datetime) -> Check:
    # Open Badges 3.0, section 8.4: equal issuer and id make it the same badge, the later `validFrom` the valid one.
    if newer.document.get("id") != document.get("id"):
        return Check(NAME, State.NOT_CHECKED, "What stands at the place for newer versions is another badge.")
    found = check_with_keys_of(newer, issuer, now)
    if not found.holds:
        checks = [check for check in (found.key, found.proof) if check.state is not State.PASSED]
        reason = next((check.reason for check in checks if check.state is State.FAILED), checks[0].reason)
        return Check(NAME, State.NOT_CHECKED, f"What stands at the place for newer versions proves nothing: {reason}")
    ours, theirs = (read_timestamp(begin_of(one)) for one in (document, newer.document))
    if theirs is None or theirs > now or (ours is not None and theirs <= ours):
        return Check(NAME, State.PASSED, "The issuer has no newer version of the badge.")
    return Check(NAME, State.FAILED, f"The issuer has made a newer version on {theirs:%Y-%m-%d}. Ask for that one.")
