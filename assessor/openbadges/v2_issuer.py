"""What an issuer's profile of 2.0 decides about its badges: which addresses are its own, and which are revoked."""

from typing import Any

from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents, host_of
from assessor.openbadges.errors import OpenBadgesError
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.v2_schema import problems_of


def is_in_scope(assertion_id: str, issuer: JsonObject) -> bool:
    """Whether an address is one at which this issuer hosts badges (2.0, “VerificationObject”).

    Without a policy: every address on the issuer's own host.
    """
    policy = issuer.get("verification")
    said = policy if isinstance(policy, dict) else {}
    origins = _texts(said.get("allowedOrigins")) or [host_of(str(issuer.get("id", "")))]
    starts = _texts(said.get("startsWith"))
    host = host_of(assertion_id)
    in_origin = bool(host) and any(host in (origin.lower(), host_of(origin)) for origin in origins)
    return in_origin and (not starts or assertion_id.startswith(tuple(starts)))


def check_revocations(assertion: JsonObject, issuer: JsonObject, documents: Documents) -> Check:
    """The check “status” of a signed badge: whether its issuer's list names it."""
    if "revocationList" not in issuer:
        return Check("status", State.PASSED, "The issuer offers no way to withdraw this badge.")
    try:
        revocations = documents.at(str(issuer["revocationList"]))
    except OpenBadgesError as error:
        reason = f"The issuer's list of revoked badges was not seen: {error}"
        return Check("status", State.NOT_CHECKED, reason)
    problems = problems_of(revocations, "RevocationList")
    if revocations.get("issuer", issuer.get("id")) != issuer.get("id"):
        problems.append("it is another issuer's")
    if problems:
        return Check("status", State.NOT_CHECKED, f"The issuer's list of revoked badges is not one: {problems[0]}.")
    if is_revoked(assertion, revocations):
        return Check("status", State.FAILED, "The issuer has taken the badge back.")
    return Check("status", State.PASSED, "The badge is not on the issuer's list of revoked badges.")


def is_revoked(assertion: JsonObject, revocations: JsonObject) -> bool:
    """Whether a list names this badge, by id or, as the edition before did, by uid."""
    names = {value for name in ("id", "uid") if isinstance(value := assertion.get(name), str)}
    listed = revocations.get("revokedAssertions", [])
    for entry in listed if isinstance(listed, list) else [listed]:
        named = (entry.get("id"), entry.get("uid")) if isinstance(entry, dict) else (entry,)
        if any(isinstance(name, str) and name in names for name in named):
            return True
    return False


def _texts(value: Any) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str) and entry]
