"""Ada shows her certificate, takes it into a wallet, and lets an app read it: always as much as she chose."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.holder_keys import key
from tests.journeys.browsing import Browsing
from tests.journeys.holding import Holder, certified, query
from tests.journeys.installation import Installation
from tests.journeys.operating import Ren
from tests.journeys.people import Employer
from tests.journeys.programs import JobPortal, Wallet, job_portal
from tests.journeys.weighing import ITEM_PAGE, VERIFICATION_PAGE, Meter
from tests.web.hosting import foreign

NAME = "Ada Haddad"
PORTAL = "Jobs in the North"


@pytest.mark.browser
def test_ada_shows_her_certificate_takes_it_into_a_wallet_and_lets_an_app_read_it(
    browsing: Browsing, installation: Installation, tmp_path: Path
) -> None:
    ada, _olu = certified(browsing, installation, NAME)
    ada.opens_my_proof()
    her_proof_is_light(ada)

    employer = Employer(browsing.phone().new_page())
    link = an_employer_reads_what_ada_chose(ada, employer)
    the_link_is_over_when_ada_says_so(ada, employer, link, browsing)
    linkedin_learns_nothing_before_her_tap(ada, installation)

    ren = Ren(installation, tmp_path)
    a_wallet_collects_the_badge_once(ada, ren)
    another_wallet_collects_it_as_a_token(ada, ren)

    with job_portal() as portal:
        ada_permits_a_job_portal(ada, portal, installation, browsing)
        the_portal_reads_her_badge_and_brings_another(ada, portal)
        ada_ends_the_permission(ada, portal)


def her_proof_is_light(ada: Holder) -> None:
    """She pays for what comes over the network, as with a question of the test."""
    meter = Meter(ada.page)
    meter.first_visit(ada.address)

    assert meter.total <= ITEM_PAGE, meter.bill()


def an_employer_reads_what_ada_chose(ada: Holder, employer: Employer) -> str:
    """Her level, and not her name. Returns the link."""
    link, meter = ada.makes_a_link("level"), Meter(employer.page)
    meter.first_visit(link)

    assert meter.total <= VERIFICATION_PAGE, meter.bill()
    assert employer.verdict == "Genuine"
    expect(employer.page.locator("main")).to_contain_text("level")
    assert employer.page.locator(".tasks li").count() >= 3
    expect(employer.page.locator("body")).not_to_contain_text(NAME)
    expect(employer.page.locator("main")).to_contain_text("cannot tell whose certificate it is")
    expect(employer.page.locator(".number")).to_have_count(0)
    assert employer.page.context.cookies() == []
    return link


def the_link_is_over_when_ada_says_so(ada: Holder, employer: Employer, link: str, browsing: Browsing) -> None:
    ada.ends_the_link()
    expect(ada.page.locator(".open-link")).to_have_count(0)

    with browsing.watch.expecting("status of 404"):
        employer.page.goto(link)
    expect(employer.page.locator("main")).to_contain_text("has ended it")
    expect(employer.page.locator("body")).not_to_contain_text("level")


def linkedin_learns_nothing_before_her_tap(ada: Holder, installation: Installation) -> None:
    """The link that LinkedIn's form gets is made by one tap, and followed by another; `Watch` sees every request."""
    ada.returns()
    number = ada.number
    address = ada.asks_for_linkedin()

    told = query(address)
    assert urlsplit(address)[:3] == ("https", "www.linkedin.com", "/profile/add")
    assert number not in address
    assert told["certUrl"].startswith(f"{installation.address}/s/")
    assert NAME not in address


def a_wallet_collects_the_badge_once(ada: Holder, ren: Ren) -> None:
    """It scans the code on her screen, she reads out the digits; the badge names the wallet's key."""
    ada.returns()
    link, digits = ada.offers_to_another_phone()
    wallet = Wallet.scans(link, key(seed="Ada's tablet"))

    badge = json.loads(wallet.collects("ldp_vc", digits))

    assert wallet.asks_digits
    assert badge["credentialSubject"]["id"] == wallet.key.did_key
    assert ren.verifies("tablet.json", json.dumps(badge).encode()).verdict == "genuine"
    ada.follows(ada.link("Look again"))
    expect(ada.page.locator("#told")).to_contain_text("It is in your wallet.")
    again = wallet.redeems(digits)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")


def another_wallet_collects_it_as_a_token(ada: Holder, ren: Ren) -> None:
    """The app of the same phone opens by a link, without digits."""
    ada.returns()
    wallet = Wallet.scans(ada.offers_to_her_own_phone(), key("ES256", seed="Ada's phone"))

    token = wallet.collects("jwt_vc_json")

    assert not wallet.asks_digits
    assert token.count(b".") == 2
    assert ren.verifies("phone.jwt", token).verdict == "genuine"


def ada_permits_a_job_portal(ada: Holder, portal: JobPortal, installation: Installation, browsing: Browsing) -> None:
    """The portal needs the address of this installation and nothing else; she says yes on a page of ours."""
    portal.discovers(installation.address)
    portal.registers(PORTAL)

    with browsing.watch.leading_to(portal.address):
        ada.page.goto(portal.question())
        expect(ada.page.locator("main")).to_contain_text(PORTAL)
        expect(ada.page.locator("main .rows li")).to_have_count(2)  # reads badges, brings badges
        ada.follows(ada.button("Yes, I allow it"))
        expect(ada.page.locator("h1")).to_have_text("Welcome back")

    [back] = portal.came_back
    assert back["state"] == "of-this-visitor"
    assert portal.redeems(back["code"]).status == 200


def the_portal_reads_her_badge_and_brings_another(ada: Holder, portal: JobPortal) -> None:
    """It gets the bytes that Ada can take along herself, and gets back what it brought as it was."""
    ada.returns()
    hers, other = ada.takes("json"), foreign.badge()

    found = portal.reads()
    brought = portal.brings(other)

    assert [badge["name"] for badge in found.json["credential"]] == [json.loads(hers)["name"]]
    assert hers in found.body
    assert brought.status == 201
    assert portal.brings(other).status == 304
    assert other in portal.reads().body


def ada_ends_the_permission(ada: Holder, portal: JobPortal) -> None:
    apps = ada.apps()
    expect(apps.first).to_contain_text(PORTAL)
    expect(apps.last).to_contain_text("Sewing school")  # the badge that it brought
    ada.follows(ada.button("End it"))
    expect(ada.page.locator("main")).to_contain_text("No app can read your badges.")

    refused = portal.reads()
    assert refused.status == 401
    assert b"credentialSubject" not in refused.body
