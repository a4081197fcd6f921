"""Who issues, who assesses, what can be earned: one address each, a page for people and data for programs."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.config import Settings
from assessor.credentials import endorsing, profiles
from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.strict_json import read_json
from tests import factories
from tests.factories import NOW
from tests.fixtures import Browser
from tests.integration.test_endorsing import (
    OUR_ACHIEVEMENT,
    OUR_ORGANISATION,
    OURSELVES,
    STATE,
    STATE_DOCUMENT,
    as_token,
    signed,
)

ISSUER, ORGANISATION = "/issuer", "/organisations/demo"
ACHIEVEMENT = f"/achievements/{demo.ACHIEVEMENT}"
PAGE = {"Accept": "text/html"}
ADDRESSES = (ISSUER, ORGANISATION, ACHIEVEMENT)
SUBJECTS = (OURSELVES, OUR_ORGANISATION, OUR_ACHIEVEMENT)
LINKED = "application/ld+json"


@pytest.fixture
def endorsed(sessions: sessionmaker[Session], settings: Settings) -> None:
    """The state endorses issuer, organisation and achievement, which says where it is."""
    with sessions.begin() as session:
        profiles.describe(factories.organisation(session), settings, {"url": "https://house.example"})
        for number, about in enumerate(SUBJECTS):
            endorsing.add(session, signed(about, number), STATE_DOCUMENT, settings, NOW)
            endorsing.add(session, as_token(about, 10 + number), STATE_DOCUMENT, settings, NOW)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", LINKED),
        ("", LINKED),
        ("text/html", "text/html"),
        ("application/json, text/plain, */*", "application/json"),
        (LINKED, LINKED),
        ("application/json", "application/json"),
        (f"text/html;q=0.5,{LINKED};q=0.9", LINKED),
        (f"{LINKED};q=0.4,text/html;q=0.6", "text/html"),
        ("application/json;q=0.9,application/ld+json;q=0.8", "application/json"),
        ('application/ld+json; profile="https://www.w3.org/ns/json-ld#compacted"', LINKED),
        ("image/png", LINKED),
    ],
)
def test_a_program_gets_data_and_a_person_a_page(client: Browser, address: str, accept: str, kind: str) -> None:
    answer = client.get(address, headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert "Accept" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("endorsed")
@pytest.mark.parametrize(("address", "id_"), list(zip(ADDRESSES, SUBJECTS, strict=True)))
def test_the_data_is_linked_data_with_its_endorsements(client: Browser, address: str, id_: str) -> None:
    answer = client.get(address, headers={"Accept": LINKED})

    document = read_json(answer.data)
    assert document["id"] == id_
    assert len(document["endorsement"]) == len(document["endorsementJwt"]) == 1
    assert canonical_form(document)  # no word without a meaning
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.usefixtures("endorsed")
@pytest.mark.parametrize("address", [ISSUER, ORGANISATION])
def test_a_profile_passes_the_official_schema(client: Browser, address: str, reference: Path) -> None:
    path = reference / "openbadges" / "schemas" / "ob_v3p0_profile_schema.json"
    official = jsonschema.Draft201909Validator(json.loads(path.read_bytes()))

    assert list(official.iter_errors(client.get(address, headers={"Accept": LINKED}).json)) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_data_that_did_not_change_is_not_sent_again(client: Browser, address: str) -> None:
    first = client.get(address, headers={"Accept": LINKED})

    again = client.get(address, headers={"Accept": LINKED, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    other = client.get(address, headers={"Accept": "application/json", "If-None-Match": first.headers["ETag"]})
    assert (other.status_code, other.mimetype) == (200, "application/json")


@pytest.mark.usefixtures("endorsed")
@pytest.mark.parametrize("address", ADDRESSES)
def test_people_read_who_supports_it(client: Browser, address: str) -> None:
    page = client.get(address, headers=PAGE).text

    assert "State Department of Education" in page
    assert "In good standing." in page
    assert STATE in page


def test_where_nobody_endorses_the_page_says_so(client: Browser) -> None:
    assert "No partner has signed for this yet." in client.get(ISSUER, headers=PAGE).text


@pytest.mark.usefixtures("endorsed")
def test_one_that_ended_is_shown_no_more(client: Browser, sessions: sessionmaker[Session], settings: Settings) -> None:
    with sessions.begin() as session:
        for kept in endorsing.everything(session):
            kept.valid_until = NOW - timedelta(days=1)

    assert settings.public_url
    assert "No partner has signed for this yet." in client.get(ISSUER, headers=PAGE).text
    assert "endorsement" not in read_json(client.get(ISSUER, headers={"Accept": LINKED}).data)


def test_the_pages_of_issuer_badge_and_organisation_lead_to_each_other(client: Browser, settings: Settings) -> None:
    page = client.get(ISSUER, headers=PAGE).text

    assert settings.organisation in page
    assert "Malta" in page
    assert f'href="{ACHIEVEMENT}"' in page
    assert f'href="{ORGANISATION}"' in page
    assert f'href="{ISSUER}"' in client.get(ORGANISATION, headers=PAGE).text
    assert f'href="{ISSUER}"' in client.get(ACHIEVEMENT, headers=PAGE).text


@pytest.mark.parametrize("address", ["/organisations/nope", "/organisations/%00", "/achievements/NOPE"])
def test_what_does_not_exist_is_not_found(client: Browser, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_description_cannot_put_code_into_the_page(
    client: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        profiles.describe(factories.organisation(session), settings, {"description": "<script>alert(1)</script>"})

    page = client.get(ORGANISATION, headers=PAGE).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
