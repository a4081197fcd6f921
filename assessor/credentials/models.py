"""Achievements, awards, signed credentials, keys and status lists."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessor.database import Base, new_id

_ACTIVE = text("state = 'active'")


class SigningKey(Base):
    """A key pair. Its private half is sealed with the passphrase of this installation, or never left its token.

    ``created``: nobody else knows it. ``published``: verifiers know it, and it does not sign yet. ``active``: it signs.
    ``retired``: it signs no more. ``destroyed``: its private half is gone. In all these, what it signed stays genuine,
    but not in ``compromised``: somebody else may sign with it.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("use IN ('badge', 'jwt', 'certificate', 'status', 'seal', 'root')", name="use"),
        CheckConstraint(
            "state IN ('created', 'published', 'active', 'retired', 'compromised', 'destroyed')", name="state"
        ),
        # one key signs for a use, whatever two processes do at once
        Index("ix_signing_key_active_use", "use", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    public_key: Mapped[bytes]
    sealed_key: Mapped[bytes | None]  # PKCS #8, encrypted; None: it is in a token, or destroyed
    token_object: Mapped[str | None]  # the id of the key in its token, in hex; None: it is in no token
    certificates: Mapped[bytes | None]  # of a seal: its certificate and those above it, PEM
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
    compromised_since: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]  # when we were told that it is compromised
    speaks_from: Mapped[datetime | None]  # it signs again what a stolen key signed since then; None: created_at


class Achievement(Base):
    """A badge template as loaded. What it promises never changes once an award names its code."""

    __tablename__ = "achievement"

    code: Mapped[str] = mapped_column(primary_key=True)
    folder: Mapped[str]
    digest: Mapped[str]
    achievement_json: Mapped[bytes]
    certificate_toml: Mapped[bytes]
    pictures: Mapped[dict[str, Any]]  # band word, such as "basic", and "badge" → SVG text
    loaded_at: Mapped[datetime]


class StatusList(Base):
    """Two Bitstring Status Lists over the same places: what is withdrawn (``bits``), and what is on hold.

    One bit an index, most significant first.
    """

    __tablename__ = "status_list"

    number: Mapped[int] = mapped_column(primary_key=True)
    bits: Mapped[bytes]
    suspended: Mapped[bytes | None]  # None: nothing was ever on hold
    decoy_secret: Mapped[bytes | None]  # tells which places are decoys; None: begun before lists had them
    begun_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_json: Mapped[bytes | None]
    signed_jwt: Mapped[bytes | None]
    suspension_json: Mapped[bytes | None]
    suspension_jwt: Mapped[bytes | None]


class Award(Base):
    """The decision to issue: everything that the badge and the paper will say, fixed in one row."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("status_list", "status_index"),
        UniqueConstraint("number"),
        UniqueConstraint("organisation_id", "source"),
        CheckConstraint("level BETWEEN 1 AND 8", name="level"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id, index=True)  # addresses name it alone
    source: Mapped[str]  # what led to it, e.g. "sitting <id>": one award each
    learner_id: Mapped[uuid.UUID | None] = mapped_column(index=True)  # whose it is; None: nobody with a card
    first_award: Mapped[uuid.UUID | None] = mapped_column(index=True)  # of a replacement: whose address it keeps
    replaced_by: Mapped[uuid.UUID | None]  # the award that took its place, in the same transaction
    number: Mapped[bytes]  # 8 random bytes, the certificate number
    achievement_code: Mapped[str] = mapped_column(ForeignKey("achievement.code"))
    holder_name: Mapped[str]
    second_name: Mapped[str | None]
    named_in_badge: Mapped[bool] = mapped_column(server_default=false())  # the holder agreed; else a salted hash
    title: Mapped[str | None]  # as printed and signed; empty when the QR code had no room for it
    language: Mapped[str]  # of the certificate's words
    level: Mapped[int]
    area_scores: Mapped[list[Any]]  # one for each area of the achievement, in its order: 0–100, or 255
    results: Mapped[dict[str, Any]]  # competence code → {mean, low, high, items}
    conditions: Mapped[dict[str, Any]]
    issuer_name: Mapped[str]  # the issuer, its project and its public address as they were then:
    project: Mapped[str]  # badge, paper and QR code name them so for ever
    public_url: Mapped[str]
    issuer_details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # its email, description, image
    assessed_by: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # profile of the organisation; or empty
    status_list: Mapped[int] = mapped_column(ForeignKey("status_list.number"))
    status_index: Mapped[int]
    awarded_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    awarded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(index=True)
    revoked_reason: Mapped[str | None]
    suspended_at: Mapped[datetime | None]  # None: not on hold

    @property
    def credential_id(self) -> uuid.UUID:
        """What the address of the badge ends with; a replacement has that of the first."""
        return self.first_award or self.id


class AwardEvent(Base):
    """What happened to an award after it was given: who did it, when, and for which class of reason.

    Rows are only ever added. Nothing here tells more than a class: no name, no text of anybody.
    """

    __tablename__ = "award_event"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "award_id"], ["award.organisation_id", "award.id"]),
        CheckConstraint("kind IN ('withdrawn', 'replaced', 'suspended', 'reinstated')", name="kind"),
        Index("ix_award_event_award", "organisation_id", "award_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID]
    award_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    reason: Mapped[str | None]  # a class of reason; None: the kind says it all
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: on the command line
    at: Mapped[datetime]


class Credential(Base):
    """The signed badge of an award: exactly these bytes are served, for ever."""

    __tablename__ = "credential"
    __table_args__ = (ForeignKeyConstraint(["organisation_id", "award_id"], ["award.organisation_id", "award.id"]),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    award_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    body: Mapped[bytes]  # Open Badges 3.0 JSON with its proof
    summary: Mapped[bytes]  # COSE_Sign1 of the QR code
    png: Mapped[bytes]
    svg: Mapped[bytes]
    signed_at: Mapped[datetime]
    award: Mapped[Award] = relationship()


class Endorsement(Base):
    """What a partner signed in favour of this issuer, an organisation or an achievement; checked before it is kept."""

    __tablename__ = "endorsement"
    __table_args__ = (
        UniqueConstraint("credential"),
        CheckConstraint("form IN ('json', 'jwt')", name="form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    credential: Mapped[str]  # its own id
    about: Mapped[str] = mapped_column(index=True)  # the id of what it endorses
    endorser: Mapped[str]  # DID
    endorser_name: Mapped[str]
    endorser_document: Mapped[dict[str, Any]]  # the DID document whose key signed it
    comment: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    form: Mapped[str]
    body: Mapped[bytes]  # exactly as it was signed
    added_at: Mapped[datetime]


class HostedCopy(Base):
    """A holder took the badge along in Open Badges 2.0, so its address answers. Without this row it does not."""

    __tablename__ = "hosted_copy"
    __table_args__ = (ForeignKeyConstraint(["organisation_id", "award_id"], ["award.organisation_id", "award.id"]),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    award_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    recipient_kind: Mapped[str]  # how the file names its holder: name, e-mail, id
    recipient_hash: Mapped[str]  # the plain value of an e-mail address is kept nowhere
    recipient_salt: Mapped[str]
    hosted_at: Mapped[datetime]
    award: Mapped[Award] = relationship()


class IssuedList(Base):
    """After the theft of a certificate key: what was issued in its term, as the leaves of `certificates.merkle`."""

    __tablename__ = "issued_list"

    kid: Mapped[str] = mapped_column(ForeignKey("signing_key.kid"), primary_key=True)
    root: Mapped[bytes]
    count: Mapped[int]
    leaves: Mapped[bytes]
    made_at: Mapped[datetime]


class TrustedIssuer(Base):
    """A partner whose certificates our page knows: named by the bundle that the partner published, and its root key.

    Stays when it is removed, so that an older bundle of it is never taken again.
    """

    __tablename__ = "trusted_issuer"
    __table_args__ = (UniqueConstraint("place"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]  # under which address its files are mirrored here
    root: Mapped[bytes]
    version: Mapped[int] = mapped_column(BigInteger)  # of the bundle
    bundle: Mapped[bytes]  # exactly as its root key signed it
    url: Mapped[str | None]  # where newer ones are looked for; None: they are handed over
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # None: trusted


class MirroredDocument(Base):
    """A file that a partner signed, served from here as it is, so that no visitor of ours asks another host."""

    __tablename__ = "mirrored_document"

    place: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # catalogue, withdrawals, issued/<key>, status/<number>.jwt …
    body: Mapped[bytes]
    dated: Mapped[datetime]  # when its signer made it: an older one never takes its place
    fetched_at: Mapped[datetime]


class AdoptedBundle(Base):
    """The bundle that a root key elsewhere signed, served instead of our own. One row, or none."""

    __tablename__ = "adopted_bundle"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    root: Mapped[bytes]
    version: Mapped[int] = mapped_column(BigInteger)
    bundle: Mapped[bytes]
    adopted_at: Mapped[datetime]


class PrintOrder(Base):
    """Certificates to be drawn into files by the worker, for staff to take; the files are gone after some days."""

    __tablename__ = "print_order"
    __table_args__ = (CheckConstraint("form IN ('pdf', 'zip')", name="form"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    form: Mapped[str]
    asked_for: Mapped[dict[str, Any]]  # badge, group, since, until: what was chosen, in words
    count: Mapped[int]
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: on the command line
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]  # all files are there
    deleted_at: Mapped[datetime | None]  # its files
    taken: Mapped[list[Any]]  # every taking of a file: by whom, when, which


class PrintChunk(Base):
    """Some certificates of an order, drawn in one go."""

    __tablename__ = "print_chunk"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "order_id"], ["print_order.organisation_id", "print_order.id"], ondelete="CASCADE"
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    awards: Mapped[list[Any]]  # their ids, in order
    left_out: Mapped[dict[str, Any]]  # number of an award that was not drawn → why
    drawn_at: Mapped[datetime | None]
