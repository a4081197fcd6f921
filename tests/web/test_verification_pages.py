"""What an employer and a program can read of this issuer."""

import gzip
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.accounts import limits
from assessor.certificates import number as numbers
from assessor.certificates import signed_data, words
from assessor.certificates.status import read_status_list
from assessor.certificates.trust import Bundle, number_hash
from assessor.config import Settings
from assessor.credentials import awarding, issuing, keys, papers
from assessor.credentials.models import Award
from assessor.database import now
from assessor.openbadges.proof import check_proof, proofs_of
from assessor.openbadges.strict_json import read_json
from assessor.verification import languages, verifying
from assessor.verification.views.context import words_of
from tests import factories
from tests.fixtures import PASSPHRASE, Browser

Sessions = sessionmaker[Session]


@pytest.fixture
def award(sessions: Sessions, settings: Settings) -> Award:
    """A signed certificate."""
    with sessions.begin() as session:
        made = factories.award(session, settings, now())
        session.add(issuing.sign(session, made, settings, now()))
    return made


@pytest.fixture
def bundle(client: Browser, sessions: Sessions) -> Bundle:
    """The trust bundle as a verifier reads it, with the root key that it has pinned."""
    with sessions() as session:
        root = keys.signer(session, "root", PASSPHRASE).public_key
    return signed_data.read_bundle(client.get("/c/trust/bundle").data, root)


def check(client: Browser, typed: str, language: str = "en") -> str:
    """The page that answers a typed number."""
    answer = client.post("/c/number", data={"number": typed, "language": language})
    assert answer.status_code == 200
    return answer.text


def withdraw(sessions: Sessions, settings: Settings, award: Award, reason: str = "mistake") -> None:
    """The issuer takes it back."""
    with sessions.begin() as session:
        awarding.revoke(session, awarding.find(session, award.id), reason, settings, now())


def test_a_typed_number_shows_a_genuine_certificate(client: Browser, award: Award) -> None:
    page = check(client, numbers.written(award.number))

    assert 'data-result="1"' in page
    assert "Genuine" in page
    assert "Ada Lovelace" in page
    assert numbers.written(award.number) in page


def test_the_title_is_not_said_twice_in_the_language_of_the_certificate(
    client: Browser, sessions: Sessions, settings: Settings
) -> None:
    with sessions.begin() as session:
        greek = factories.award(session, settings, now(), language="el")
        session.add(issuing.sign(session, greek, settings, now()))
    printed, known = "Ψηφιακά πρώτα βήματα", "Ψηφιακές δεξιότητες: πρώτα βήματα"

    page, spanish = (check(client, numbers.written(greek.number), language) for language in ("el", "es"))

    assert printed in page
    assert known not in page
    assert printed in spanish
    assert '<p class="small" lang="es"><bdi>Competencias digitales: primeros pasos</bdi>' in spanish


def order(day: str, month: str) -> list[str]:
    """In which day, month and year stand in a text of the 27th of a month of 2031."""
    places = {"day": day.index("27"), "month": day.index(month), "year": day.index("2031")}
    return sorted(places, key=places.__getitem__)


@pytest.mark.parametrize("code", languages.BY_CODE)
def test_a_day_stands_on_the_screen_in_the_order_of_the_paper(code: str, app: Flask) -> None:
    words, drawn = words_of(code), app.jinja_env.get_template("verification/_parts.html").module

    for month in range(1, 13):
        day = datetime(2031, month, 27, tzinfo=UTC)
        on_paper, on_screen = papers.date_in_words(day, code), drawn.date(words, day)  # type: ignore[attr-defined]  # a macro
        longest = max(re.findall(r"[^\W\d_]+", on_paper), key=len)
        assert order(on_screen, words["months"][month - 1]) == order(on_paper, longest), on_paper


@pytest.mark.parametrize("change", [str.lower, lambda text: text.replace("-", " "), lambda text: f" {text} "])
def test_people_type_numbers_in_their_own_way(change: "type[str] | object", client: Browser, award: Award) -> None:
    assert callable(change)

    assert 'data-result="1"' in check(client, change(numbers.written(award.number)))


def test_a_withdrawn_certificate_shows_no_name_at_once(
    client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    withdraw(sessions, settings, award)

    page = check(client, numbers.written(award.number))

    assert 'data-result="3"' in page
    assert "Withdrawn" in page
    assert "Ada Lovelace" not in page
    assert numbers.written(award.number) in page


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("replaced", ["Ask the person for the new certificate and scan it.", "Or ask the issuer: "]),
        *((reason, ["Ask the issuer: "]) for reason in ("mistake", "request", "misuse")),
    ],
)
def test_a_new_certificate_is_asked_for_only_where_there_is_one(
    reason: str, asked: list[str], client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    withdraw(sessions, settings, award, reason)

    page = check(client, numbers.written(award.number))

    [steps] = re.findall(r'<ul class="todo">(.*?)</ul>', page, re.DOTALL)
    assert re.findall(r"<span>([^<]+)", steps) == asked


def test_an_unknown_number_is_not_found(client: Browser) -> None:
    page = check(client, numbers.written(numbers.draw(lambda size: bytes(size))))

    assert 'data-result="10"' in page
    assert "No certificate has this number." in page


@pytest.mark.parametrize("typed", ["", "1", "0M2RC-1M70Y-40FA", "<b>", "ABCDE" * 200, "\u202e\x00"])
def test_a_slip_in_typing_is_said_and_not_counted(typed: str, client: Browser, award: Award) -> None:
    for _ in range(limits.NUMBER.misses + 1):
        page = check(client, typed)

    assert "One sign of the number does not fit." in page
    assert "<b><" not in page
    assert 'data-result="1"' in check(client, numbers.written(award.number))


def test_who_guesses_numbers_is_stopped(client: Browser, award: Award) -> None:
    for at in range(limits.NUMBER.misses):
        check(client, numbers.written((37 * at).to_bytes(8, "big")))

    page = check(client, numbers.written(award.number))

    assert "Too many wrong numbers from here." in page
    assert "Ada Lovelace" not in page


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl"), ("xx", "ltr")])
def test_the_answer_is_in_the_language_of_the_reader(
    language: str, direction: str, client: Browser, award: Award
) -> None:
    page = check(client, numbers.written(award.number), language)

    assert f'dir="{direction}"' in page
    assert 'data-result="1"' in page


def test_a_name_is_never_read_as_code(client: Browser, sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        award = factories.award(session, settings, now(), name="<script>alert(1)</script> {issuer}*")
        session.add(issuing.sign(session, award, settings, now()))

    page = check(client, numbers.written(award.number))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {issuer}*" in page


def test_the_bundle_names_this_issuer_its_keys_and_its_addresses(bundle: Bundle, settings: Settings) -> None:
    [issuer] = bundle.issuers

    assert issuer.id == "did:web:localhost%3A8000"
    assert issuer.prefixes == (settings.verification_prefix,)
    assert {use for key in issuer.keys for use in key.uses} == {"certificate", "catalogue", "withdrawals", "status"}
    assert bundle.issued <= now() < bundle.expires


def test_catalogue_and_withdrawals_are_signed_by_the_issuer(
    client: Browser, bundle: Bundle, award: Award, sessions: Sessions, settings: Settings
) -> None:
    [issuer] = bundle.issuers
    withdraw(sessions, settings, award, "misuse")

    catalogue = signed_data.read_catalogue(client.get("/c/trust/catalogue").data, issuer)
    withdrawals = signed_data.read_withdrawals(client.get("/c/trust/withdrawals").data, issuer)

    assert set(catalogue.achievements[demo.ACHIEVEMENT]) == set(words.LANGUAGES)
    assert len(catalogue.achievements[demo.ACHIEVEMENT]["en"].tasks[3]) in (3, 4, 5)
    assert withdrawals.entries[number_hash(award.number)].reason == "misuse"


@pytest.mark.parametrize("name", ["bundle", "catalogue", "withdrawals"])
def test_signed_data_is_read_by_any_page(name: str, client: Browser) -> None:
    answer = client.get(f"/c/trust/{name}")

    assert answer.mimetype == "application/cose"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_did_document_lists_the_keys_of_badges_and_lists(client: Browser, sessions: Sessions) -> None:
    answer = client.get("/.well-known/did.json")

    assert answer.mimetype == "application/did+json"
    document = read_json(answer.data)
    assert document["id"] == "did:web:localhost%3A8000"
    kinds = sorted(method["type"] for method in document["verificationMethod"])
    assert kinds == ["JsonWebKey", "JsonWebKey", "Multikey", "Multikey"]  # tokens and lists; badges and lists
    assert "private" not in answer.text
    assert '"d"' not in answer.text
    with sessions() as session:
        assert keys.signer(session, "root", PASSPHRASE).public_key.hex() not in answer.text


def test_the_status_list_is_signed_by_a_key_of_the_did_document(client: Browser) -> None:
    listed = read_json(client.get("/status/1").data, max_bytes=1 << 20)
    [proof] = proofs_of(listed)
    trust = verifying.trust_of(read_json(client.get("/.well-known/did.json").data))
    [issuer] = trust.issuers.values()

    check_proof(listed, proof, issuer.keys[proof["verificationMethod"]])

    assert listed["id"] == "http://localhost:8000/status/1"
    encoded = listed["credentialSubject"]["encodedList"]
    padded = encoded[1:] + "=" * (-len(encoded[1:]) % 4)
    assert len(gzip.decompress(urlsafe_b64decode(padded))) * 8 == 131_072


def test_the_same_list_as_a_token_says_who_is_withdrawn(
    client: Browser, award: Award, bundle: Bundle, sessions: Sessions, settings: Settings
) -> None:
    withdraw(sessions, settings, award)
    answer = client.get("/status/1.jwt")
    known = [key.public_key for key in bundle.issuers[0].keys_for("status")]

    listed = read_status_list(answer.text, known, url=f"{settings.public_url}/status/1", purpose="revocation")

    assert answer.mimetype == "application/vc+jwt"
    assert listed.is_set(award.status_index)
    assert not listed.is_set((award.status_index + 1) % 131_072)


@pytest.mark.parametrize("address", ["/status/1", "/status/1.jwt"])
def test_a_list_that_has_not_changed_is_not_sent_again(
    address: str, client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    first = client.get(address)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=tag).status_code == 304

    withdraw(sessions, settings, award)

    changed = client.get(address, headers=tag)
    assert changed.status_code == 200
    assert changed.data != first.data


@pytest.mark.parametrize("address", ["/status/2", "/status/2.jwt", "/status/0", "/status/-1", "/status/99999999999"])
def test_a_list_that_does_not_exist_is_not_found(address: str, client: Browser) -> None:
    assert client.get(address).status_code == 404


def test_what_a_badge_is_for_is_a_page_and_a_document(client: Browser) -> None:
    page = client.get(f"/achievements/{demo.ACHIEVEMENT}", headers={"Accept": "text/html"})
    document = client.get(f"/achievements/{demo.ACHIEVEMENT}", headers={"Accept": "application/json"})
    picture = client.get(f"/achievements/{demo.ACHIEVEMENT}/badge.svg")

    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert document.get_json()["id"].endswith(f"/achievements/{demo.ACHIEVEMENT}")
    assert picture.mimetype == "image/svg+xml"
    assert client.get("/achievements/NO-SUCH-CODE").status_code == 404
