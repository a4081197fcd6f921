"""A certificate on hold: everybody who checks it reads so at once, and that it counts again when the hold ends."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.certificates import checking
from assessor.certificates.status import read_status_list
from assessor.config import Settings
from assessor.credentials import awarding, issuing, keys, publishing, status
from assessor.credentials.models import Award, AwardEvent, StatusList
from assessor.openbadges.checks import Report
from assessor.openbadges.status_list import BitstringStatusList, Purpose
from assessor.openbadges.strict_json import read_json
from assessor.sittings import giving
from assessor.sittings.models import Invigilation
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.databases import meanwhile
from tests.factories import NOW

LATER = NOW + timedelta(hours=5)


@pytest.fixture
def award(session: Session, settings: Settings) -> Award:
    """Ada's certificate, signed."""
    made = factories.award(session, settings)
    session.add(issuing.sign(session, made, settings, NOW))
    session.flush()
    return made


def on_hold(session: Session, award: Award) -> bool:
    """Whether the suspension list says so."""
    return BitstringStatusList(status.find(session, award.status_list).suspended or b"").bit(award.status_index)


def paper(session: Session, settings: Settings, award: Award) -> int:
    """The result that the verification page gives for the number."""
    found = verifying.check_number(session, award.number, settings, LATER).answer
    assert found is not None
    return found.result


def badge(session: Session, settings: Settings, award: Award, form: str = "json") -> Report:
    """The report that `assessor verify` gives."""
    own = verifying.own_data(session, settings, LATER)
    content = issuing.export(session, award, form, settings).content
    return verifying.verify_badge(content, own.trust, own.lists, LATER)


def test_paper_and_badge_say_on_hold_and_then_that_it_counts_again(
    session: Session, settings: Settings, award: Award
) -> None:
    awarding.suspend(session, award, settings, LATER)
    held = paper(session, settings, award), badge(session, settings, award)

    awarding.reinstate(session, award, settings, LATER)

    assert (held[0], held[1].result, held[1].verdict) == (checking.SUSPENDED, 4, "no longer valid")
    assert held[1].credential is None
    assert award.suspended_at is None
    assert (paper(session, settings, award), badge(session, settings, award).result) == (checking.GENUINE, 1)


@pytest.mark.parametrize("form", sorted(issuing.FORMS))
def test_a_hold_is_seen_in_every_form(form: str, session: Session, settings: Settings, award: Award) -> None:
    awarding.suspend(session, award, settings, LATER)

    assert badge(session, settings, award, form).result == 4


def test_a_hold_leaves_the_others_as_they_are(session: Session, settings: Settings, award: Award) -> None:
    other = factories.award(session, settings, source="another test")
    session.add(issuing.sign(session, other, settings, NOW))

    awarding.suspend(session, award, settings, LATER)

    assert on_hold(session, award)
    assert not status.is_withdrawn(session, award.status_list, award.status_index)
    assert not on_hold(session, other)
    assert paper(session, settings, other) == checking.GENUINE


def test_the_badge_names_the_revocation_list_and_the_bundle_names_both(
    session: Session, settings: Settings, award: Award
) -> None:
    named = read_json(issuing.export(session, award, "json", settings).content)["credentialStatus"]
    [place] = publishing.bundle(session, settings, NOW).issuers[0].status_lists

    assert (named["statusPurpose"], named["statusListCredential"]) == ("revocation", place.url)
    assert place.suspension_url == f"{settings.public_url}/status/1-suspension"


def test_both_lists_have_the_same_places_and_say_what_they_are_for(
    session: Session, settings: Settings, award: Award
) -> None:
    known = [key.public_key for key in keys.published(session) if key.use == "status"]
    awarding.suspend(session, award, settings, LATER)

    purposes: dict[Purpose, bool] = {"revocation": False, "suspension": True}
    for purpose, is_set in purposes.items():
        url = status.list_url(settings, award.status_list, purpose)
        as_json = status.at_address(session, url, "json", settings)
        as_jwt = status.at_address(session, url, "jwt", settings)
        assert as_json is not None
        assert as_jwt is not None
        subject = read_json(as_json)["credentialSubject"]
        listed = read_status_list(as_jwt.decode(), known, url=url, purpose=purpose)
        assert subject["statusPurpose"] == purpose
        assert (listed.is_set(award.status_index), 8 * len(listed.bits)) == (is_set, status.ENTRIES)


def test_a_withdrawal_on_hold_is_a_withdrawal(session: Session, settings: Settings, award: Award) -> None:
    awarding.suspend(session, award, settings, NOW)

    awarding.revoke(session, award, "misuse", settings, LATER)

    assert (paper(session, settings, award), badge(session, settings, award).result) == (checking.WITHDRAWN, 3)
    with pytest.raises(awarding.AlreadyWithdrawn):
        awarding.reinstate(session, award, settings, LATER)


def test_what_cannot_be_is_refused(session: Session, settings: Settings, award: Award) -> None:
    with pytest.raises(awarding.NotOnHold):
        awarding.reinstate(session, award, settings, NOW)
    awarding.suspend(session, award, settings, NOW)
    with pytest.raises(awarding.OnHold):
        awarding.suspend(session, award, settings, NOW)
    awarding.reinstate(session, award, settings, NOW)
    awarding.revoke(session, award, "request", settings, NOW)
    with pytest.raises(awarding.AlreadyWithdrawn):
        awarding.suspend(session, award, settings, NOW)


def test_two_holds_at_the_same_moment_both_stay(
    session: Session, sessions: sessionmaker[Session], settings: Settings, award: Award
) -> None:
    other = factories.award(session, settings, source="another test")
    session.commit()

    def suspend(one: Award) -> Callable[[Session], None]:
        return lambda own: awarding.suspend(own, awarding.find(own, one.id), settings, LATER)

    meanwhile(sessions, suspend(award), suspend(other))

    session.expire_all()
    assert [on_hold(session, one) for one in (award, other)] == [True, True]


def test_a_paper_on_hold_is_not_printed(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    award = factories.award_of_sitting(session, settings, sitting)
    session.add(issuing.sign(session, award, settings, NOW))
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))

    awarding.suspend(session, award, settings, NOW)

    assert [one.stage for one in giving.finishers(session, invigilation)] == ["on hold"]
    with pytest.raises(giving.NothingToPrint):
        giving.papers(session, invigilation, settings)


def test_holds_are_noted_with_who_and_when(session: Session, settings: Settings, award: Award) -> None:
    olu = factories.olu(session)

    awarding.suspend(session, award, settings, NOW, olu.id)
    awarding.reinstate(session, award, settings, LATER, olu.id)

    events = session.scalars(select(AwardEvent).order_by(AwardEvent.id)).all()
    assert [(event.kind, event.reason, event.done_by, event.at) for event in events] == [
        ("suspended", None, olu.id, NOW),
        ("reinstated", None, olu.id, LATER),
    ]


def test_a_list_of_before_gets_its_suspension_list_when_the_worker_looks(session: Session, settings: Settings) -> None:
    old = session.get_one(StatusList, 1)
    bits, secret = old.bits, old.decoy_secret
    old.suspended = old.decoy_secret = old.suspension_json = old.suspension_jwt = None
    session.flush()
    with pytest.raises(status.ListNotSignedYet):
        status.signed_jwt(session, 1, "suspension")

    assert status.sign_due(session, settings, NOW) == 1

    assert status.signed_jwt(session, 1, "suspension")
    assert old.bits == bits  # no decoys where there were none
    assert secret is not None
    assert factories.award(session, settings).status_list == 2


def test_the_commands_put_on_hold_and_end_it(run: Run, tmp_path: Path) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3, "--json").document
    file = tmp_path / "ada.png"
    run("export", made["id"], "--format", "png", "--out", file)

    assert run("suspend", made["number"]).code == 0
    held = run("verify", file, "--json")
    again = run("suspend", made["id"])
    assert run("reinstate", made["id"]).code == 0
    counts = run("verify", file, "--json")

    assert (held.code, held.document["result"]) == (1, 4)
    assert (again.code, again.err.strip()) == (1, "This certificate is on hold already.")
    assert (counts.code, counts.document["result"]) == (0, 1)


def test_the_suspension_list_is_written_as_a_file(run: Run, tmp_path: Path) -> None:
    run("status-list", 1, "--suspension", "--out", tmp_path / "list.json")
    run("status-list", 1, "--suspension", "--jwt", "--out", tmp_path / "list.jwt")

    listed = read_json((tmp_path / "list.json").read_bytes())
    assert listed["id"].endswith("/status/1-suspension")
    assert listed["credentialSubject"]["statusPurpose"] == "suspension"
    assert (tmp_path / "list.jwt").read_bytes().count(b".") == 2
