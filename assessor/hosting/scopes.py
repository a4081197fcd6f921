"""What a permission may be for: the four scopes of Open Badges 3.0 (section 6.2.1)."""

from collections.abc import Iterable

_PREFIX = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"

READ_BADGES = f"{_PREFIX}credential.readonly"
BRING_BADGES = f"{_PREFIX}credential.upsert"
READ_PROFILE = f"{_PREFIX}profile.readonly"
CHANGE_PROFILE = f"{_PREFIX}profile.update"

#: Every scope and what it is for, in the words of the service description.
MEANING = {
    READ_BADGES: "Read the badges of the learner who agreed.",
    BRING_BADGES: "Bring badges to the learner who agreed, and replace them with newer editions.",
    READ_PROFILE: "Read the profile of the learner who agreed: a nickname and what this application left there.",
    CHANGE_PROFILE: "Leave an address, a description and a picture in that profile.",
}


def known(asked: str | None, among: Iterable[str] = MEANING) -> list[str]:
    """Those of the scopes asked for, in a text with spaces between, that are in ``among``; each once, in its order."""
    named = set((asked or "").split())
    return [scope for scope in among if scope in named]
