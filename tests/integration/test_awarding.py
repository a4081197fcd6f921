"""From a confirmed result to a signed certificate."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from assessor import jobs
from assessor.certificates import checking
from assessor.certificates.summary import MAX_NAME
from assessor.config import Settings
from assessor.credentials import awarding, issuing, names, papers, status, summarising
from assessor.credentials.models import Award, Credential, StatusList
from assessor.errors import Invalid, NotFound
from assessor.jobs import Job
from assessor.openbadges.status_list import BitstringStatusList
from assessor.sittings import awarding as sitting_awards
from assessor.sittings.models import Sitting
from assessor.verification import verifying
from tests import factories
from tests.factories import NOW, right_answer


def count(session: Session, model: type[Award] | type[Job] | type[Credential]) -> int:
    """How many rows there are."""
    return session.scalar(select(func.count()).select_from(model)) or 0


def signed(session: Session, settings: Settings, award: Award) -> Credential:
    """The award's badge, signed now."""
    credential = issuing.sign(session, award, settings, NOW)
    session.add(credential)
    session.flush()
    return credential


def checked(session: Session, settings: Settings, award: Award) -> checking.CheckedSummary:
    """What the verification page says about the number of an award."""
    found = verifying.check_number(session, award.number, settings, NOW).answer
    assert found is not None
    return found


def test_nothing_is_awarded_before_somebody_confirmed_the_person(session: Session, settings: Settings) -> None:
    sitting = factories.sitting(session)
    factories.finish(session, sitting, right_answer)

    with pytest.raises(sitting_awards.NotConfirmed):
        factories.award_of_sitting(session, settings, sitting)

    assert count(session, Award) == 0


def test_nothing_is_awarded_before_the_end(session: Session, settings: Settings) -> None:
    sitting = factories.sitting(session)
    sitting.confirmed_at = NOW

    with pytest.raises(sitting_awards.NoBand):
        factories.award_of_sitting(session, settings, sitting)


def test_a_sitting_is_awarded_once(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    first = factories.award_of_sitting(session, settings, sitting, "Ada Lovelace")

    second = factories.award_of_sitting(session, settings, sitting, "Eve")

    assert second is first
    assert second.holder_name == "Ada Lovelace"
    assert (count(session, Award), count(session, Job)) == (1, 1)


def test_the_award_says_what_the_sitting_showed(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)

    award = factories.award_of_sitting(session, settings, sitting)

    assert award.level in (3, 4)
    assert award.awarded_by == factories.olu(session).id
    assert award.conditions["supervised"] is True
    assert award.conditions["device"] == "phone"
    assert 8 <= award.conditions["items"] <= 20
    assert award.valid_until is not None
    assert award.valid_until.year == NOW.year + settings.certificate_years
    earlier = NOW - award.valid_until.replace(year=NOW.year)
    assert timedelta(0) <= earlier <= timedelta(days=1)  # a day after 29 February


def test_help_in_the_home_language_is_a_condition(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    sitting.help_language = "ar"
    sitting_helped(session, sitting)

    award = factories.award_of_sitting(session, settings, sitting)

    assert award.conditions["home_language_help"] is True
    assert summarising.summary(award).languages == "en+ar"


def sitting_helped(session: Session, sitting: Sitting) -> None:
    """One question was read in the home language."""
    sitting_awards._presentations(session, sitting)[0].help_language = "ar"
    session.flush()


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200f", "\x00\x1b", "A" * (MAX_NAME + 1), "ا" * MAX_NAME])
def test_a_name_that_cannot_be_printed_is_refused(name: str, session: Session, settings: Settings) -> None:
    with pytest.raises(names.NameNotUsable):
        factories.award(session, settings, name=name)

    assert (count(session, Award), count(session, Job)) == (0, 0)


def test_the_name_is_signed_as_it_is_printed(session: Session, settings: Settings) -> None:
    name, second = "  Le\u0301ila\t\u202eHaddad ", "ليلى  حداد"
    award = factories.award(session, settings, name=name, second=second, named_in_badge=True)

    credential = signed(session, settings, award)

    assert (award.holder_name, award.second_name) == ("Léila Haddad", "ليلى حداد")
    assert json.loads(credential.body)["credentialSubject"]["identifier"][0]["identityHash"] == "Léila Haddad"
    summary = checked(session, settings, award).summary
    assert summary is not None
    assert (summary.name, summary.second_spelling) == ("Léila Haddad", "ليلى حداد")


def test_what_the_code_has_no_room_for_is_not_printed_either(session: Session, settings: Settings) -> None:
    long_name = "Ada " * (MAX_NAME // 4 - 1) + "King"

    award = factories.award(session, settings, name=long_name, second="ا" * 30)

    assert award.holder_name == long_name
    assert award.second_name is None
    signed(session, settings, award)
    summary = checked(session, settings, award).summary
    assert summary is not None
    assert (summary.name, summary.second_spelling, summary.title) == (long_name, None, award.title)


def test_an_unknown_badge_is_not_awarded(session: Session, settings: Settings) -> None:
    with pytest.raises(NotFound):
        factories.award(session, settings, achievement_code="NO-SUCH-CODE")


def test_an_award_has_a_place_in_the_list_that_says_nothing_yet(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    found = session.get_one(StatusList, award.status_list)
    assert not BitstringStatusList(found.bits).bit(award.status_index)


def test_a_signed_award_is_genuine_at_once_in_every_form(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    signed(session, settings, award)
    own = verifying.own_data(session, settings, NOW)
    trust, source = verifying.trust_of(own.did_document), own.lists

    verdicts = {
        form: verifying.verify_badge(issuing.export(session, award, form, settings).content, trust, source, NOW).verdict
        for form in issuing.FORMS
    }

    assert verdicts == dict.fromkeys(issuing.FORMS, "genuine")
    assert checked(session, settings, award).result == checking.GENUINE


def test_before_it_is_signed_there_is_nothing_to_hand_out(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    with pytest.raises(issuing.NotSignedYet):
        issuing.export(session, award, "json", settings)
    with pytest.raises(Invalid):
        issuing.export(session, award, "docx", settings)
    assert verifying.check_number(session, award.number, settings, NOW).answer is None


def test_the_same_award_gives_the_same_paper(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    signed(session, settings, award)

    first, second = (issuing.export(session, award, "pdf", settings).content for _ in range(2))

    assert first == second


def test_the_badge_keeps_the_bytes_that_were_signed(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()
    jobs.run_all(sessions, settings, NOW)

    exported = issuing.export(session, award, "json", settings).content

    assert exported == session.get_one(Credential, (award.organisation_id, award.id)).body


@pytest.mark.parametrize("reason", ["mistake", "misuse"])
def test_a_withdrawal_answers_at_once_everywhere(reason: str, session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    credential = signed(session, settings, award)

    awarding.revoke(session, award, reason, settings, NOW)

    own = verifying.own_data(session, settings, NOW)
    report = verifying.verify_badge(credential.body, verifying.trust_of(own.did_document), own.lists, NOW)
    assert report.verdict == "no longer valid"
    page = checked(session, settings, award)
    assert page.result == checking.WITHDRAWN
    assert page.summary is None
    assert page.withdrawal_reason == reason
    assert BitstringStatusList(status.find(session, award.status_list).bits).bit(award.status_index)


def test_a_withdrawal_leaves_the_others_valid(session: Session, settings: Settings) -> None:
    first, second = (factories.award(session, settings, source=source) for source in ("one", "two"))
    signed(session, settings, second)

    awarding.revoke(session, first, "other", settings, NOW)

    assert checked(session, settings, second).result == checking.GENUINE


def test_a_certificate_is_withdrawn_once_and_for_a_reason_that_exists(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    with pytest.raises(Invalid):
        awarding.revoke(session, award, "because", settings, NOW)
    awarding.revoke(session, award, "other", settings, NOW)
    with pytest.raises(awarding.AlreadyWithdrawn):
        awarding.revoke(session, award, "other", settings, NOW)


def test_a_character_without_a_font_is_logged_as_a_code_and_the_name_is_not(
    session: Session, settings: Settings
) -> None:
    award = factories.award(session, settings, name="Ada 語")
    credential = issuing.sign(session, award, settings, NOW)

    with capture_logs() as logged:
        papers.paper(session, award, credential, settings)

    assert [entry["signs"] for entry in logged] == [["U+8A9E"]]
    assert "Ada" not in str(logged)
