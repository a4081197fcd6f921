"""What a finished sitting is worth."""

import pytest
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.psychometrics.standards.bands import Band
from assessor.sittings import awarding, delivery, pages, starting
from tests import factories
from tests.factories import NOW, right_answer, unknown


def test_twenty_times_unknown_ends_without_a_band_and_without_a_certificate(
    session: Session, settings: Settings
) -> None:
    sitting = factories.sitting(session)

    result = factories.finish(session, sitting, unknown)

    assert result.items <= 20
    assert result.band is None
    assert result.level is None
    sitting.confirmed_at, sitting.confirmed_by = NOW, factories.olu(session).id
    with pytest.raises(awarding.NoBand):
        factories.award_of_sitting(session, settings, sitting)


def test_who_knows_everything_gets_the_highest_band_that_the_bank_can_show(session: Session) -> None:
    sitting = factories.sitting(session)

    result = factories.finish(session, sitting, right_answer)

    assert result.band == Band.INTERMEDIATE
    assert result.level in (3, 4)
    assert 8 <= result.items <= 20


def test_the_end_closes_what_was_open(session: Session) -> None:
    sitting = factories.sitting(session)
    delivery.rest(session, sitting, NOW)
    delivery.call_help(session, sitting, NOW)

    factories.finish(session, sitting, unknown)

    assert sitting.finished_at == NOW
    assert sitting.help_called_at is None
    assert sitting.resting_since is None


def test_every_competence_has_an_estimate_of_its_own_with_its_range(session: Session) -> None:
    sitting = factories.sitting(session)

    result = factories.finish(session, sitting, right_answer)

    assert set(result.competences) == {"1.1", "2.1", "4.1", "4.2"}
    for one in result.competences.values():
        assert one["low"] < one["mean"] < one["high"]
        assert one["items"] >= 3
        assert 0 <= one["score"] <= 100
    assert sum(one["items"] for one in result.competences.values()) == result.items


def test_a_finished_sitting_can_be_seen_after_the_session(session: Session) -> None:
    group = factories.group(session)
    opened = factories.open_session(session, group)
    [ada] = factories.people(session, group)
    sitting = factories.sitting(session, ada)
    factories.finish(session, sitting, right_answer)
    opened.ended_at = NOW
    session.flush()

    assert starting.current_sitting(session, ada) is sitting


def test_the_result_page_says_what_the_person_can_do_and_what_to_learn_next(session: Session) -> None:
    sitting = factories.sitting(session)
    result = factories.finish(session, sitting, right_answer)

    page = pages.result_page(session, sitting, result)

    assert page["can"]
    assert len(page["map"]) == 4
    assert 1 <= len(page["steps"]) <= 3
    for row in page["map"]:
        assert 0 <= row["low"] <= row["mean"] <= row["high"] <= 100
