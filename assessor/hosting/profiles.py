"""The profile of a learner as an application sees it: a nickname, and what that application left there itself.

Open Badges 3.0 has room for e-mail, telephone, address, birth date and names; this service keeps none of them, so
they are left out of what an application writes, and the answer shows what was kept. Every application sees a profile
of its own under an id of its own: two of them cannot find out that they know the same person.
"""

import uuid

from assessor.errors import Invalid
from assessor.hosting.models import Permission
from assessor.openbadges.contexts import OPEN_BADGES_V3
from assessor.openbadges.errors import Unreadable
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.strict_json import JsonObject, read_json

LARGEST = 16 * 1024
LONGEST_DESCRIPTION = 1000


class ProfileNotTaken(Invalid):
    """What was sent is no profile; the message says why."""


def profile(permission: Permission) -> JsonObject:
    """The profile that the application of this permission sees."""
    return {
        "@context": [OPEN_BADGES_V3],
        "id": uuid.uuid5(permission.learner_id, permission.application_id).urn,
        "type": ["Profile"],
        "name": permission.learner.nickname,
        **(permission.profile or {}),
    }


def change(permission: Permission, body: bytes) -> JsonObject:
    """Keep what may be kept of a profile that the application sent, in the place of what it left before.

    Raises `ProfileNotTaken`.
    """
    try:
        sent = read_json(body, max_bytes=LARGEST)
    except Unreadable as error:
        raise ProfileNotTaken("%(why)s", why=str(error)) from error
    kinds = sent.get("type")
    if "Profile" not in (kinds if isinstance(kinds, list) else [kinds]):
        raise ProfileNotTaken("The body is not a Profile.")
    permission.profile = _kept(sent)
    return profile(permission)


def _kept(sent: JsonObject) -> JsonObject:
    url, description, image = sent.get("url"), sent.get("description"), sent.get("image")
    kept: JsonObject = {}
    if url is not None:
        kept["url"] = _address(url, "url")
    if description is not None:
        if not isinstance(description, str) or len(description) > LONGEST_DESCRIPTION:
            raise ProfileNotTaken("“description” is not a text of at most %(most)s signs.", most=LONGEST_DESCRIPTION)
        kept["description"] = description
    if image is not None:
        address = image.get("id") if isinstance(image, dict) else image
        kept["image"] = {"id": _address(address, "image"), "type": "Image"}
    return kept


def _address(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_iri(value) or not value.startswith("https://"):
        raise ProfileNotTaken("“%(name)s” is not an https address.", name=name)
    return value
