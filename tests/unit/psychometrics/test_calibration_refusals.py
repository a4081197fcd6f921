"""Answers that cannot be calibrated are refused by name, with what to do; doubtful ones come with a warning."""

import numpy as np
import pytest

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.checks import CalibrationNotPossible
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import FLAT, Normal, Priors, Share
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.measuring.responses import MISSING, Responses, ResponsesNotUsable, Scores
from tests.unit.psychometrics.calibration_data import answers, as_sparse, bank, people

NAMES = ["phone", "mail", "print", "chat", "scan", "sort"]


def scores(number: int = 300) -> Scores:
    """Answers of one population to six items."""
    return answers(bank(6), people(number))


def responses(table: Scores, groups: list[str] | None = None) -> Responses:
    """The same with names."""
    return Responses.from_matrix(table, NAMES, groups or [])


def in_two_parts() -> Scores:
    """The first 150 people had items 0 to 2, the others items 3 to 5."""
    table = scores()
    table[:150, 3:] = MISSING
    table[150:, :3] = MISSING
    return table


def test_an_item_nobody_answered_is_named() -> None:
    table = scores()
    table[:, 2] = MISSING

    with pytest.raises(CalibrationNotPossible, match=r"Nobody answered print\. Leave it out"):
        calibrate(responses(table), Model.TWO_PL)


def test_a_constant_item_is_refused_without_priors() -> None:
    table = scores()
    table[:, 1], table[:, 4] = 1, 0

    with pytest.raises(CalibrationNotPossible, match=r"same score on mail, scan\. Without priors"):
        calibrate(responses(table), Model.TWO_PL, priors=Priors.flat())


def test_a_constant_item_is_estimated_with_priors() -> None:
    table = scores()
    table[:, 1], table[:, 4] = 1, 0

    calibration = calibrate(responses(table), Model.TWO_PL)

    items = calibration.by_item()
    assert items["mail"].b < -2 < 2 < items["scan"].b
    assert items["mail"].se_b > 1.5 * items["phone"].se_b
    assert calibration.warnings == ("Everybody has the same score on mail, scan: its estimate rests on the prior.",)


@pytest.mark.parametrize("rows", [1, 0])
def test_one_person_is_not_compared_with_anybody(rows: int) -> None:
    table = np.full((5, 6), MISSING, dtype=np.int8)
    table[:rows] = 1

    with pytest.raises(CalibrationNotPossible, match="at least two"):
        calibrate(responses(table), Model.RASCH)


def test_a_group_without_answers_is_named() -> None:
    table = scores(10)
    table[9] = MISSING

    with pytest.raises(CalibrationNotPossible, match="Nobody of guests answered anything"):
        calibrate(responses(table, ["adults"] * 9 + ["guests"]), Model.RASCH)


@pytest.mark.parametrize("sparse", [False, True])
def test_parts_that_nobody_links_are_refused_without_priors(sparse: bool) -> None:
    table = responses(in_two_parts())

    with pytest.raises(CalibrationNotPossible, match=r"\(1\) phone, mail, print; \(2\) chat, scan, sort"):
        calibrate(as_sparse(table) if sparse else table, Model.TWO_PL, priors=Priors.flat())


def test_parts_that_nobody_links_are_a_warning_with_priors() -> None:
    calibration = calibrate(responses(in_two_parts()), Model.TWO_PL)

    assert "comparable only if the people of each part are equally able" in calibration.warnings[0]


def test_one_person_who_links_is_enough() -> None:
    table = in_two_parts()
    table[0, 5] = 1

    assert calibrate(responses(table), Model.TWO_PL).warnings == ()


def test_links_may_lie_in_different_shards() -> None:
    table = in_two_parts()
    table[0, 5] = 1

    assert calibrate(list(responses(table).shards(90)), Model.TWO_PL).warnings == ()


def test_groups_without_common_items_are_refused_whatever_the_priors() -> None:
    groups = ["adults"] * 150 + ["guests"] * 150

    with pytest.raises(CalibrationNotPossible, match="Groups of people have no items in common"):
        calibrate(responses(in_two_parts(), groups), Model.TWO_PL)


def test_parts_are_linked_when_each_has_an_anchor() -> None:
    truth = bank(6)
    groups = ["adults"] * 150 + ["guests"] * 150

    both = calibrate(responses(in_two_parts(), groups), Model.TWO_PL, anchors={"phone": truth[0], "sort": truth[5]})

    assert both.warnings == ()
    with pytest.raises(CalibrationNotPossible, match="not each has an anchor"):
        calibrate(responses(in_two_parts(), groups), Model.TWO_PL, anchors={"phone": truth[0]})


def test_a_wrong_key_is_named() -> None:
    table = scores(1200)
    table[:, 3] = 1 - table[:, 3]

    calibration = calibrate(responses(table), Model.TWO_PL)

    assert len(calibration.warnings) == 1
    assert calibration.warnings[0].startswith("Abler people have lower scores on chat. Check the key")
    with pytest.raises(CalibrationNotPossible, match="lower scores on chat"):
        calibrate(responses(table), Model.TWO_PL, priors=Priors.flat())


@pytest.mark.parametrize("model", [Model.RASCH, Model.TWO_PL, Model.GRM])
def test_a_right_key_is_not(model: Model) -> None:
    assert calibrate(responses(scores(1200)), model).warnings == ()


def test_scores_above_1_need_a_stepwise_model() -> None:
    table = scores()
    table[5, 4] = 2

    with pytest.raises(CalibrationNotPossible, match=r"scan has higher ones\. Choose pcm, gpcm or grm"):
        calibrate(responses(table), Model.TWO_PL)


def test_a_score_nobody_has_is_refused_without_priors() -> None:
    table = scores()
    table[table[:, 4] == 1, 4] = 2

    with pytest.raises(CalibrationNotPossible, match="Nobody has score 1 of scan"):
        calibrate(responses(table), Model.GPCM, priors=Priors.flat())
    assert len(calibrate(responses(table), Model.GPCM).by_item()["scan"].thresholds) == 2


def test_few_answers_without_priors_are_told() -> None:
    calibration = calibrate(responses(scores(1100)), Model.TWO_PL, priors=Priors.flat())
    table = scores(1100)
    table[:200, :2] = MISSING

    few = calibrate(responses(table), Model.TWO_PL, priors=Priors.flat())

    assert not any("without priors" in warning for warning in calibration.warnings)
    assert "2 of 6 items have fewer than 1,000 answers" in few.warnings[0]
    assert "worse than the levels that experts name" in few.warnings[0]


@pytest.mark.parametrize("half", [Priors(difficulty=FLAT), Priors(log_a=FLAT)], ids=["difficulties", "slopes"])
def test_leaving_out_one_prior_is_told_too(half: Priors) -> None:
    warnings = calibrate(responses(scores(500)), Model.TWO_PL, priors=half).warnings

    assert "6 of 6 items have fewer than 1,000 answers" in warnings[0]


def test_experts_who_placed_every_item_are_priors_enough() -> None:
    experts = Priors(difficulty=FLAT, experts=dict.fromkeys(NAMES, Normal(0.0, 0.5)))

    assert calibrate(responses(scores(100)), Model.TWO_PL, priors=experts).warnings == ()


def test_no_priors_named_are_the_default_priors() -> None:
    table = responses(scores(50))

    assert calibrate(table, Model.TWO_PL).parameters == calibrate(table, Model.TWO_PL, priors=Priors()).parameters
    assert not Priors().is_flat
    assert Priors.flat().is_flat


def test_anchors_must_have_been_answered() -> None:
    table = scores()
    table[:, 2] = MISSING

    with pytest.raises(CalibrationNotPossible, match="Nobody answered any of the anchors"):
        calibrate(responses(table), Model.TWO_PL, anchors={"print": ItemParameters(1, 0)})


def test_something_must_be_left_to_calibrate() -> None:
    anchors = dict(zip(NAMES, bank(6), strict=True))

    with pytest.raises(CalibrationNotPossible, match="Every item is an anchor"):
        calibrate(responses(scores()), Model.TWO_PL, anchors=anchors)


def test_an_anchor_must_know_the_scores_of_its_answers() -> None:
    table = scores()
    table[0, 0] = 2

    with pytest.raises(CalibrationNotPossible, match="Scores of phone are higher"):
        calibrate(responses(table), Model.TWO_PL, anchors={"phone": ItemParameters(1, 0)})


def test_one_slope_cannot_have_two_anchors_with_two() -> None:
    anchors = {"phone": ItemParameters(1, 0), "mail": ItemParameters(1.5, 0)}

    with pytest.raises(CalibrationNotPossible, match="one slope, and the anchors have several"):
        calibrate(responses(scores()), Model.ONE_PL, anchors=anchors)


def test_anchors_may_be_of_any_response_model() -> None:
    table = scores(400)
    table[:, 0] += scores(400)[:, 1]
    anchors = {
        "phone": ItemParameters.stepwise(Curve.GRADED, 1.1, [-0.5, 0.7]),
        "mail": ItemParameters(1.2, 0.1, c=0.2, d=0.95),
    }

    calibration = calibrate(responses(table), Model.TWO_PL, anchors=anchors)

    assert calibration.by_item()["phone"] == anchors["phone"]
    assert calibration.by_item()["mail"] == anchors["mail"]
    assert not calibration.covariance[:2].any()
    assert calibration.covariance[2:].any()


def test_shards_must_fit_together() -> None:
    other = Responses.from_matrix(scores(), [*NAMES[:5], "swap"])

    with pytest.raises(ResponsesNotUsable, match="same items"):
        calibrate([responses(scores()), other], Model.RASCH)


def test_there_must_be_a_shard() -> None:
    with pytest.raises(CalibrationNotPossible, match="no answers"):
        calibrate([], Model.RASCH)


@pytest.mark.parametrize("deviation", [0.0, -1.0, float("nan")])
def test_a_prior_needs_a_width(deviation: float) -> None:
    with pytest.raises(ValueError, match="deviation above 0"):
        Normal(0.0, deviation)


@pytest.mark.parametrize(("mode", "answers_worth"), [(0.0, 5.0), (1.0, 5.0), (0.5, -1.0)])
def test_a_prior_of_a_share_lies_between_0_and_1(mode: float, answers_worth: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Share(mode, answers_worth)
