"""Links that a holder shares, and badges on their way into a wallet."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column

from assessor.database import Base, new_id
from assessor.wallets.choice import Choice


class Share(Base):
    """A link with which others see what its holder chose of a certificate, until the holder ends it.

    It belongs to the address of the badge, so that after a replacement it shows the new one. Of its secret only a
    digest is kept, see `derived`.
    """

    __tablename__ = "share"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "credential_id"], ["award.organisation_id", "award.id"]),
        UniqueConstraint("secret_digest"),
        CheckConstraint("kind IN ('link', 'linkedin')", name="kind"),
        Index(None, "organisation_id", "credential_id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    credential_id: Mapped[uuid.UUID]  # `Award.credential_id`, which is also the id of the first award
    kind: Mapped[str]
    secret_digest: Mapped[str]
    shows: Mapped[Choice] = composite(
        mapped_column("shows_name"),
        mapped_column("shows_level"),
        mapped_column("shows_areas"),
        mapped_column("shows_conditions"),
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Offer(Base):
    """One chance for a wallet to collect a badge (OpenID4VCI 1.0, pre-authorised code), for a few minutes.

    ``asks_digits``: the wallet's owner types digits that our page shows. ``misses``: wrong digits so far; too many set
    ``ended_at``.
    ``redeemed_at``: the code was exchanged for the token; from then on ``expires_at`` is the token's end.
    """

    __tablename__ = "wallet_offer"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "award_id"], ["award.organisation_id", "award.id"]),
        UniqueConstraint("address_digest"),
        UniqueConstraint("code_digest"),
        UniqueConstraint("token_digest"),
        Index(None, "organisation_id", "award_id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[uuid.UUID]
    address_digest: Mapped[str]
    code_digest: Mapped[str]
    asks_digits: Mapped[bool]
    misses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    redeemed_at: Mapped[datetime | None]
    token_digest: Mapped[str | None]


class WalletCopy(Base):
    """A badge as a wallet got it, bound to its holder's key, kept for minutes: a repeated request gets it again."""

    __tablename__ = "wallet_copy"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "offer_id"], ["wallet_offer.organisation_id", "wallet_offer.id"]),
        CheckConstraint("format IN ('ldp_vc', 'jwt_vc_json')", name="format"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)  # one each: a repeated request gets the same answer
    holder: Mapped[str]  # did:key or did:jwk
    body: Mapped[bytes]
    signed_at: Mapped[datetime]


class UsedNonce(Base):
    """A challenge that a proof answered already, kept until it would be too old anyway."""

    __tablename__ = "used_nonce"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
