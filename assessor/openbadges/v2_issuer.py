"""What an issuer's profile of 2.0 decides about its badges: which addresses are its own, and which are revoked."""

from typing import Any
from urllib.parse import urlsplit

from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents, has_steps, host_of, origin_of
from assessor.openbadges.errors import OpenBadgesError
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.v2_schema import problems_of


def is_in_scope(assertion_id: str, issuer: JsonObject) -> bool:
    """Whether an address is one at which this issuer hosts badges (2.0, “VerificationObject”).

    Without a policy: every address on the issuer's own host. An origin is a host, or a host with its port.
    """
    policy = issuer.get("verification")
    said = policy if isinstance(policy, dict) else {}
    origins = _texts(said.get("allowedOrigins")) or [host_of(str(issuer.get("id", "")))]
    starts = _texts(said.get("startsWith"))
    if has_steps(assertion_id) or not any(_is_of_origin(assertion_id, origin) for origin in origins):
        return False
    return not starts or any(_begins_with(assertion_id, start) for start in starts)


def _is_of_origin(address: str, origin: str) -> bool:
    """Whether an address is of a host, and of its port if the origin names one."""
    try:
        parts = urlsplit(origin if "://" in origin else f"//{origin}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    found = origin_of(address)
    return found is not None and found[0] == host and port in (None, found[1])


def _begins_with(address: str, start: str) -> bool:
    """Whether an address begins so, and a name at the end of the beginning is not the beginning of a longer name."""
    rest = address.removeprefix(start)
    return address.startswith(start) and (not start[-1].isalnum() or not rest or rest[0] in "/?#")


def check_revocations(assertion: JsonObject, issuer: JsonObject, documents: Documents) -> Check:
    """The check “status” of a signed badge: whether its issuer's list, if there is one, names it."""
    if not has_revocations(issuer):
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


def has_revocations(issuer: JsonObject) -> bool:
    """Whether an issuer keeps a list of its revoked badges."""
    return "revocationList" in issuer


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
