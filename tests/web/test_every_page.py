"""What holds for every address: who may open it, which headers it carries, what it leaves in a browser."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assessor import access
from assessor.verification.views.context import PLACES, VERSION
from tests import factories
from tests.fixtures import Browser, SignIn

#: Open to everybody. Whoever opens another address writes it here, for the reviewer to see.
PUBLIC = {
    *("static", "favicon", "accounts.sign_in", "accounts.sign_out", "banks.media"),
    *("credentials.did_document", "credentials.status_list", "credentials.status_list_jwt"),
    *("credentials.suspension_list", "credentials.suspension_list_jwt"),
    *("credentials.achievement", "credentials.badge_picture", "credentials.issuer_profile", "credentials.organisation"),
    *("credentials.older_badge", "credentials.older_class"),
    *("credentials.older_issuer", "credentials.older_revocations"),
    *("sittings.card", "sittings.words"),
    *("verification.front", "verification.check", "verification.static_file", "verification.service_worker"),
    *("verification.words", "verification.manifest", "verification.catalogue_in_one_language"),
    *("verification.trust_bundle", "verification.catalogue", "verification.withdrawals"),
    *("verification.issued_list", "verification.mirrored"),
    *("verification.number_form", "verification.number"),
    *("verification.badge_form", "verification.badge"),
    *("verification.many_form", "verification.many", "verification.guide"),
    *("wallets.shared", "wallets.credential"),
    *("openid4vci.issuer_metadata", "openid4vci.server_metadata", "openid4vci.offer"),
    *("openid4vci.token", "openid4vci.nonce", "openid4vci.credential"),
    *("hosting.rules", "hosting.authorize"),
    *("host_api.discovery", "host_api.register", "host_api.token", "host_api.revoke", "host_api.elsewhere"),
    *("host_api.credentials", "host_api.upsert_credential", "host_api.profile", "host_api.put_profile"),
}
#: What employers open; these leave nothing in their browser.
VERIFICATION = (
    *(
        "/",
        "/verify",
        "/c",
        "/c/sw.js",
        "/c/manifest.webmanifest",
        f"{PLACES['static']}words/en.json",
        f"{PLACES['static']}page.js",
        "/c/trust/bundle",
        "/c/trust/catalogue",
        "/c/trust/withdrawals",
    ),
    *("/status/1", "/status/1.jwt", "/status/1-suspension", "/status/1-suspension.jwt"),
    *("/.well-known/did.json", "/achievements/DIGI-FIRST-STEPS"),
    *("/issuer", "/organisations/demo", "/ob2/revocations", "/ob2/achievements/DIGI-FIRST-STEPS"),
)


#: What decodes pictures of codes, and may run WebAssembly for it.
SCANNER = ("/c", "/c/many")


@pytest.fixture
def without_tokens(app: Flask) -> None:
    """Forms are taken without their token, so that access alone decides."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def values(sessions: sessionmaker[Session]) -> dict[str, object]:
    """Things that exist, for the addresses that name some."""
    with sessions.begin() as session:
        group = factories.group(session)
        opened = factories.open_session(session, group)
        [ada] = factories.people(session, group)
        sitting = factories.sitting(session, ada)
        release = factories.design(session).release_id
    return {
        **{"organisation": "demo", "group": group.id, "invigilation": opened.id, "sitting": sitting.id},
        **{
            "learner": ada.id,
            "release": release,
            "language": "ar",
            "award": uuid.uuid4(),
            "order": uuid.uuid4(),
            "filename": "learner.js",
            "version": VERSION,
        },
        **{"share": uuid.uuid4(), "permission": uuid.uuid4(), "badge": "0" * 64},
        **{"kid": "0" * 16, "place": "0" * 16, "name": "catalogue"},
        **{"number": 1, "code": "DIGI-FIRST-STEPS", "secret": "a" * 26, "form": "pdf", "sha256": "0" * 64},
    }


def answers(app: Flask, browser: Browser, values: dict[str, object]) -> Iterator[tuple[Rule, str, TestResponse]]:
    """What every address of the application answers this browser to every method that it knows.

    Those that end the visit are left out: what comes after them would be asked by a stranger.
    """
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("accounts.sign_out", "sittings.not_mine"):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
            assert built is not None, rule
            yield rule, method, browser.open(built[1], method=method)


def rule_of(app: Flask, rule: Rule) -> access.Access | None:
    """What the view behind an address says of itself."""
    return access.access_of(app.view_functions[rule.endpoint])


def test_every_address_says_who_may_open_it(app: Flask) -> None:
    unsaid = [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule) is None]

    assert unsaid == []


def test_nothing_is_public_that_is_not_on_the_list(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (said := rule_of(app, rule)) is not None and said.kind == "public"
    }

    assert public == PUBLIC


def test_pages_of_staff_name_an_organisation_and_a_role(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        said = rule_of(app, rule)
        assert said is not None
        if said.kind == "staff":
            assert said.role in access.ROLES, rule
            assert rule.rule.startswith("/staff/<organisation>/"), rule
        elif "<organisation>" in rule.rule:
            pytest.fail(f"{rule.rule} names an organisation and no role")


@pytest.mark.usefixtures("without_tokens")
def test_a_stranger_finds_nothing_open(app: Flask, client: Browser, values: dict[str, object]) -> None:
    for rule, method, answer in answers(app, client, values):
        said = rule_of(app, rule)
        assert answer.status_code < 500, (rule, method)
        if said and said.kind == "learner":
            assert answer.status_code == 403, (rule, method)
        elif said and said.kind != "public":
            assert (answer.status_code, answer.location) == (302, "/staff/sign-in"), (rule, method)


@pytest.mark.usefixtures("without_tokens")
def test_a_learner_finds_no_page_of_staff_open(app: Flask, ada: Browser, values: dict[str, object]) -> None:
    for rule, method, answer in answers(app, ada, values):
        said = rule_of(app, rule)
        assert answer.status_code < 500, (rule, method)
        if said and said.kind in ("staff", "signed in"):
            assert answer.status_code in (302, 403), (rule, method)
            assert answer.location in ("/staff/sign-in", None), (rule, method)


@pytest.mark.usefixtures("without_tokens")
@pytest.mark.parametrize("missing", [*access.ROLES, "every role"])
def test_staff_without_the_role_do_not_even_learn_that_a_page_exists(
    missing: str, app: Flask, signed_in_client: SignIn, values: dict[str, object]
) -> None:
    has = [] if missing == "every role" else [role for role in access.ROLES if role != missing]
    eve = signed_in_client(*has, login="eve")

    for rule, method, answer in answers(app, eve, values):
        said = rule_of(app, rule)
        assert answer.status_code < 500, (rule, method)
        if said and said.kind == "staff" and missing in (said.role, "every role"):
            assert answer.status_code == 404, (rule, method)


@pytest.mark.usefixtures("without_tokens")
def test_staff_of_one_organisation_find_nothing_of_another(
    app: Flask, signed_in_client: SignIn, values: dict[str, object]
) -> None:
    olu = signed_in_client()

    for rule, method, answer in answers(app, olu, values | {"organisation": "another"}):
        said = rule_of(app, rule)
        if said and said.kind == "staff":
            assert answer.status_code == 404, (rule, method)


def test_every_answer_carries_the_headers_of_security(
    app: Flask, signed_in_client: SignIn, ada: Browser, new_browser: Callable[[], Browser], values: dict[str, object]
) -> None:
    for browser in (new_browser(), ada, signed_in_client()):
        for rule, method, answer in answers(app, browser, values):
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith(("default-src 'self';", "default-src 'none';")), (rule, method)
            assert "unsafe" not in (policy.replace("'wasm-unsafe-eval'", "") if rule.rule in SCANNER else policy)
            assert "http" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            for of_pages in ("Cross-Origin-Opener-Policy", "Permissions-Policy"):
                assert (of_pages in answer.headers) is (answer.mimetype == "text/html"), (rule, method)
            assert answer.headers["Cache-Control"], (rule, method)


def test_no_page_needs_what_its_policy_forbids(
    app: Flask, signed_in_client: SignIn, ada: Browser, new_browser: Callable[[], Browser], values: dict[str, object]
) -> None:
    for browser in (new_browser(), ada, signed_in_client()):
        for rule, _method, answer in answers(app, browser, values):
            if answer.mimetype == "text/html":
                assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text), rule
                assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", answer.text), rule
                assert not re.search(r'(src|action)="(https?:)?//', answer.text), rule


@pytest.mark.parametrize("address", VERIFICATION)
def test_checking_a_certificate_leaves_no_cookie(address: str, client: Browser) -> None:
    answer = client.get(address)

    assert answer.status_code in (200, 302)
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in client.post("/c/number", data={"number": "0M2RC-1M70Y-40FZ"}).headers


def test_the_cookie_of_a_visit_is_for_this_site_and_no_script(client: Browser) -> None:
    client.get("/words")

    cookie = client.get_cookie("assessor")

    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.path == "/"


def test_an_address_that_does_not_exist_is_a_page_for_people_and_a_document_for_programs(client: Browser) -> None:
    page = client.get("/no/such/page")
    document = client.get("/no/such/page", headers={"Accept": "application/json"})

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert (document.status_code, document.mimetype) == (404, "application/problem+json")
    assert document.get_json()["status"] == 404
