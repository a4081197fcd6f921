"""The seal of an installation: put in, used on every paper, shown with the keys, ended, taken away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from assessor import jobs
from assessor.certificates.attachment import PdfAltered, attached_credential
from assessor.config import KeySecrets, Settings
from assessor.credentials import issuer, issuing, keys, publishing, sealing
from assessor.credentials.models import SigningKey
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.factories import NOW, everything_in
from tests.fixtures import PASSPHRASE

pytest.importorskip("pyhanko", reason="pyHanko is not installed (the extra seal)")

SECRETS = KeySecrets(PASSPHRASE)
PASSWORD = "of the file"
SEAL = b"/ETSI.CAdES.detached"
YEAR = timedelta(days=365)


def p12(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, since: datetime = NOW - YEAR, until: datetime = NOW + YEAR
) -> bytes:
    """A file as authorities hand it out."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Open Door")])
    built = x509.CertificateBuilder(name, name, key.public_key(), 7, since, until)
    signed = built.sign(key, hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(b"seal", key, signed, None, BestAvailableEncryption(PASSWORD.encode()))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_papers_are_sealed_from_then_on_and_always_the_same(
    session: Session, settings: Settings, key: rsa.RSAPrivateKey
) -> None:
    award, credential = factories.signed_award(session, settings)
    before = issuing.export(session, award, "pdf", settings).content

    sealing.install(session, p12(key), PASSWORD, SECRETS, NOW)
    one, other = (issuing.export(session, award, "pdf", settings).content for _ in range(2))

    assert SEAL not in before
    assert SEAL in one
    assert one == other
    assert attached_credential(one) == credential.body


def test_a_sealed_pdf_is_genuine_where_badges_are_checked_and_an_altered_one_is_told(
    session: Session, settings: Settings, key: rsa.RSAPrivateKey
) -> None:
    award, _ = factories.signed_award(session, settings)
    sealing.install(session, p12(key), PASSWORD, SECRETS, NOW)
    pdf = issuing.export(session, award, "pdf", settings).content
    own = verifying.own_data(session, settings, NOW)
    trust = verifying.trust_of(own.did_document)

    assert verifying.verify_badge(pdf, trust, own.lists, NOW).verdict == "genuine"
    with pytest.raises(PdfAltered):
        attached_credential(pdf.replace(b"%%EOF", b"%%EOf"))


def test_the_key_is_kept_sealed_and_is_no_key_of_badges(
    session: Session, settings: Settings, key: rsa.RSAPrivateKey
) -> None:
    bundle, document = publishing.own_bundle(session, settings, NOW), issuer.document(session, settings)

    sealing.install(session, p12(key), PASSWORD, SECRETS, NOW)

    primes = key.private_numbers().p.to_bytes(128, "big")
    assert primes not in everything_in(session)
    assert issuer.document(session, settings) == document
    assert publishing.own_bundle(session, settings, NOW) == bundle


def test_a_second_seal_takes_the_place_of_the_first_and_the_first_may_come_back(
    session: Session, settings: Settings, key: rsa.RSAPrivateKey
) -> None:
    first = sealing.install(session, p12(key), PASSWORD, SECRETS, NOW).kid
    second = sealing.make_own(session, "Open Door", "MT", SECRETS, NOW + timedelta(hours=1))
    award, _ = factories.signed_award(session, settings)
    assert SEAL in issuing.export(session, award, "pdf", settings).content
    old = session.get_one(SigningKey, first)
    assert (old.state, old.sealed_key, second.state) == ("destroyed", None, "active")

    sealing.install(session, p12(key), PASSWORD, SECRETS, NOW + timedelta(hours=2))

    assert session.get_one(SigningKey, first).state == "active"
    assert session.get_one(SigningKey, second.kid).state == "destroyed"


def test_when_its_certificate_ends_papers_are_drawn_without_it_and_the_log_says_so(
    session: Session, sessions: sessionmaker[Session], settings: Settings, key: rsa.RSAPrivateKey
) -> None:
    award, _ = factories.signed_award(session, settings)
    made = sealing.install(session, p12(key), PASSWORD, SECRETS, NOW)
    session.commit()
    jobs.run_all(sessions, settings, NOW + YEAR - timedelta(hours=1))
    assert SEAL in issuing.export(session, award, "pdf", settings).content
    session.commit()

    with capture_logs() as logs:
        jobs.run_all(sessions, settings, NOW + YEAR)

    assert [log["kid"] for log in logs if log["event"] == "seal ended"] == [made.kid]
    session.expire_all()
    assert SEAL not in issuing.export(session, award, "pdf", settings).content


def test_a_seal_that_cannot_be_opened_keeps_nobody_from_a_paper(
    session: Session, settings: Settings, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    award, _ = factories.signed_award(session, settings)
    sealing.install(session, p12(key), PASSWORD, KeySecrets("another passphrase"), NOW)
    with capture_logs() as logs:
        assert SEAL not in issuing.export(session, award, "pdf", settings).content
    monkeypatch.setattr(sealing, "is_packed", lambda: False)
    with capture_logs() as more:
        assert SEAL not in issuing.export(session, award, "pdf", settings).content

    assert [log["event"] for log in logs + more] == ["no seal", "no seal"]


def test_files_that_cannot_be_a_seal_are_refused_in_words(
    session: Session, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, password, said in (
        (b"no file", PASSWORD, "no PKCS #12 file"),
        (p12(key), "wrong", "no PKCS #12 file"),
        (b" " * (sealing.MAX_BYTES + 1), "", "larger than 1 MB"),
        (p12(ec.generate_private_key(ec.SECP256R1())), PASSWORD, "RSA key"),
        (p12(key, until=NOW - timedelta(days=1)), PASSWORD, "not today"),
        (p12(key, since=NOW + timedelta(days=1)), PASSWORD, "not today"),
    ):
        with pytest.raises(sealing.SealNotUsable, match=said):
            sealing.install(session, file, password, SECRETS, NOW)
    with pytest.raises(sealing.SealNotUsable, match="64 characters"):
        sealing.make_own(session, "x" * 65, "MT", SECRETS, NOW)
    monkeypatch.setattr(sealing, "is_packed", lambda: False)
    with pytest.raises(sealing.SealNotUsable, match="pyHanko"):
        sealing.install(session, p12(key), PASSWORD, SECRETS, NOW)
    assert sealing.newest(session) is None


def test_the_commands_of_other_keys_do_not_change_it(session: Session, key: rsa.RSAPrivateKey) -> None:
    kid = sealing.install(session, p12(key), PASSWORD, SECRETS, NOW).kid

    with pytest.raises(keys.NotTheNextStep, match="keys seal --remove"):
        keys.retire(session, kid, PASSPHRASE, NOW)
    with pytest.raises(keys.NotTheNextStep, match="keys seal --remove"):
        keys.destroy(session, kid, PASSPHRASE, NOW)
    with pytest.raises(keys.NotTheNextStep, match="keys seal --remove"):
        keys.mark_compromised(session, kid, NOW, PASSPHRASE, NOW)


# The command


def test_the_command_puts_a_seal_in_shows_it_and_takes_it_away(
    run: Run, key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "seal.p12"
    file.write_bytes(p12(key, until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)))
    monkeypatch.setenv("ASSESSOR_SEAL_PASSPHRASE", PASSWORD)

    put_in = run("keys", "seal", file)

    assert (put_in.code, "CN=Open Door" in put_in.out) == (0, True), put_in.err
    listed = run("keys", "list")
    assert "CN=Open Door" in listed.out
    assert "ends on" in listed.err
    [row] = [row for row in run("keys", "list", "--json").document if row["use"] == "seal"]
    assert (row["state"], row["place"], "ends" in row) == ("active", "database", True)
    assert "Nothing is sealed" in run("keys", "seal", "--remove").out
    assert "no seal" in run("keys", "seal", "--remove").out
    assert run("keys", "list").err == ""


def test_the_command_makes_a_seal_of_its_own(run: Run) -> None:
    made = run("keys", "seal", "--self-signed", "--name", "Open Door, Malta")

    assert (made.code, "Open Door" in made.out) == (0, True), made.err


@pytest.mark.parametrize("words", [(), ("--self-signed", "--remove"), ("--remove", "--name", "x")])
def test_the_command_wants_one_thing(run: Run, words: tuple[str, ...]) -> None:
    assert run("keys", "seal", *words).code == 64
