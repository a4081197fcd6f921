"""Library and page say the same of the same code and files, also where somebody wants them not to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from assessor.certificates import cose, merkle, qr, signed_data
from assessor.certificates.trust import IssuedPlace, Issuer, Key, StatusListPlace, Withdrawal, Withdrawals, number_hash
from tests.journeys.two_checkers import STATUS, TRUST, PileInThePage, World, drawn_in_the_page, in_python, in_the_page
from tests.unit.certificates.trusted import (
    CATALOGUE,
    CERTIFICATE,
    DAY,
    GOOD_PLACE,
    HELD_PLACE,
    HOLD_LIST,
    LIST,
    NOW,
    PREFIX,
    ROOT,
    STRANGER,
    WITHDRAWN_PLACE,
    MemorySigner,
    both_lists,
    bundle,
    issuer,
    key,
    status_token,
    summary,
    text,
)
from tests.unit.certificates.trusted import STATUS as STATUS_KEY

OWN = "open-door"
THEIR_CERTIFICATE, THEIR_STATUS, THEIR_CATALOGUE = (MemorySigner(bytes([n]) * 32) for n in range(11, 14))
THEIRS = "https://partner.example"
NAME = "Samira Haddad"
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def ours(**changes: Any) -> Issuer:
    return issuer(withdrawals_url="https://v.badges.example/c/trust/withdrawals", **changes)


def partner(certificate_key: Key | None = None) -> Issuer:
    """Another installation, whose files are mirrored."""
    return Issuer(
        id="did:web:partner.example",
        names={"en": "Partner"},
        country="IT",
        did="did:web:partner.example",
        keys=(
            certificate_key or key(THEIR_CERTIFICATE, "certificate"),
            key(THEIR_STATUS, "status"),
            key(THEIR_CATALOGUE, "catalogue", "withdrawals"),
        ),
        prefixes=(f"{THEIRS}/c",),
        status_lists=(StatusListPlace(3, f"{THEIRS}/status/3", f"{THEIRS}/status/3-suspension"),),
        withdrawals_url=f"{THEIRS}/c/trust/withdrawals",
    )


def their_text(**changes: Any) -> str:
    return text(THEIR_CERTIFICATE, f"{THEIRS}/c", **changes)


def stolen(signer: MemorySigner, *issued: bytes, host: str = "https://v.badges.example") -> Key:
    """A key that was stolen, and the list of what it had signed before."""
    listed, kid = merkle.IssuedList.of(map(merkle.leaf, issued)), cose.key_id(signer.public_key).hex()
    place = IssuedPlace(f"{host}/c/trust/issued/{kid}", listed.root, len(listed))
    return replace(key(signer, "certificate", compromised_since=NOW - DAY), issued=place)


def payload(**changes: Any) -> bytes:
    return cose.read_sign1(qr.sign_summary(summary(**changes), CERTIFICATE)).payload


def listed(*issued: bytes) -> bytes:
    return merkle.IssuedList.of(map(merkle.leaf, issued)).leaves


def withdrawn(issuer_id: str, signer: MemorySigner) -> bytes:
    entries = {number_hash(summary().number): Withdrawal(NOW - DAY, "mistake")}
    return signed_data.sign_withdrawals(Withdrawals(issuer_id, NOW, entries), signer)


ISSUED = f"{TRUST}issued/{cose.key_id(CERTIFICATE.public_key).hex()}"
MIRROR = World(OWN).folder(partner())
THEIR_ISSUED = f"{MIRROR}issued/{cose.key_id(THEIR_CERTIFICATE.public_key).hex()}"
SIGNED, OTHERS = payload(), [payload(number=bytes([0, n, *bytes(6)])) for n in range(6)]
ALL = [SIGNED, *OTHERS]
OUR_LISTS = {
    f"{STATUS}3.jwt": both_lists()[LIST].encode(),
    f"{STATUS}3-suspension.jwt": both_lists()[HOLD_LIST].encode(),
}
THEIR_LISTS = {
    f"{MIRROR}status/3.jwt": status_token(
        f"{THEIRS}/status/3", places=(WITHDRAWN_PLACE,), signer=THEIR_STATUS
    ).encode(),
    f"{MIRROR}status/3-suspension.jwt": status_token(
        f"{THEIRS}/status/3-suspension", "suspension", (HELD_PLACE,), signer=THEIR_STATUS
    ).encode(),
}
THEFT = (ours(certificate_key=stolen(CERTIFICATE, *ALL)), partner())
THEIR_THEFT = (ours(), partner(stolen(THEIR_CERTIFICATE, *ALL, host=THEIRS)))


def changed(code: str) -> str:
    return code[:-100] + str((int(code[-100]) + 1) % 10) + code[-99:]


@dataclass(frozen=True)
class Case:
    """A code, the issuers of the bundle, files that differ (None: not to be had), and what both have to say."""

    said: tuple[int, str | None]
    code: str = field(default_factory=text)
    issuers: tuple[Issuer, ...] = field(default_factory=lambda: (ours(), partner()))
    files: dict[str, bytes | None] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    root: MemorySigner = ROOT

    def world(self) -> World:
        signed = signed_data.sign_bundle(bundle(*self.issuers, **self.terms), self.root)
        files = {f"{TRUST}bundle": signed, **OUR_LISTS, **THEIR_LISTS} | self.files
        return World(OWN, {path: body for path, body in files.items() if body is not None})


CASES: dict[str, Callable[[], Case]] = {
    "genuine": lambda: Case((1, None)),
    "no list": lambda: Case((2, "not_had"), files={f"{STATUS}3.jwt": None}),
    "names no list": lambda: Case((2, "no_list"), text(status_list=None, status_index=None)),
    "old bundle": lambda: Case((2, "old_bundle"), terms={"expires": NOW}),
    "withdrawn": lambda: Case((3, None), text(status_index=WITHDRAWN_PLACE)),
    "withdrawn by file": lambda: Case((3, None), files={f"{TRUST}withdrawals": withdrawn(OWN, CATALOGUE)}),
    "on hold": lambda: Case((4, None), text(status_index=HELD_PLACE)),
    "expired": lambda: Case((5, None), text(expires=NOW)),
    "unknown key": lambda: Case((6, "unknown_key"), text(STRANGER)),
    "no bundle": lambda: Case((6, "no_bundle"), files={f"{TRUST}bundle": None}),
    "bundle of another root": lambda: Case((6, "no_bundle"), root=STRANGER),
    "bundle too large": lambda: Case((6, "no_bundle"), files={f"{TRUST}bundle": bytes(signed_data.MAX_BUNDLE + 1)}),
    "one digit changed": lambda: Case((7, "altered"), changed(text())),
    "before its key": lambda: Case((7, "key_not_valid"), text(issued=NOW - 500 * DAY)),
    "foreign address": lambda: Case((8, None), text(prefix="https://evil.example/c")),
    "another code": lambda: Case((9, None), "https://example.org/"),
    "cut off": lambda: Case((10, None), text()[:-1]),
    # After a theft
    "stolen, no list named": lambda: Case(
        (7, "key_stolen"), issuers=(ours(certificate_key=key(CERTIFICATE, "certificate", compromised_since=NOW)),)
    ),
    "stolen, listed": lambda: Case((1, None), issuers=THEFT, files={ISSUED: listed(*ALL)}),
    "stolen, listed, withdrawn": lambda: Case(
        (3, None), issuers=THEFT, files={ISSUED: listed(*ALL), f"{TRUST}withdrawals": withdrawn(OWN, CATALOGUE)}
    ),
    "stolen, list not had": lambda: Case((6, "no_issued_list"), issuers=THEFT),
    "stolen, another list": lambda: Case((6, "no_issued_list"), issuers=THEFT, files={ISSUED: listed(*OTHERS)}),
    "stolen, list with a guest": lambda: Case(
        (6, "no_issued_list"), issuers=THEFT, files={ISSUED: listed(*ALL, payload(level=8))}
    ),
    "stolen, list too long": lambda: Case((6, "no_issued_list"), issuers=THEFT, files={ISSUED: bytes(33 * 8)}),
    "stolen, new number": lambda: Case(
        (7, "key_stolen"), text(number=bytes([9] * 8)), issuers=THEFT, files={ISSUED: listed(*ALL)}
    ),
    "stolen, known number, better level": lambda: Case(
        (7, "key_stolen"), text(level=8), issuers=THEFT, files={ISSUED: listed(*ALL)}
    ),
    "stolen, nothing was issued": lambda: Case(
        (7, "key_stolen"), issuers=(ours(certificate_key=stolen(CERTIFICATE)),), files={ISSUED: b""}
    ),
    "stolen since ever": lambda: Case(
        (7, "key_stolen"), issuers=(ours(certificate_key=key(CERTIFICATE, "certificate", compromised_since=EVER)),)
    ),
    "status key stolen since ever": lambda: Case(
        (2, "bad_list"),
        issuers=(ours(keys=(key(CERTIFICATE, "certificate"), key(STATUS_KEY, "status", compromised_since=EVER))),),
    ),
    # Of a partner
    "theirs": lambda: Case((1, None), their_text()),
    "theirs, withdrawn": lambda: Case((3, None), their_text(status_index=WITHDRAWN_PLACE)),
    "theirs, on hold": lambda: Case((4, None), their_text(status_index=HELD_PLACE)),
    "theirs, withdrawn by file": lambda: Case(
        (3, None), their_text(), files={f"{MIRROR}withdrawals": withdrawn(partner().id, THEIR_CATALOGUE)}
    ),
    "theirs, behind our address": lambda: Case((8, None), text(THEIR_CERTIFICATE, PREFIX)),
    "ours, behind their address": lambda: Case((8, None), text(CERTIFICATE, f"{THEIRS}/c")),
    "theirs, our list in its place": lambda: Case(
        (2, "bad_list"), their_text(), files={f"{MIRROR}status/3.jwt": OUR_LISTS[f"{STATUS}3.jwt"]}
    ),
    "theirs, their list signed by us": lambda: Case(
        (2, "bad_list"), their_text(), files={f"{MIRROR}status/3.jwt": status_token(f"{THEIRS}/status/3").encode()}
    ),
    "theirs, withdrawals signed by us": lambda: Case(
        (1, None), their_text(), files={f"{MIRROR}withdrawals": withdrawn(partner().id, CATALOGUE)}
    ),
    "theirs, not mirrored yet": lambda: Case((2, "not_had"), their_text(), files={f"{MIRROR}status/3.jwt": None}),
    "theirs, stolen, listed": lambda: Case(
        (1, None), their_text(), issuers=THEIR_THEFT, files={THEIR_ISSUED: listed(*ALL)}
    ),
    "theirs, stolen, our list": lambda: Case(
        (6, "no_issued_list"), their_text(), issuers=THEIR_THEFT, files={ISSUED: listed(*ALL)}
    ),
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that loads nothing but the modules and the files of the case."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", CASES)
def test_library_and_page_say_the_same(name: str, page: Page) -> None:
    case = CASES[name]()
    world = case.world()

    in_library = in_python(world, case.code)

    assert in_library[:2] == case.said
    assert (in_library[2] == NAME) is (case.said[0] in (1, 2, 5, 8))
    assert in_the_page(page, world, case.code) == in_library


@pytest.mark.browser
@pytest.mark.parametrize("name", ["genuine", "withdrawn", "theirs", "stolen, listed", "stolen, list not had"])
def test_a_page_with_everything_inside_says_the_same_without_a_host(name: str, page: Page) -> None:
    case = CASES[name]()
    world = case.world()

    assert in_the_page(page, world, case.code, inside=True) == in_python(world, case.code)


@pytest.mark.browser
@pytest.mark.parametrize("prefixes", [(), ("x",)], ids=["none", "no address"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (text(), "Wrong address"),
        (text().removeprefix(PREFIX), "Genuine"),
        (text(status_index=WITHDRAWN_PLACE).removeprefix(PREFIX), "Withdrawn"),
    ],
    ids=["behind an address", "typed", "typed, withdrawn"],
)
def test_the_result_of_an_issuer_without_an_address_is_shown_without_it(
    code: str, said: str, prefixes: tuple[str, ...], page: Page
) -> None:
    world = Case((0, None), issuers=(ours(prefixes=prefixes), partner())).world()

    with_address, without = (drawn_in_the_page(page, each, code) for each in (GOOD.world(), world))

    assert with_address.count("v.badges.example") == (0 if said == "Withdrawn" else 2)
    assert without.startswith(said)
    assert "v.badges.example" not in without
    assert "Open Door" in without
    assert "the address bar must say" not in without


@dataclass(frozen=True)
class Step:
    """A code that is shown to the pile so many minutes after the first one.

    `host`: what can be had then; None: nothing. `known`: by what the page judges then, where that is something else.
    `asked`: the minute as of which the answer about withdrawal is. `table`: all results after it; of them, that of this
    code stands on line `line`, and another line `same_as` has the same certificate.
    """

    host: Case | None
    table: list[int]
    minutes: int = 0
    asked: int | None = None
    known: Case | None = None
    code: str = field(default_factory=text)
    line: int = 1
    same_as: int | None = None


def stolen_meanwhile() -> Case:
    """The bundle that tells of a theft, which the code of `text` does not survive."""
    told = ours(certificate_key=stolen(CERTIFICATE, *OTHERS))
    return Case((7, "key_stolen"), issuers=(told, partner()), files={ISSUED: listed(*OTHERS)}, terms={"version": 5})


def of_minute(minute: int, *withdrawn_places: int) -> Case:
    """A host whose lists were signed then."""
    signed_at = NOW + timedelta(minutes=minute)
    files = {path: body.encode() for path, body in zip(OUR_LISTS, both_lists(signed_at).values(), strict=True)}
    withdrawn_list = status_token(places=withdrawn_places, signed_at=signed_at).encode()
    return Case((3 if withdrawn_places else 1, None), files={**files, f"{STATUS}3.jwt": withdrawn_list})


GOOD = Case((1, None))
NO_BUNDLE = Case((6, "no_bundle"), files={f"{TRUST}bundle": None})
NO_LISTS = Case((2, "not_had"), files=dict.fromkeys(OUR_LISTS))
FOREIGN, AS_FOREIGN = text(prefix="https://evil.example/c"), text(prefix="https://worse.example/c")

PILES: dict[str, Callable[[], list[Step]]] = {
    "the same code behind foreign addresses": lambda: [
        Step(GOOD, [1], asked=0),
        Step(GOOD, [1, 8], asked=0, code=FOREIGN, line=2, same_as=1),
        Step(GOOD, [1, 8], asked=0),
        Step(GOOD, [1, 8], asked=0, code=AS_FOREIGN, line=2, same_as=1),
    ],
    "the foreign address first": lambda: [
        Step(GOOD, [8], asked=0, code=FOREIGN),
        Step(GOOD, [8, 1], asked=0, line=2, same_as=1),
    ],
    "no bundle for a moment": lambda: [Step(NO_BUNDLE, [6]), Step(GOOD, [1], asked=0)],
    "no lists for a moment": lambda: [Step(NO_LISTS, [2]), Step(GOOD, [1], asked=0)],
    "withdrawn meanwhile": lambda: [
        Step(GOOD, [1], asked=0),
        Step(of_minute(6, GOOD_PLACE), [3], minutes=6, asked=6),
    ],
    "stolen meanwhile": lambda: [Step(GOOD, [1], asked=0), Step(stolen_meanwhile(), [7], minutes=6)],
    "an hour without network": lambda: [
        Step(GOOD, [1], asked=0),
        Step(None, [1], minutes=30, asked=0, known=GOOD),
        Step(None, [2], minutes=61, asked=0, known=GOOD),
        Step(of_minute(65), [1], minutes=67, asked=67),
    ],
    "what was before a theft is brought back": lambda: [
        Step(stolen_meanwhile(), [7]),
        Step(GOOD, [7], minutes=6, known=stolen_meanwhile()),
    ],
}


@pytest.mark.browser
@pytest.mark.parametrize("name", PILES)
def test_a_pile_says_at_every_moment_what_the_library_says(name: str, page: Page) -> None:
    pile = PileInThePage(page, OWN)

    for step in PILES[name]():
        moment = NOW + timedelta(minutes=step.minutes)
        table = pile.add(step.code, step.host.world().files if step.host else {}, moment)

        known = step.known or step.host
        assert known is not None
        asked = None if step.asked is None else int((NOW + timedelta(minutes=step.asked)).timestamp())
        assert [said[0] for said, *_rest in table] == step.table
        assert table[step.line - 1] == (in_python(known.world(), step.code, moment), asked, step.same_as)
