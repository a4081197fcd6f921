"""The seal of the PDFs, where the issuer has one: a key with a certificate of X.509, kept like the other keys.

What proves a certificate is the signed badge inside; the seal is for those who look at files in a PDF reader. So no
paper ever waits for it: a seal that ended or cannot be opened is left out, and the log says so.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assessor.certificates import cose
from assessor.certificates.seal import Seal
from assessor.config import BadSetting, KeySecrets, Settings, key_passphrase
from assessor.credentials import signers
from assessor.credentials.models import Award, SigningKey
from assessor.errors import Invalid
from assessor.jobs import enqueue, job
from assessor.openbadges.rsa import RsaSigner

USE = "seal"
END = "end seal"
MAX_BYTES = 1 << 20  # of a file with key and certificates
MAX_CHAIN = 8
MIN_BITS, MAX_BITS = 2048, 8192
OWN_YEARS = 5
#: So long before a certificate ends, the operator is told.
SOON = timedelta(days=60)

_log = structlog.get_logger("assessor.credentials")


class SealNotUsable(Invalid):
    """A file with key and certificate cannot become the seal; the message says why and what to do."""


def install(session: Session, file: bytes, password: str, secrets: KeySecrets, now: datetime) -> SigningKey:
    """Seal with the key and certificate of a PKCS #12 file from now on. Raises `SealNotUsable`."""
    if len(file) > MAX_BYTES:
        raise SealNotUsable("This file is larger than 1 MB. A key with its certificates is far smaller.")
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(file, password.encode() or None)
    except ValueError as error:
        raise SealNotUsable("This is no PKCS #12 file, or the password is not right.") from error
    if not isinstance(private, rsa.RSAPrivateKey) or not MIN_BITS <= private.key_size <= MAX_BITS:
        raise SealNotUsable("A seal needs an RSA key of 2048 to 8192 bits: PDF readers know nothing else for sure.")
    if certificate is None or certificate.public_key() != private.public_key():
        raise SealNotUsable("The file has no certificate for its key. Export both together.")
    if len(others) > MAX_CHAIN:
        raise SealNotUsable("The file has more than %(most)s certificates beside its own.", most=MAX_CHAIN)
    return _keep(session, private, [certificate, *others], secrets, now)


def make_own(session: Session, name: str, country: str, secrets: KeySecrets, now: datetime) -> SigningKey:
    """Seal with a new key whose certificate nobody else signed: whole files are told, the issuer only claimed."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=signers.RSA_BITS)
    try:
        ours = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
    except ValueError as error:
        raise SealNotUsable("The name has 1 to 64 characters, and the country of the installation two.") from error
    whole = now.replace(microsecond=0)
    built = (
        x509.CertificateBuilder(ours, ours, private.public_key(), x509.random_serial_number())
        .not_valid_before(whole)
        .not_valid_after(whole + timedelta(days=365 * OWN_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(_FOR_DOCUMENTS, critical=True)
    )
    return _keep(session, private, [built.sign(private, hashes.SHA256())], secrets, now)


def remove(session: Session, now: datetime) -> bool:
    """Seal no more, and wipe the key. False when there was no seal. Sealed files stay as they are."""
    key = session.scalar(_active().with_for_update().execution_options(populate_existing=True))
    if key is None:
        return False
    key.state, key.retired_at, key.destroyed_at = "destroyed", now.replace(microsecond=0), now.replace(microsecond=0)
    signers.destroy(key, "")
    _opened.cache_clear()
    session.flush()
    return True


def seal_of(session: Session, award: Award, settings: Settings) -> Seal | None:
    """What seals the paper of this award; None without a seal, or where it cannot be used."""
    key = session.scalar(_active())
    if key is None or key.certificates is None or key.sealed_key is None:
        return None
    if award.awarded_at > ends(key):
        _log.warning("no seal", reason="its certificate ended", kid=key.kid)
        return None
    if not is_packed():
        _log.error("no seal", reason="pyHanko is not installed (the extra seal)", kid=key.kid)
        return None
    try:
        return _opened(key.kid, key.sealed_key, key.public_key, key.certificates, key_passphrase(settings))
    except (signers.KeyNotOpened, BadSetting) as error:
        _log.error("no seal", reason=str(error), kid=key.kid)
        return None


def newest(session: Session) -> SigningKey | None:
    """The key of the seal that was put in last, whatever became of it."""
    return session.scalar(
        select(SigningKey)
        .where(SigningKey.use == USE)
        .order_by(SigningKey.activated_at.desc(), SigningKey.kid)
        .limit(1)
    )


def ends(key: SigningKey) -> datetime:
    """When the certificate of a seal ends."""
    return _certificates(key.certificates or b"")[0].not_valid_after_utc


def subject(key: SigningKey) -> str:
    """Whom the certificate of a seal names."""
    return _certificates(key.certificates or b"")[0].subject.rfc4514_string()


def is_packed() -> bool:
    """Whether the extra that packs seals is installed."""
    return find_spec("pyhanko") is not None


@job(END)
def end_job(session: Session, payload: dict[str, Any], _settings: Settings, now: datetime) -> None:
    """Its certificate ended: papers are drawn without a seal from now on."""
    key = session.get_one(SigningKey, payload["kid"])
    if key.state == "active" and ends(key) <= now:
        key.state, key.retired_at = "retired", now.replace(microsecond=0)
        _log.warning("seal ended", kid=key.kid, next_step="assessor keys seal FILE.p12")


_FOR_DOCUMENTS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _active() -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.use == USE, SigningKey.state == "active")


def _keep(
    session: Session, private: rsa.RSAPrivateKey, chain: list[x509.Certificate], secrets: KeySecrets, now: datetime
) -> SigningKey:
    first = chain[0]
    if not first.not_valid_before_utc <= now < first.not_valid_after_utc:
        raise SealNotUsable(
            "This certificate counts from %(since)s to %(until)s, so not today.",
            since=f"{first.not_valid_before_utc:%Y-%m-%d}",
            until=f"{first.not_valid_after_utc:%Y-%m-%d}",
        )
    if not is_packed():
        raise SealNotUsable("Seals need pyHanko, which is not installed: the extra seal of this program.")
    remove(session, now)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid, moment = cose.key_id(public).hex(), now.replace(microsecond=0)
    key = session.get(SigningKey, kid) or SigningKey(kid=kid, use=USE, public_key=public, created_at=moment)
    key.state, key.published_at, key.activated_at = "active", moment, moment
    key.retired_at = key.destroyed_at = None
    key.sealed_key = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secrets.passphrase.encode())
    )
    key.certificates = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    session.add(key)
    session.flush()
    until = first.not_valid_after_utc
    enqueue(session, END, f"{kid} {until:%Y-%m-%dT%H:%M:%SZ}", {"kid": kid}, until)
    return key


@lru_cache(maxsize=4)
def _opened(kid: str, sealed_key: bytes, public_key: bytes, certificates: bytes, passphrase: str) -> Seal:
    """The seal with its key loaded: opening takes longer than a hundred signatures."""
    row = SigningKey(kid=kid, sealed_key=sealed_key, public_key=public_key)
    signer = signers.open_key(row, passphrase)
    if not isinstance(signer, RsaSigner):
        raise signers.KeyNotOpened("The key %(kid)s of the seal is no RSA key.", kid=kid)
    own, *others = _certificates(certificates)
    return Seal(
        own.public_bytes(Encoding.DER),
        tuple(one.public_bytes(Encoding.DER) for one in others),
        own.not_valid_before_utc.astimezone(UTC),
        signer.sign,
    )


@lru_cache(maxsize=4)
def _certificates(pem: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem)
