"""Badges in the words of the older data model, Verifiable Credentials 1.1, and how those are said in 2.0.

Its signature is checked over what stands there; only the model and the dates are read in the newer words.

>>> from assessor.openbadges.vc_1_1 import in_words_of_2_0
>>> in_words_of_2_0({"issuanceDate": "2010-01-01T00:00:00Z"})
{'validFrom': '2010-01-01T00:00:00Z'}
"""

from datetime import UTC, datetime
from typing import Any

from assessor.openbadges.contexts import CREDENTIALS_V1
from assessor.openbadges.errors import Unreadable
from assessor.openbadges.schema import problems_of
from assessor.openbadges.strict_json import JsonObject

#: Verifiable Credentials 1.1, section 4.6, and 2.0, section 4.9.
WORDS = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
_WHAT_A_BADGE_HAS = frozenset({"@context", "type", "credentialSubject", "proof"})


def is_of_1_1(credential: JsonObject) -> bool:
    """Whether a credential says, by its first context, that it is of version 1.1."""
    contexts = credential.get("@context")
    return isinstance(contexts, list) and contexts[:1] == [CREDENTIALS_V1]


def words_of(credential: JsonObject) -> tuple[str, str]:
    """The names of a credential's beginning and end in its own words."""
    begin, end = WORDS if is_of_1_1(credential) else WORDS.values()
    return begin, end


def begin_of(credential: JsonObject) -> Any:
    """From when a credential is valid, as it says in its own words."""
    return credential.get(words_of(credential)[0])


def end_of(credential: JsonObject) -> Any:
    """Until when a credential is valid, as it says in its own words; None = it names no end."""
    return credential.get(words_of(credential)[1])


def in_words_of_2_0(credential: JsonObject) -> JsonObject:
    """The same with the newer names of its dates, also in endorsements inside."""
    return {WORDS.get(name, name): _inner(value) for name, value in credential.items()}


def problems_of_1_1(credential: JsonObject) -> list[str]:
    """What is wrong with a badge in the older words, as `schema.problems_of` says it; empty = nothing.

    The newer words for its dates may not stand beside the older: two beginnings would be two badges in one.
    """
    problems = [f"“{name}” is a word of the newer data model" for name in WORDS.values() if name in credential]
    for problem in problems_of(in_words_of_2_0(credential)):
        for older, newer in WORDS.items():
            problem = problem.replace(f"“{newer}”", f"“{older}”")
        problems.append(problem)
    return problems


def credential_in(payload: JsonObject) -> JsonObject:
    """The credential in the claim `vc` of a token, with what the other claims say for it (1.1, section 6.3.1).

    A claim only fills in what the credential leaves out; whether they agree is for `jwt.check`. Raises `Unreadable`
    for what is none, or two in one.
    """
    credential = payload["vc"]
    if not isinstance(credential, dict):
        raise Unreadable("What stands in the token as “vc” is not a badge.")
    if double := sorted(_WHAT_A_BADGE_HAS & payload.keys()):
        raise Unreadable(f"The token holds two badges: “{double[0]}” stands in it and in its “vc”.")
    begin, end = words_of(credential)
    claims = {"id": payload.get("jti"), begin: _time(payload.get("nbf")), end: _time(payload.get("exp"))}
    filled = {name: claim for name, claim in claims.items() if claim is not None and name not in credential}
    return {**credential, **filled, **_named(credential, "issuer", "iss", payload), **_holder(credential, payload)}


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return in_words_of_2_0(value)
    return [_inner(entry) for entry in value] if isinstance(value, list) else value


def _named(credential: JsonObject, member: str, claim: str, payload: JsonObject) -> JsonObject:
    value = credential.get(member)
    if claim not in payload or (value is not None and not (isinstance(value, dict) and "id" not in value)):
        return {}
    return {member: payload[claim] if value is None else {**value, "id": payload[claim]}}


def _holder(credential: JsonObject, payload: JsonObject) -> JsonObject:
    is_one = isinstance(credential.get("credentialSubject"), dict)
    return _named(credential, "credentialSubject", "sub", payload) if is_one else {}


def _time(seconds: Any) -> str | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
