"""Keys are changed and stolen, a name is corrected, a certificate is held and withdrawn: everybody reads the truth."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.holder_keys import key
from tests.journeys import papers
from tests.journeys.browsing import Browsing
from tests.journeys.holding import Holder, certified
from tests.journeys.installation import Installation
from tests.journeys.operating import Ren
from tests.journeys.people import Employer, Olu
from tests.journeys.programs import Wallet

MISSPELT, NAME = "Ada Hadad", "Ada Haddad"
#: What Ada can take along from "My proof": form → how the file is called.
FORMS = {
    "json": "badge.json",
    "jcs": "badge-jcs.json",
    "jwt": "badge.jwt",
    "png": "badge.png",
    "svg": "badge.svg",
    "pdf": "certificate.pdf",
}
IN_THE_WALLET, AS_TOKEN = "wallet.json", "wallet.jwt"
OLDER = "badge-2.0.json"
#: What the badge key signs: the token has a key of its own, and an older badge is believed by its address.
BY_THE_BADGE_KEY = ("badge.json", "badge-jcs.json", "badge.png", "badge.svg", "certificate.pdf", IN_THE_WALLET)

Files = Mapping[str, bytes]


@pytest.mark.browser
def test_keys_are_changed_and_stolen_and_a_certificate_is_corrected_held_and_withdrawn(
    browsing: Browsing, installation: Installation, tmp_path: Path
) -> None:
    ada, olu = certified(browsing, installation, MISSPELT)
    ada.opens_my_proof()
    ren = Ren(installation, tmp_path)
    first = what_ada_holds(ada) | ren_makes_an_older_badge(ren, ada)
    every_exit_says(browsing, first, "Genuine")

    old_key = ren_changes_the_keys(ren, ada, browsing, first)
    ren_reports_the_old_key_as_stolen(ren, old_key)
    what_it_signed_is_refused(ren, browsing, first)
    second = first | what_ada_holds(ada)
    every_exit_says(browsing, {name: second[name] for name in BY_THE_BADGE_KEY}, "Genuine")

    olu_corrects_the_name(olu, ada, browsing, second)
    third = what_ada_holds(ada) | ren_makes_an_older_badge(ren, ada)
    the_new_certificate_has_the_address_of_the_old(browsing, second, third)

    link = ada.makes_a_link("name")
    olu_puts_it_on_hold_and_ends_that(olu, browsing, link, third)
    olu_withdraws_it(olu, ada)
    every_exit_says(browsing, third, "Withdrawn")
    a_link_says(browsing, link, "Withdrawn", "Do not rely on it.")
    a_scan_says(browsing, third, "Withdrawn")
    the_command_says_the_same(ren, third)


def what_ada_holds(ada: Holder) -> dict[str, bytes]:
    """Files of every form, and what her wallet holds: name of the file → content."""
    ada.returns()
    files = {name: ada.takes(form) for form, name in FORMS.items()}
    return files | {IN_THE_WALLET: collected(ada, "ldp_vc"), AS_TOKEN: collected(ada, "jwt_vc_json")}


def collected(ada: Holder, form: str) -> bytes:
    """What a wallet on her phone gets."""
    ada.returns()
    badge = Wallet.scans(ada.offers_to_her_own_phone(), key()).collects(form)
    ada.returns()
    return badge


def ren_makes_an_older_badge(ren: Ren, ada: Holder) -> dict[str, bytes]:
    """For a backpack that knows Open Badges 2.0 only."""
    return {OLDER: ren.exports(ada.number, "ob2", "--recipient", "email:ada@example.org")}


def every_exit_says(browsing: Browsing, files: Files, verdict: str) -> None:
    """An employer who never saw one before gives each file to the page."""
    assert verdicts(browsing, files) == dict.fromkeys(files, verdict)


def some(files: Files) -> dict[str, bytes]:
    """One of each kind, where not every form need be asked: a file, a wallet's copy, an older badge."""
    return {name: files[name] for name in ("badge.json", IN_THE_WALLET, OLDER)}


def verdicts(browsing: Browsing, files: Files) -> dict[str, str]:
    """Name of a file → what an employer reads of it."""
    employer, said = Employer(browsing.stranger().new_page()), {}
    for name, content in files.items():
        employer.uploads(name, content)
        said[name] = employer.verdict
    return said


def a_scan_says(browsing: Browsing, files: Files, verdict: str, *words: str) -> None:
    """A camera reads the code on the paper."""
    (text,) = [code for code in papers.codes(files["certificate.pdf"]) if "#" in code]
    employer = Employer(browsing.stranger().new_page())
    employer.scans(text)
    assert employer.verdict == verdict
    for word in words:
        expect(employer.page.locator("main")).to_contain_text(word)
    if verdict != "Genuine":
        expect(employer.page.locator("body")).not_to_contain_text("Ada")


def ren_changes_the_keys(ren: Ren, ada: Holder, browsing: Browsing, files: Files) -> str:
    """Badges of before and after are genuine, and so is the list that says they are. Returns the key of before."""
    [old] = [key for key, state in ren.key_states("badge").items() if state == "active"]

    ren.rotates("badge")
    ren.rotates("status")

    after = collected(ada, "ldp_vc")
    assert signing_key(after) != signing_key(files["badge.json"])
    every_exit_says(browsing, {"before.json": files["badge.json"], "after.json": after}, "Genuine")
    assert ren.verifies("before.json", files["badge.json"]).verdict == "genuine"
    return old


def signing_key(badge: bytes) -> str:
    """The name of the key in the proof of a badge."""
    [proof] = json.loads(badge)["proof"]
    return str(proof["verificationMethod"])


def ren_reports_the_old_key_as_stolen(ren: Ren, stolen: str) -> None:
    ren.reports_stolen(stolen, since="2026-01-01")
    ren.waits_for_the_worker()

    states = ren.key_states("badge")
    assert states[stolen] == "compromised"
    assert list(states.values()).count("active") == 1


def what_it_signed_is_refused(ren: Ren, browsing: Browsing, files: Files) -> None:
    """Who took a badge along before has to take it again; what other keys signed is as good as ever."""
    assert verdicts(browsing, files) == {
        name: "Not genuine" if name in BY_THE_BADGE_KEY else "Genuine" for name in files
    }
    refused = ren.verifies("before.json", files["badge.json"])
    assert (refused.exit_code, refused.verdict) == (1, "not genuine")
    assert "is not a key of the issuer" in refused.reasons


def olu_corrects_the_name(olu: Olu, ada: Holder, browsing: Browsing, files: Files) -> None:
    """One act: what people hold is withdrawn with it, in the wallet too."""
    number = ada.number
    olu.opens_the_certificate(number)
    olu.corrects_the_name(NAME)
    expect(olu.page.locator("h1")).to_have_text(NAME)
    expect(olu.page.locator("main")).to_contain_text("Replaced")

    every_exit_says(browsing, some(files), "Withdrawn")
    a_scan_says(browsing, files, "Withdrawn", "The issuer replaced it with a new one.")
    ada.waits_for_the_new_one(NAME)
    assert ada.number != number


def the_new_certificate_has_the_address_of_the_old(browsing: Browsing, old: Files, new: Files) -> None:
    before, after = json.loads(old["badge.json"]), json.loads(new["badge.json"])
    assert after["id"] == before["id"]
    assert after["validFrom"] > before["validFrom"]
    assert after["credentialStatus"] != before["credentialStatus"]
    every_exit_says(browsing, some(new), "Genuine")
    a_scan_says(browsing, new, "Genuine", NAME)


def olu_puts_it_on_hold_and_ends_that(olu: Olu, browsing: Browsing, link: str, files: Files) -> None:
    """Everybody reads it at once, and reads at once that it is over."""
    a_link_says(browsing, link, "Genuine", NAME)

    olu.follows(olu.button("Put on hold"))
    every_exit_says(browsing, {name: one for name, one in files.items() if name != OLDER}, "On hold")
    every_exit_says(browsing, {OLDER: files[OLDER]}, "Cannot check")  # 2.0 has no word for it: its address is silent
    a_scan_says(browsing, files, "On hold")
    a_link_says(browsing, link, "On hold", "This says nothing bad about the person.")

    olu.follows(olu.button("End the hold"))
    every_exit_says(browsing, some(files), "Genuine")
    a_scan_says(browsing, files, "Genuine", NAME)


def a_link_says(browsing: Browsing, link: str, verdict: str, words: str) -> None:
    """Somebody follows the link that Ada shared."""
    employer = Employer(browsing.stranger().new_page())
    employer.opens(link)
    assert employer.verdict == verdict
    expect(employer.page.locator("main")).to_contain_text(words)
    assert (NAME in employer.page.locator("body").inner_text()) is (verdict == "Genuine")


def olu_withdraws_it(olu: Olu, ada: Holder) -> None:
    olu.withdraws("mistake")
    expect(olu.page.locator("main")).to_contain_text("Withdrawn. Everybody who checks it can see that now.")

    ada.returns()
    expect(ada.page.locator("main")).to_contain_text("does not count any more")
    expect(ada.page.locator("a[href*='/file.']")).to_have_count(0)


def the_command_says_the_same(ren: Ren, files: Files) -> None:
    for name in (OLDER, IN_THE_WALLET):
        found = ren.verifies(name, files[name])
        assert (name, found.exit_code, found.verdict) == (name, 1, "no longer valid")
