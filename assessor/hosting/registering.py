"""Applications register themselves (RFC 7591, as Open Badges 3.0 narrows it in section 7.1.1.2).

Every member that the standard demands must be there; all addresses are https and of one host, which the learner is
shown. Members that are not understood are left out of what is kept and of the answer. Nothing is fetched.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2 import JsonRequest, OAuth2Error
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint, InvalidClientMetadataError
from sqlalchemy.orm import Session

from assessor.hosting import permitting, scopes
from assessor.hosting.authorization import Answer, HostServer
from assessor.hosting.models import Application, digest
from assessor.openbadges.errors import Unreadable
from assessor.openbadges.strict_json import JsonObject, read_json

LARGEST_REQUEST = 16 * 1024
LONGEST_NAME = 80
LONGEST_TEXT = 255
LONGEST_ADDRESS = 1000
MOST_ADDRESSES = 8
#: Applications that nobody permits anything yet; each may wait for its first learner for a day at least.
MOST_UNUSED = 1000
FIRST_DAY = timedelta(days=1)

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(\.[a-z0-9-]+)*)(:[1-9][0-9]{0,4})?([/?][!$-;=?-Z_a-z~%]*)?", re.ASCII
)
ADDRESSES = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
AUTH_METHODS = ("client_secret_basic",)
GRANT_TYPES = ("authorization_code", "refresh_token")
RESPONSE_TYPES = ("code",)


class TooManyApplications(OAuth2Error):
    """Somebody registers more than anybody uses."""

    error = "temporarily_unavailable"
    description = "Too many applications are registered and not used. Try again tomorrow."
    status_code = 503


def register(session: Session, body: bytes, demonstration: bool, now: datetime) -> Answer:
    """Register the application that a JSON document describes. ``demonstration``: http://localhost is taken too."""
    server = HostServer(session, now)
    server.register_endpoint(_Registration)
    try:
        described = _Described(_read(body, demonstration))
    except OAuth2Error as error:
        refused: Answer = server.handle_error_response(None, error)
        return refused
    answer: Answer = server.create_endpoint_response("client_registration", described)
    return answer


class _Described(JsonRequest):
    """A registration request with the members that are understood."""

    def __init__(self, members: JsonObject) -> None:
        super().__init__("POST", "")
        self.payload = _Payload(members)


@dataclass(frozen=True)
class _Payload:
    data: JsonObject


class _Registration(ClientRegistrationEndpoint):
    """Authlib checks what RFC 7591 says; what is kept and what is answered is said here."""

    def create_endpoint_request(self, request: _Described) -> _Described:
        return request

    def authenticate_token(self, _request: _Described) -> bool:
        """No token is asked for: the standard forbids it."""
        return True

    def get_server_metadata(self) -> JsonObject:
        return {
            "grant_types_supported": GRANT_TYPES,
            "response_types_supported": RESPONSE_TYPES,
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
        }

    def extract_client_metadata(self, request: _Described) -> JsonObject:
        metadata: JsonObject = super().extract_client_metadata(request)
        allowed = scopes.known(metadata["scope"])
        if not allowed:
            raise InvalidClientMetadataError("None of the scopes is one of Open Badges 3.0.")
        return metadata | {
            "scope": " ".join(allowed),
            "grant_types": metadata.get("grant_types") or GRANT_TYPES[:1],
            "response_types": RESPONSE_TYPES,
        }

    def generate_client_id(self, _request: _Described) -> str:
        return secrets.token_hex(16)  # no sign that a command takes for an option

    def generate_client_secret(self, _request: _Described) -> str:
        return secrets.token_urlsafe(32)

    def save_client(self, client_info: JsonObject, client_metadata: JsonObject, _request: _Described) -> Application:
        session, now = self.server.session, self.server.now
        _make_room(session, now)
        application = Application(
            id=client_info["client_id"],
            secret_digest=digest(client_info["client_secret"]),
            name=client_metadata["client_name"],
            uri=client_metadata["client_uri"],
            policy_uri=client_metadata["policy_uri"],
            terms_uri=client_metadata["tos_uri"],
            redirect_uris=client_metadata["redirect_uris"],
            scopes=client_metadata["scope"].split(),
            may_refresh="refresh_token" in client_metadata["grant_types"],
            registered_at=now,
            permitted_until=now,
        )
        session.add(application)
        return application


def _make_room(session: Session, now: datetime) -> None:
    """Where too many wait for their first learner, those of yesterday and before make room."""
    permitting.remove_expired(session, now)
    if permitting.count_unused(session) >= MOST_UNUSED:
        permitting.remove_unused(session, now - FIRST_DAY)
    if permitting.count_unused(session) >= MOST_UNUSED:
        raise TooManyApplications()


def _is_text(value: Any, longest: int) -> bool:
    """One line that shows what it is: no controls, nothing that turns the direction of writing."""
    return isinstance(value, str) and 0 < len(value.strip()) <= len(value) <= longest and value.isprintable()


def _are_texts(value: Any, most: int, longest: int) -> bool:
    return isinstance(value, list) and 0 < len(value) <= most and all(_is_text(one, longest) for one in value)


#: Member → what it must be. Those without a default of RFC 7591 must be there.
_MEMBERS: dict[str, Callable[[Any], bool]] = {
    "client_name": lambda value: _is_text(value, LONGEST_NAME),
    **{name: lambda value: _is_text(value, LONGEST_ADDRESS) for name in ADDRESSES},
    "software_id": lambda value: _is_text(value, LONGEST_TEXT),
    "software_version": lambda value: _is_text(value, LONGEST_TEXT),
    "redirect_uris": lambda value: _are_texts(value, MOST_ADDRESSES, LONGEST_ADDRESS),
    "scope": lambda value: _is_text(value, LONGEST_ADDRESS),
    "token_endpoint_auth_method": lambda value: _is_text(value, LONGEST_TEXT),
    "grant_types": lambda value: _are_texts(value, len(GRANT_TYPES), LONGEST_TEXT),
    "response_types": lambda value: _are_texts(value, len(RESPONSE_TYPES), LONGEST_TEXT),
    "contacts": lambda value: _are_texts(value, MOST_ADDRESSES, LONGEST_TEXT),
}
_OPTIONAL = ("token_endpoint_auth_method", "grant_types", "response_types", "contacts")


def _read(body: bytes, demonstration: bool) -> JsonObject:
    try:
        described = read_json(body, max_bytes=LARGEST_REQUEST)
    except Unreadable as error:
        raise InvalidClientMetadataError("The body is no JSON object of at most 16 kB.") from error
    for name, holds in _MEMBERS.items():
        if name not in described and name not in _OPTIONAL:
            raise InvalidClientMetadataError(f"{name} is missing.")
        if name in described and not holds(described[name]):
            raise InvalidClientMetadataError(f"{name} is of another kind, empty or too long.")
    _check_addresses(described, demonstration)
    return {name: described[name] for name in _MEMBERS if name in described}


def _check_addresses(described: JsonObject, demonstration: bool) -> None:
    """All by https and of one host, so that what the learner reads says who asks."""
    hosts = {_host(described[name], demonstration) for name in ADDRESSES}
    hosts |= {_host(address, demonstration) for address in described["redirect_uris"]}
    if len(hosts) > 1:
        raise InvalidClientMetadataError("The addresses are of several hosts.")


def _host(address: str, demonstration: bool) -> str:
    """The host of an address that is a plain one; it also goes into a header of the page that asks the learner."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise InvalidClientMetadataError("An address is not one of https, or holds a fragment or odd signs.")
    if found["scheme"] == "http" and not (demonstration and found["host"] == "localhost"):
        raise InvalidClientMetadataError("An address is not one of https.")
    return found["host"]
