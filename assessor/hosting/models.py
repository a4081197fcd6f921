"""Applications of others, what learners let them do, and badges that came from elsewhere."""

import hashlib
import hmac
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessor.accounts.models import Learner
from assessor.database import Base, new_id
from assessor.hosting import scopes


def digest(secret: str) -> str:
    """What is kept of a secret, a code or a token: each has 256 random bits, so a plain hash says nothing of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Application(Base):
    """Software of somebody else that registered itself (RFC 7591). Nobody vouches for what it says of itself.

    Its methods are those that Authlib asks a client for; the standard knows confidential clients only.
    """

    __tablename__ = "application"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret_digest: Mapped[str]
    name: Mapped[str]
    uri: Mapped[str]
    policy_uri: Mapped[str]
    terms_uri: Mapped[str]
    redirect_uris: Mapped[list[Any]]
    scopes: Mapped[list[Any]]  # those it may ask for
    may_refresh: Mapped[bool]
    registered_at: Mapped[datetime]
    permitted_until: Mapped[datetime] = mapped_column(index=True)  # its last code's or token's end; or registered_at

    @property
    def host(self) -> str:
        """The host, with its port, that all addresses of this application have in common."""
        return urlsplit(self.uri).netloc

    def get_default_redirect_uri(self) -> None:
        """There is none: Open Badges 3.0 wants the address in every request."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Those scopes of a request that this application registered; None = there is none."""
        return " ".join(scopes.known(scope, self.scopes)) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether this is, to the letter, an address that was registered."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is the secret that was handed out at the registration."""
        return hmac.compare_digest(self.secret_digest, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Applications prove themselves with HTTP Basic (Open Badges 3.0, section 7.1.1.2)."""
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are handed out through the browser."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes always; refresh tokens where the registration asked for them."""
        return grant_type == "authorization_code" or (grant_type == "refresh_token" and self.may_refresh)


class Permission(Base):
    """What one learner lets one application do. Ending it deletes the row, and codes and tokens with it."""

    __tablename__ = "permission"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        UniqueConstraint("organisation_id", "learner_id", "application_id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    learner_id: Mapped[uuid.UUID]
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[list[Any]]
    profile: Mapped[dict[str, Any] | None]  # what this application left in the profile; None: nothing
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)  # when the last code or token that belongs to it ends
    application: Mapped[Application] = relationship()
    learner: Mapped[Learner] = relationship()


class AuthorizationCode(Base):
    """What the browser carries to the application once, bound to the address and the proof key of the request."""

    __tablename__ = "authorization_code"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "permission_id"], ["permission.organisation_id", "permission.id"], ondelete="CASCADE"
        ),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID]
    permission_id: Mapped[uuid.UUID] = mapped_column(index=True)
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]  # kept until it expires, so that a second use is noticed
    permission: Mapped[Permission] = relationship()

    @property
    def code_challenge_method(self) -> str:
        """How the proof key was hashed: SHA-256, there is no other."""
        return "S256"

    def get_redirect_uri(self) -> str:
        """The address that the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What the learner agreed to."""
        return " ".join(self.permission.scopes)


class Token(Base):
    """What an application shows: an access token with each request, a refresh token once for the next two."""

    __tablename__ = "token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "permission_id"], ["permission.organisation_id", "permission.id"], ondelete="CASCADE"
        ),
        CheckConstraint("kind IN ('access', 'refresh')", name="kind"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID]
    permission_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[str]
    scopes: Mapped[list[Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]  # of a refresh token; kept until it expires, so that a second use is noticed
    permission: Mapped[Permission] = relationship()

    def check_client(self, client: Application) -> bool:
        """Whether it was given to this application."""
        return self.permission.application_id == client.id

    def get_scope(self) -> str:
        """What it opens."""
        return " ".join(self.scopes)


class HeldCredential(Base):
    """A badge from elsewhere that an application brought: exactly these bytes leave again."""

    __tablename__ = "held_credential"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        CheckConstraint("form IN ('json', 'jwt')", name="form"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    learner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 over the issuer's id and the badge's
    form: Mapped[str]
    body: Mapped[bytes]
    valid_from: Mapped[datetime]
    result: Mapped[int]  # of the check when it came, a number of `openbadges.checks.Result`
    received_at: Mapped[datetime]
