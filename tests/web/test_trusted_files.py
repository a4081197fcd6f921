"""What the checking page loads: signed files, ours and those of partners, all from this host."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import merkle, signed_data
from assessor.config import Settings
from assessor.credentials import foreign, issuer, issuing, kept, keys, mirroring, publishing, resigning
from assessor.credentials.models import IssuedList, MirroredDocument
from assessor.database import now
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE, Browser
from tests.partner import HOST, ID, Partner, believed, serving

Sessions = sessionmaker[Session]
PLACE = foreign.place_of(ID)


@pytest.fixture
def partner(sessions: Sessions, settings: Settings) -> Partner:
    """A partner that is trusted and mirrored."""
    known = Partner(dated=now().replace(microsecond=0), issued=(b"a payload",))
    believed(known, sessions, settings)
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


@pytest.fixture
def kid(sessions: Sessions, settings: Settings) -> str:
    """The key of a certificate, stolen; its list is three leaves long."""
    with sessions.begin() as session:
        known: str = keys.signer(session, "certificate", PASSPHRASE).kid
        resigning.report_stolen(session, known, NOW, settings, now())
    listed(sessions, known, 3)
    return known


def listed(sessions: Sessions, kid: str, count: int) -> merkle.IssuedList:
    """Make the list of a key so many leaves long."""
    made = merkle.IssuedList.of([merkle.leaf(bytes([place])) for place in range(count)])
    with sessions.begin() as session:
        row = session.get_one(IssuedList, kid)
        row.root, row.count, row.leaves = made.root, len(made), made.leaves
    return made


def taken_from_the_database(sessions: Sessions, kid: str) -> None:
    """Leave the list without its leaves: who reads them there gets nothing."""
    with sessions.begin() as session:
        session.get_one(IssuedList, kid).leaves = b""


def test_a_list_is_read_from_the_database_once_and_then_from_the_disk(
    client: Browser, sessions: Sessions, settings: Settings, kid: str
) -> None:
    first = client.get(f"/c/trust/issued/{kid}")
    taken_from_the_database(sessions, kid)

    again = client.get(f"/c/trust/issued/{kid}")
    with sessions() as session:
        kept.keep_everything(session, settings, now())

    afterwards = client.get(f"/c/trust/issued/{kid}")
    assert len(first.data) == 3 * 32
    assert first.data == again.data == afterwards.data
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Content-Security-Policy"):
        assert first.headers[name] == again.headers[name], name
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"/c/trust/issued/{kid}", headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_the_worker_puts_a_list_on_the_disk_before_anybody_asks(
    client: Browser, sessions: Sessions, settings: Settings, kid: str
) -> None:
    with sessions() as session:
        kept.keep_everything(session, settings, now())
    taken_from_the_database(sessions, kid)

    assert len(client.get(f"/c/trust/issued/{kid}").data) == 3 * 32


def test_a_list_that_has_grown_is_given_in_place_of_the_older_one(
    client: Browser, sessions: Sessions, settings: Settings, kid: str
) -> None:
    before = client.get(f"/c/trust/issued/{kid}")
    grown = listed(sessions, kid, 4)

    after = client.get(f"/c/trust/issued/{kid}", headers={"If-None-Match": before.headers["ETag"]})

    assert (after.status_code, after.data) == (200, grown.leaves)
    assert after.headers["ETag"] == f'"{grown.root.hex()}"'
    folder = settings.instance / kept.FOLDER
    assert (folder / kept.leaves_name(kid, grown.root)).read_bytes() == grown.leaves


def test_leaves_of_another_root_are_never_kept_under_the_name_of_this_one(
    sessions: Sessions, settings: Settings, kid: str
) -> None:
    older = listed(sessions, kid, 3).root
    listed(sessions, kid, 4)

    with sessions() as session, pytest.raises(kept.NothingKept):
        kept.leaves(session, settings, kid, older)

    assert not (settings.instance / kept.FOLDER / kept.leaves_name(kid, older)).exists()


def test_a_list_is_given_also_when_the_disk_takes_nothing(
    client: Browser, sessions: Sessions, kid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _body: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "_write", full)
    made = listed(sessions, kid, 3)

    answer = client.get(f"/c/trust/issued/{kid}")

    assert (answer.status_code, answer.data) == (200, made.leaves)
    assert answer.headers["ETag"] == f'"{made.root.hex()}"'


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
    known = believed(Partner(dated=now().replace(microsecond=0)), sessions, settings)
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
