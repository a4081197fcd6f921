"""Partners whose certificates are known here: what is taken of them, what is mirrored, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessor.certificates import checking, cose, qr, signed_data
from assessor.certificates.checking import CheckedSummary
from assessor.certificates.trust import Key, StatusListPlace
from assessor.config import Settings
from assessor.credentials import foreign, issuer, mirroring, publishing
from assessor.credentials.models import TrustedIssuer
from assessor.verification import verifying
from tests import partner
from tests.factories import NOW
from tests.integration.theft import Sessions
from tests.partner import HOST, ID, ROOT, Partner, serving
from tests.unit.certificates.trusted import GOOD_PLACE, STRANGER, summary

LATER = NOW + timedelta(hours=1)


def add(session: Session, settings: Settings, given: Partner, url: str | None = None) -> TrustedIssuer:
    """Ren adds the partner by its bundle."""
    offered = foreign.read(given.bundle, given.root.public_key)
    added = foreign.add(session, offered, publishing.own_issuer(session, settings), NOW, url)
    session.commit()
    return added


def refresh(sessions: Sessions, settings: Settings, files: Partner) -> list[str]:
    """The worker's round of an hour, while the partner's server has these files."""
    return mirroring.refresh(sessions, settings, LATER, serving(files.files))


def check(session: Session, settings: Settings, text: str) -> CheckedSummary:
    """What our page for texts and the command say."""
    checked = verifying.own_data(session, settings, LATER).check(text, LATER)
    session.commit()
    return checked


def test_a_certificate_of_a_partner_is_genuine_here(session: Session, sessions: Sessions, settings: Settings) -> None:
    given = Partner(dated=LATER)
    assert check(session, settings, given.text()).cause == "unknown_key"

    add(session, settings, given)
    before = check(session, settings, given.text())
    problems = refresh(sessions, settings, given)

    checked = check(session, settings, given.text())
    assert problems == []
    assert (before.result, before.cause) == (checking.NOT_CHECKED, "not_had")
    assert (checked.result, checked.issuer) == (checking.GENUINE, given.issuer)


def test_withdrawals_of_a_partner_are_read_from_the_mirror(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    given = Partner(dated=LATER, withdrawn=(summary().number,))
    add(session, settings, given)
    refresh(sessions, settings, given)

    checked = check(session, settings, given.text())

    assert (checked.result, checked.withdrawal_reason) == (checking.WITHDRAWN, "mistake")
    assert check(session, settings, given.text(number=bytes(8))).result == checking.GENUINE


def test_a_place_in_the_list_of_a_partner_is_withdrawn(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    given = Partner(dated=LATER, places=(GOOD_PLACE,))
    add(session, settings, given)
    refresh(sessions, settings, given)

    assert check(session, settings, given.text()).result == checking.WITHDRAWN


def test_after_a_theft_at_a_partner_its_list_decides(session: Session, sessions: Sessions, settings: Settings) -> None:
    payload = cose.read_sign1(qr.read_text(Partner().text()).cose).payload
    given = Partner(dated=LATER, issued=(payload,))
    add(session, settings, given)
    assert check(session, settings, given.text()).cause == "no_issued_list"

    refresh(sessions, settings, given)

    assert check(session, settings, given.text()).result == checking.GENUINE
    assert check(session, settings, given.text(level=8)).cause == "key_stolen"


def test_the_bundle_names_ourselves_first_and_rises_with_every_change(session: Session, settings: Settings) -> None:
    versions, moment = [], NOW + timedelta(seconds=10)
    for change in (
        lambda: None,
        lambda: foreign.add(session, _read(Partner()), publishing.own_issuer(session, settings), moment),
        lambda: foreign.remove(session, ID, moment + timedelta(seconds=10)),
    ):
        change()
        bundle = publishing.bundle(session, settings, NOW)
        versions.append((bundle.version, [one.id for one in bundle.issuers]))

    own = issuer.did(settings)
    assert [ids for _, ids in versions] == [[own], [own, ID], [own]]
    assert versions[0] < versions[1] < versions[2]


def _read(given: Partner) -> foreign.Offered:
    return foreign.read(given.bundle, given.root.public_key)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "own"}, "by this installation itself"),
        ({"prefixes": ("own",)}, "is claimed by"),
        ({"prefixes": ("own/sub",)}, "is claimed by"),
        ({"keys": "own"}, "is claimed by"),
        ({"status_lists": "own"}, "is claimed by"),
    ],
    ids=["our id", "our address", "below our address", "our key", "our status list"],
)
def test_nobody_speaks_for_us(changes: dict[str, Any], said: str, session: Session, settings: Settings) -> None:
    ours = publishing.own_issuer(session, settings)
    values = {
        "id": ours.id,
        "prefixes": tuple(text.replace("own", settings.verification_prefix) for text in changes.get("prefixes", ())),
        "status_lists": (StatusListPlace(3, f"{settings.public_url}/status/1"),),
        "keys": (*Partner().issuer.keys, replace(ours.keys[0], uses=("certificate",))),
    }
    pretending = Partner(issuer_changes={name: values[name] for name in changes})

    with pytest.raises(foreign.IssuerNotAddable, match=said):
        add(session, settings, pretending)


def test_two_partners_do_not_claim_one_key_or_address(session: Session, settings: Settings) -> None:
    add(session, settings, Partner())
    key = Key(STRANGER.public_key, ("certificate",), NOW)

    for changes in ({"prefixes": (f"{HOST}/c",), "keys": (key,)}, {"prefixes": ("https://eve.example/c",)}):
        with pytest.raises(foreign.IssuerNotAddable, match=f"claimed by {ID}"):
            add(session, settings, Partner(issuer_changes={"id": "did:web:eve.example", "status_lists": (), **changes}))


def test_an_older_bundle_is_refused_also_after_it_was_removed(session: Session, settings: Settings) -> None:
    add(session, settings, Partner(version=7))
    with pytest.raises(foreign.OlderBundle, match="newest"):
        add(session, settings, Partner(version=6))

    foreign.remove(session, ID, LATER)

    with pytest.raises(foreign.OlderBundle):
        add(session, settings, Partner(version=6))
    assert add(session, settings, Partner(version=8)).version == 8


@pytest.mark.parametrize(
    "given",
    [
        (Partner(root=STRANGER).bundle, ROOT.public_key),
        (bytes(signed_data.MAX_BUNDLE + 1), ROOT.public_key),
        (b"", ROOT.public_key),
        (Partner(issuer_changes={"prefixes": ()}).bundle, ROOT.public_key),
    ],
    ids=["another root", "too large", "nothing", "no address"],
)
def test_what_is_no_bundle_of_this_root_is_refused(given: tuple[bytes, bytes]) -> None:
    with pytest.raises(foreign.BundleNotUsable):
        foreign.read(*given)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"names": {"en": "Partner" + "s" * 300}}, "too long"),
        ({"names": {"en": "Partner\x1b[2J forged screen"}}, "cannot be seen"),
        ({"names": {"en": "Partner\u202eertneC"}}, "cannot be seen"),
        ({"names": {f"x{n}": "Partner" * 20 for n in range(200)}}, "at most 24576"),
        ({"keys": tuple(Key(bytes([n]) * 32, ("status",), NOW) for n in range(33))}, "more than 32 keys"),
        ({"prefixes": ("javascript:alert(1)//",)}, "cannot stand on a certificate"),
        ({"prefixes": ("x",)}, "cannot stand on a certificate"),
        ({"country": "Italy"}, "two letters"),
    ],
    ids=["long", "escape", "direction", "many names", "many keys", "script", "no address", "country"],
)
def test_an_issuer_of_a_form_that_would_harm_is_refused(changes: dict[str, Any], said: str) -> None:
    given = Partner(issuer_changes=changes).bundle

    with pytest.raises(foreign.BundleNotUsable, match=said):
        foreign.read(given, ROOT.public_key)


def test_partners_leave_room_in_our_bundle(session: Session, settings: Settings) -> None:
    def large(number: int, version: int = 7) -> Partner:
        host = f"https://p{number}.example"
        return Partner(
            version,
            {
                "id": f"did:web:p{number}.example",
                "names": {f"x{n}": "Partner" * 40 for n in range(75)},
                "keys": (Key(bytes([number + 1]) * 32, ("certificate",), NOW),),
                "prefixes": (f"{host}/c",),
                "status_lists": (),
            },
        )

    for number in range(8):
        add(session, settings, large(number))
    with pytest.raises(foreign.IssuerNotAddable, match="no room"):
        add(session, settings, large(8))
    assert add(session, settings, large(7, version=8)).version == 8

    assert 150_000 < len(publishing.signed_bundle(session, settings, LATER)) < foreign.MOST_WITH_NEW + 1000


def test_an_issuer_is_taken_by_its_id_or_is_the_first() -> None:
    assert foreign.read(Partner().bundle, ROOT.public_key, ID).issuer == Partner().issuer
    with pytest.raises(foreign.BundleNotUsable, match="does not name did:web:eve"):
        foreign.read(Partner().bundle, ROOT.public_key, "did:web:eve.example")


# Newer bundles


def test_a_newer_bundle_is_looked_for_at_the_address_of_the_partner(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    add(session, settings, Partner(version=7), partner.BUNDLE)
    newer = Partner(version=8, dated=LATER, issuer_changes={"names": {"en": "Partner School"}})

    told = refresh(sessions, settings, newer)

    session.expire_all()
    assert told == [f"{ID} calls itself Partner School now, before it was Partner Centre."]
    [stored] = foreign.everybody(session)
    assert (stored.version, foreign.of(stored).issuer.names["en"]) == (8, "Partner School")


@pytest.mark.parametrize(
    "given",
    [Partner(version=6), Partner(version=9, root=STRANGER), Partner(version=9, issuer_changes={"prefixes": ("own",)})],
    ids=["older", "another root", "our address"],
)
def test_a_bundle_that_must_not_be_taken_is_told_and_changes_nothing(
    given: Partner, session: Session, sessions: Sessions, settings: Settings
) -> None:
    add(session, settings, Partner(version=7), partner.BUNDLE)
    if "prefixes" in given.issuer_changes:
        given = Partner(version=9, issuer_changes={"prefixes": (settings.verification_prefix,)})

    problems = mirroring.refresh(sessions, settings, LATER, serving(Partner().files | {partner.BUNDLE: given.bundle}))

    session.expire_all()
    [stored] = foreign.everybody(session)
    assert stored.version == 7
    assert [problem for problem in problems if partner.BUNDLE in problem]
