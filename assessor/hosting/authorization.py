"""The authorisation server: codes with a proof key, tokens that are renewed and revoked (OAuth 2.0, by Authlib).

Authlib says which requests are right and what is answered; here is what it asks of us: where codes and tokens are,
how long they live, and what happens when one is shown a second time. A server is made for one request, with its
session and time. Nothing here knows the web: a request comes as `Asked`, an answer leaves as `Answer`.
"""

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request, ResourceProtector
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Payload, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator, InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from sqlalchemy.orm import Session

from assessor.hosting import permitting
from assessor.hosting.models import Application, AuthorizationCode, Permission, Token, digest

#: The lifetime that the standard recommends (Open Badges 3.0, section 7.1.2.4).
ACCESS = timedelta(hours=1)
#: An application that did not come for so long must ask the learner again.
REFRESH = timedelta(days=90)
LONGEST_REQUEST = 2048

# What RFC 6749 allows in its parameters, without the two signs that its error descriptions must not hold. `state`
# belongs to the application and may hold those too.
_VALUE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
_STATE = re.compile(r"[\x20-\x7e]*")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

logging.getLogger("authlib").setLevel(logging.WARNING)  # its debug lines hold tokens


@dataclass(frozen=True)
class Answer:
    """What is sent back: a JSON document, or nothing but headers that lead the browser on."""

    status: int
    body: Mapping[str, Any]
    headers: Sequence[tuple[str, str]]


class Asked(OAuth2Request):
    """A request in the words of OAuth: its parameters, from the address or from the form, never from both."""

    def __init__(self, method: str, headers: Mapping[str, str], values: Mapping[str, Sequence[str]]) -> None:
        # Whether this installation is reached by https is a matter of its public address, not of one request.
        super().__init__(method, "https://localhost/", headers=headers)
        self.payload = _Parameters(values)

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters of the form, each once."""
        first: Mapping[str, str] = self.payload.data
        return first

    @property
    def is_sound(self) -> bool:
        """Whether every parameter is there once, is short, and holds only what RFC 6749 allows."""
        lists = self.payload.datalist
        return sum(map(len, self.form.values())) <= LONGEST_REQUEST and all(
            len(given) == 1 and (_STATE if name == "state" else _VALUE).fullmatch(given[0])
            for name, given in lists.items()
        )


class _Parameters(OAuth2Payload):
    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = {name: list(given) for name, given in values.items()}

    @property
    def data(self) -> dict[str, str]:
        return {name: given[0] for name, given in self._values.items() if given}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._values


class HostServer(AuthorizationServer):
    """The server of one request. The caller commits, also after a refusal: a stolen code ends a permission."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__()
        self.session, self.now = session, now
        self.register_token_generator("default", BearerTokenGenerator(_new_secret, _new_secret, _seconds))
        self.register_grant(_CodeGrant, [_ProofKey()])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)

    def consent_to(self, asked: Asked) -> grants.AuthorizationCodeGrant:
        """The grant that the learner is to be asked about. Raises `OAuth2Error`; `refusal` says how to answer."""
        if not asked.is_sound:
            raise InvalidRequestError("A parameter stands twice, is too long or holds a forbidden character.")
        return self.get_consent_grant(asked)

    def refusal(self, asked: Asked, error: OAuth2Error) -> Answer | None:
        """Lead the browser back to the application with the error; None where that must not be trusted."""
        answer: Answer = self.handle_error_response(asked, error)
        return answer if answer.status == 302 else None

    def answer_to(self, grant: grants.AuthorizationCodeGrant, permission: Permission | None) -> Answer:
        """Lead the browser back with a code, or with "access_denied" where there is no permission."""
        answer: Answer = self.create_authorization_response(grant.request, grant_user=permission, grant=grant)
        return answer

    def tokens(self, asked: Asked) -> Answer:
        """The answer of the token endpoint."""
        return self._checked(asked) or self.create_token_response(asked)

    def revocation(self, asked: Asked) -> Answer:
        """The answer of the revocation endpoint."""
        return self._checked(asked) or self.create_endpoint_response("revocation", asked)

    def _checked(self, asked: Asked) -> Answer | None:
        if asked.is_sound:
            return None
        error = InvalidRequestError("A parameter stands twice, is too long or holds a forbidden character.")
        answer: Answer = self.handle_error_response(asked, error)
        return answer

    # What Authlib asks of a server.

    def query_client(self, client_id: str) -> Application | None:
        """The application with this id."""
        return self.session.get(Application, client_id) if _CLIENT_ID.fullmatch(client_id) else None

    def authenticate_client(self, request: OAuth2Request, methods: Sequence[str], endpoint: str = "token") -> Any:
        """The application that proves itself in this request."""
        try:
            return super().authenticate_client(request, methods, endpoint)
        except ValueError as error:  # Authlib splits and decodes the header as if it were well-formed
            raise InvalidClientError(status_code=401) from error

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Keep digests of a new pair. A refresh token goes on with what its predecessor could open."""
        permitting.remove_expired(self.session, self.now)
        permission: Permission = request.user
        granted = token["scope"].split()
        end = self._keep(permission, "access", token["access_token"], granted, ACCESS)
        if "refresh_token" in token:
            scopes = request.refresh_token.scopes if request.refresh_token else granted
            end = self._keep(permission, "refresh", token["refresh_token"], scopes, REFRESH)
        permitting.use_until(permission, end)

    def _keep(
        self, permission: Permission, kind: str, secret: str, scopes: Sequence[str], lifetime: timedelta
    ) -> datetime:
        end = self.now + lifetime
        self.session.add(
            Token(
                digest=digest(secret),
                organisation_id=permission.organisation_id,
                permission_id=permission.id,
                kind=kind,
                scopes=list(scopes),
                expires_at=end,
            )
        )
        return end

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Asked) -> Asked:
        """It is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Answer:
        """Authlib's answer as a value."""
        return Answer(status, dict(body) if body else {}, tuple(headers))


class _ProofKey(CodeChallenge):
    """PKCE for everybody and with SHA-256 only (Open Badges 3.0, section 7.1.2.1; RFC 7636)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: grants.AuthorizationCodeGrant, redirect_uri: str) -> None:
        given = grant.request.payload.data
        if not given.get("code_challenge") or not given.get("code_challenge_method"):
            raise InvalidRequestError("A code_challenge with the code_challenge_method S256 is needed.")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(grants.AuthorizationCodeGrant):
    """A code is used once, within minutes, by the application and at the address it was made for."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def create_authorization_response(self, redirect_uri: str, grant_user: Permission | None) -> Any:
        status, body, [(name, address)] = super().create_authorization_response(redirect_uri, grant_user)
        return status, body, [(name, add_params_to_uri(address, [("scope", self.request.scope)]))]

    def generate_authorization_code(self) -> str:
        return _new_secret()

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        permission: Permission = request.user
        self.server.session.add(
            AuthorizationCode(
                digest=digest(code),
                organisation_id=permission.organisation_id,
                permission_id=permission.id,
                redirect_uri=request.payload.redirect_uri,
                code_challenge=request.payload.data["code_challenge"],
                expires_at=self.server.now + permitting.CODE,
            )
        )

    def query_authorization_code(self, code: str, client: Application) -> AuthorizationCode | None:
        session: Session = self.server.session
        found = session.get(AuthorizationCode, digest(code), with_for_update=True, populate_existing=True)
        if found is None or found.permission.application_id != client.id:
            return None
        if found.used_at is not None:  # somebody else has it too: what it led to ends (RFC 6749, section 4.1.2)
            permitting.forget(session, found.permission)
            return None
        return found if found.expires_at > self.server.now else None

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Permission:
        return authorization_code.permission

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        authorization_code.used_at = self.server.now


class _RefreshGrant(grants.RefreshTokenGrant):
    """A refresh token is used once; the next one comes with the answer (RFC 9700, section 4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        session: Session = self.server.session
        found = session.get(Token, digest(refresh_token), with_for_update=True, populate_existing=True)
        if found is None or found.kind != "refresh" or not found.check_client(self.request.client):
            return None
        if found.used_at is not None:  # two have it, and one of them stole it
            permitting.forget(session, found.permission)
            return None
        return found if found.expires_at > self.server.now else None

    def authenticate_user(self, refresh_token: Token) -> Permission:
        return refresh_token.permission

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.used_at = self.server.now


class _Revocation(RevocationEndpoint):
    """An application gives a token back; with a refresh token, all that it may do (RFC 7009)."""

    CLIENT_AUTH_METHODS = ("client_secret_basic",)

    def query_token(self, token_string: str, _token_type_hint: str | None) -> Token | None:
        found: Token | None = self.server.session.get(Token, digest(token_string))
        return found

    def revoke_token(self, token: Token, _request: OAuth2Request) -> None:
        session: Session = self.server.session
        if token.kind == "refresh":
            permitting.forget(session, token.permission)
        else:
            session.delete(token)


class _Bearer(BearerTokenValidator):
    """Access tokens that live and open what is asked for (RFC 6750)."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__()
        self.session, self.now = session, now

    def authenticate_token(self, token_string: str) -> Token | None:
        found = self.session.get(Token, digest(token_string))
        return found if found and found.kind == "access" and found.expires_at > self.now else None

    def validate_token(self, token: Token | None, scopes: Sequence[str], _request: OAuth2Request) -> None:
        if token is None:
            raise InvalidTokenError()
        if self.scope_insufficient(token.get_scope(), scopes):
            raise InsufficientScopeError()


def permission_of(session: Session, headers: Mapping[str, str], scope: str, now: datetime) -> Permission:
    """What the bearer of this request's token may do, if ``scope`` is part of it.

    Raises an `OAuth2Error`: 401 without a token that lives, 403 for one that does not open this.
    """
    protector = ResourceProtector()
    protector.register_token_validator(_Bearer(session, now))
    token: Token = protector.validate_request([scope], Asked("GET", headers, {}))
    return token.permission


def _new_secret(**_circumstances: Any) -> str:
    return secrets.token_urlsafe(32)


def _seconds(_client: Application, _grant_type: str) -> int:
    return int(ACCESS.total_seconds())
