"""What the checking page loads: signed files, ours and those of partners, all from this host."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import merkle, signed_data
from assessor.config import Settings
from assessor.credentials import foreign, issuer, issuing, keys, mirroring, publishing, resigning
from assessor.credentials.models import MirroredDocument
from assessor.database import now
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE, Browser
from tests.partner import HOST, ID, Partner, serving

Sessions = sessionmaker[Session]
PLACE = foreign.place_of(ID)


@pytest.fixture
def partner(sessions: Sessions, settings: Settings) -> Partner:
    """A partner that is trusted and mirrored."""
    known = Partner(dated=now().replace(microsecond=0), issued=(b"a payload",))
    with sessions.begin() as session:
        offered = foreign.read(known.bundle, known.root.public_key)
        foreign.add(session, offered, publishing.own_issuer(session, settings), now())
    assert mirroring.refresh(sessions, settings, now(), serving(known.files)) == []
    return known


def test_the_list_of_what_was_issued_is_served_as_the_bundle_names_it(
    client: Browser, sessions: Sessions, settings: Settings
) -> None:
    with sessions.begin() as session:
        award = factories.award(session, settings)
        session.add(issuing.sign(session, award, settings, NOW))
        kid = keys.signer(session, "certificate", PASSPHRASE).kid
        resigning.report_stolen(session, kid, NOW, settings, now())
        root = publishing.root_key(session)

    answer = client.get(f"/c/trust/issued/{kid}")

    bundle = signed_data.read_bundle(client.get("/c/trust/bundle").data, root)
    [named] = [key.issued for key in bundle.issuers[0].keys if key.kid.hex() == kid]
    assert named is not None
    assert named.url.endswith(f"/c/trust/issued/{kid}")
    assert len(merkle.read_list(answer.data, named.root, named.count)) == 1
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/octet-stream", "no-cache")
    assert answer.headers["ETag"] == f'"{named.root.hex()}"'
    again = client.get(f"/c/trust/issued/{kid}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("kid", ["0" * 16, "x", "..%2f..%2fassessor.db"])
def test_keys_that_were_not_stolen_have_no_list(kid: str, client: Browser) -> None:
    assert client.get(f"/c/trust/issued/{kid}").status_code == 404


def test_the_files_of_a_partner_are_served_byte_for_byte_with_their_time(client: Browser, partner: Partner) -> None:
    files = {
        "catalogue": "c/trust/catalogue",
        "withdrawals": "c/trust/withdrawals",
        f"issued/{partner.issuer.keys[0].kid.hex()}": f"c/trust/issued/{partner.issuer.keys[0].kid.hex()}",
    }
    for name, path in files.items():
        answer = client.get(f"/c/trust/{PLACE}/{name}")
        assert answer.data == partner.files[f"{HOST}/{path}"]
        assert abs(int(answer.headers["X-Kept"]) - now().timestamp()) < 60
    for name in ("3.jwt", "3-suspension.jwt"):
        listed = client.get(f"/c/trust/{PLACE}/status/{name}")
        assert (listed.status_code, listed.mimetype) == (200, "application/vc+jwt")


@pytest.mark.parametrize(
    "name", ["bundle", "status/4.jwt", "status/3", "../../../assessor.db", "%2e%2e/secret_key", "issued/", "catalogue/"]
)
def test_nothing_else_is_served_there(name: str, client: Browser, partner: Partner) -> None:
    assert partner.issuer.id == ID
    assert client.get(f"/c/trust/{PLACE}/{name}").status_code == 404


@pytest.mark.parametrize("place", ["0" * 16, PLACE.upper(), "x" * 16])
def test_nobody_else_is_mirrored(place: str, client: Browser, partner: Partner) -> None:
    assert partner.issuer.id == ID
    assert client.get(f"/c/trust/{place}/catalogue").status_code == 404


def test_the_text_of_a_partners_code_is_checked_on_the_page_for_badges(client: Browser, partner: Partner) -> None:
    genuine = Partner(dated=partner.dated)
    client.get("/verify")

    page = client.submit("/verify", {"text": partner.text()})

    assert genuine.issuer.keys[0].issued is None
    assert "not among what the issuer signed with it" in page.text


def test_a_partners_certificate_is_genuine_there_and_ours_behind_its_address_is_not(
    client: Browser, sessions: Sessions, settings: Settings
) -> None:
    known = Partner(dated=now().replace(microsecond=0))
    with sessions.begin() as session:
        offered = foreign.read(known.bundle, known.root.public_key)
        foreign.add(session, offered, publishing.own_issuer(session, settings), now())
    mirroring.refresh(sessions, settings, now(), serving(known.files))
    client.get("/verify")

    page = client.submit("/verify", {"text": known.text()})
    elsewhere = client.submit("/verify", {"text": known.text().replace(HOST, "https://eve.example")})

    assert 'data-result="1"' in page.text
    assert 'data-result="8"' in elsewhere.text


def test_before_a_mirror_is_there_the_answer_is_neither_yes_nor_no(
    client: Browser, sessions: Sessions, partner: Partner
) -> None:
    with sessions.begin() as session:
        session.execute(delete(MirroredDocument))
    client.get("/verify")

    page = client.submit("/verify", {"text": partner.text()})

    assert 'data-result="6"' in page.text


def test_the_page_knows_who_serves_it(client: Browser, settings: Settings) -> None:
    assert f'data-issuer="{issuer.did(settings)}"' in client.get("/c").text.replace("&#34;", '"')


def test_a_mirrored_file_says_when_it_was_had_also_when_it_has_not_changed(
    client: Browser, sessions: Sessions, settings: Settings, partner: Partner
) -> None:
    before = client.get(f"/c/trust/{PLACE}/catalogue")
    later = now() + timedelta(hours=3)
    mirroring.refresh(sessions, settings, later, serving(partner.files))

    answer = client.get(f"/c/trust/{PLACE}/catalogue", headers={"If-None-Match": before.headers["ETag"]})

    assert answer.status_code == 304
    assert int(answer.headers["X-Kept"]) == int(later.timestamp())
