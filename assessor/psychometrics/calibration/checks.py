"""What cannot be calibrated, and what can but should be known: said before any time is spent, by name.

With priors almost everything has an estimate, so that much which is refused without them is only a warning here.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.calibration.empty_scores import EmptyScore, check_every_score_is_given
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.survey import Survey
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters

FEW_ANSWERS = 1_000
"""Answers an item below which estimates without priors are worse than an expert's level (specification, section 5)."""

FEW_PEOPLE = 30
"""People below which an estimate says more about them than about the items."""

LARGEST_ERROR = 1.0
"""Standard error of a slope or a difficulty above which it says nothing: people themselves differ by 1."""

NAMED = 5  # items listed in a message


class CalibrationNotPossible(ValueError):
    """Answers that the model cannot be calibrated on; the message names what is wrong and what to do."""


def check(survey: Survey, model: Model, priors: Priors, anchors: Mapping[str, ItemParameters]) -> list[str]:
    """Return warnings about the answers.

    Raises
    ------
    CalibrationNotPossible
        Fewer than two people; an item that nobody answered or, without priors, that all answered alike; scores that
        the model does not have; anchors that nobody answered; parts of the design that nothing links.
    """
    is_free = np.array([item not in anchors for item in survey.items])
    _check_people(survey)
    if not is_free.any():
        raise CalibrationNotPossible("Every item is an anchor, so that there is nothing to calibrate.")
    _check_answered(survey, is_free)
    _check_scores(survey, model, priors, is_free)
    _check_anchors(survey, model, {item: anchors[item] for item in survey.items if item in anchors})
    return [
        *_few_people(survey),
        *_constant_items(survey, priors, is_free),
        *_few_answers(survey, model, priors, is_free),
        *_few_for_guessing(survey, model, is_free),
        *_separate_parts(survey, priors, ~is_free),
    ]


def check_discrimination(items: Sequence[str], falling: Sequence[int], priors: Priors) -> list[str]:
    """Return a warning that names the items on which abler people do worse; see `discrimination`.

    Raises
    ------
    CalibrationNotPossible
        There are no priors, so that nothing keeps the slopes of such items above 0.
    """
    if not len(falling):
        return []
    chosen = np.zeros(len(items), dtype=bool)
    chosen[falling] = True
    message = (
        f"Abler people have lower scores on {_named(items, chosen)}. "
        "Check the key, and whether the wording is reversed; leave the item out until then."
    )
    if priors.is_flat:
        raise CalibrationNotPossible(message)
    return [message]


def check_errors(items: Sequence[str], parameters: Sequence[ItemParameters], anchors: Collection[str]) -> list[str]:
    """Return warnings that name the items whose slope or difficulty remains unknown."""
    warnings = []
    for what, errors in (
        ("slope a", [item.se_a for item in parameters]),
        ("difficulty b", [item.se_b for item in parameters]),
    ):
        large = np.array(errors) > LARGEST_ERROR
        large &= np.array([item not in anchors for item in items])
        if large.any():
            warnings.append(
                f"The answers say almost nothing about the {what} of {_named(items, large)}: its standard error is "
                f"above {LARGEST_ERROR:g}. Collect more answers, or let experts place the item, before it is used."
            )
    return warnings


def _few_people(survey: Survey) -> list[str]:
    people = round(float(survey.people.sum()))
    if people >= FEW_PEOPLE:
        return []
    return [
        f"Only {people} people answered. Below {FEW_PEOPLE} the parameters say more about these people than about the "
        "items: keep the levels of the experts until there are more."
    ]


def _few_for_guessing(survey: Survey, model: Model, is_free: NDArray[np.bool_]) -> list[str]:
    few = is_free & (survey.answers < FEW_ANSWERS)
    if model not in (Model.THREE_PL, Model.FOUR_PL) or not few.any():
        return []
    return [
        f"The {model} model needs {FEW_ANSWERS:,} answers an item, and these have fewer: {_named(survey.items, few)}. "
        "Their guessing is what was believed before, and a and b follow it. Choose 2pl, or collect more answers."
    ]


def _check_people(survey: Survey) -> None:
    if survey.people.sum() < 2:
        raise CalibrationNotPossible("Calibration compares people: at least two must have answered something.")
    if (empty := survey.people == 0).any():
        raise CalibrationNotPossible(
            f"Nobody of {_named(survey.groups, empty)} answered anything. Leave that group out."
        )


def _check_answered(survey: Survey, is_free: NDArray[np.bool_]) -> None:
    if (unanswered := is_free & (survey.answers == 0)).any():
        raise CalibrationNotPossible(
            f"Nobody answered {_named(survey.items, unanswered)}. Leave it out: its expert level stays what is known."
        )
    if not is_free.all() and not survey.answers[~is_free].any():
        raise CalibrationNotPossible("Nobody answered any of the anchors, so that nothing links to their scale.")


def _check_scores(survey: Survey, model: Model, priors: Priors, is_free: NDArray[np.bool_]) -> None:
    if not model.is_dichotomous:
        if priors.is_flat:
            _check_every_score(survey, is_free)
    elif (high := is_free & (survey.highest_score > 1)).any():
        raise CalibrationNotPossible(
            f"The {model} model knows scores 0 and 1, and {_named(survey.items, high)} has higher ones. "
            "Choose pcm, gpcm or grm, or score right and wrong."
        )


def _check_every_score(survey: Survey, is_free: NDArray[np.bool_]) -> None:
    free = np.flatnonzero(is_free)
    try:
        check_every_score_is_given([survey.items[at] for at in free], survey.by_score[free], survey.highest_score[free])
    except EmptyScore as error:
        raise CalibrationNotPossible(str(error)) from error


def _check_anchors(survey: Survey, model: Model, anchors: Mapping[str, ItemParameters]) -> None:
    highest = [anchors[item].highest_score if item in anchors else 127 for item in survey.items]
    if (beyond := survey.highest_score > np.array(highest)).any():
        raise CalibrationNotPossible(
            f"Scores of {_named(survey.items, beyond)} are higher than its anchored parameters know. "
            "Check that answers and parameters are of the same version of the item."
        )
    if model is Model.ONE_PL and (len({item.a for item in anchors.values()}) > 1 or _guessing(anchors)):
        raise CalibrationNotPossible(
            "In the 1pl model all items have one slope, and the anchors have several. Choose 2pl, or rasch."
        )


def _guessing(anchors: Mapping[str, ItemParameters]) -> bool:
    return any(item.curve is not Curve.LOGISTIC or (item.c, item.d) != (0, 1) for item in anchors.values())


def _constant_items(survey: Survey, priors: Priors, is_free: NDArray[np.bool_]) -> list[str]:
    constant = is_free & ((survey.by_score > 0).sum(axis=1) == 1)
    has_prior = priors.of(survey.items).b_precision > 0
    if (unknown := constant & ~has_prior).any():
        raise CalibrationNotPossible(
            f"Everybody has the same score on {_named(survey.items, unknown)}. Without priors its difficulty is "
            "infinite: leave it out, wait for more answers, or calibrate with priors."
        )
    if not constant.any():
        return []
    return [f"Everybody has the same score on {_named(survey.items, constant)}: its estimate rests on the prior."]


def _few_answers(survey: Survey, model: Model, priors: Priors, is_free: NDArray[np.bool_]) -> list[str]:
    lacks_prior = priors.of(survey.items).b_precision == 0
    if priors.log_a.precision == 0 and not model.slope_is_fixed:
        lacks_prior[:] = True
    few = int((is_free & lacks_prior & (survey.answers < FEW_ANSWERS)).sum())
    if not few:
        return []
    return [
        f"Calibrated without priors, although {few} of {int(is_free.sum())} items have fewer than {FEW_ANSWERS:,} "
        "answers. Such estimates are worse than the levels that experts name. Do not use them in adaptive tests."
    ]


def _separate_parts(survey: Survey, priors: Priors, is_anchor: NDArray[np.bool_]) -> list[str]:
    """Check that scales can be compared: by people who answered both parts, by anchors, or by groups."""
    answered = survey.answers > 0
    parts = [answered & (survey.part == number) for number in np.unique(survey.part[answered])]
    if len(parts) == 1 or (is_anchor.any() and all((part & is_anchor).any() for part in parts)):
        return []
    listed = "; ".join(f"({number}) {_named(survey.items, part)}" for number, part in enumerate(parts, start=1))
    if is_anchor.any():
        raise CalibrationNotPossible(
            f"Nobody answered items of more than one of these parts, and not each has an anchor: {listed}. "
            "Give each an anchor, or calibrate the parts with anchors alone."
        )
    if not _groups_link(survey, parts):
        raise CalibrationNotPossible(
            f"Groups of people have no items in common, so that their means cannot be compared: {listed}. "
            "Let some people answer items of both parts, or name anchors."
        )
    message = f"Nobody answered items of more than one of these parts: {listed}."
    if priors.is_flat:
        raise CalibrationNotPossible(f"{message} Let some people answer items of both, or calibrate each part alone.")
    return [f"{message} They are comparable only if the people of each part are equally able on average."]


def _groups_link(survey: Survey, parts: list[NDArray[np.bool_]]) -> bool:
    """Whether every part can be reached from the first over groups that answered items of both."""
    asked = survey.scores.sum(axis=2) > 0
    answers_part = np.array([[bool(of_group[part].any()) for part in parts] for of_group in asked])
    reached = np.arange(len(parts)) == 0
    for _ in parts:
        groups = answers_part[:, reached].any(axis=1)
        reached = reached | answers_part[groups].any(axis=0)
    return bool(reached.all())


def _named(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    """Return the first few names, and how many more there are."""
    positions = np.flatnonzero(chosen).tolist()
    listed = ", ".join(names[position] for position in positions[:NAMED])
    return listed + (f" and {len(positions) - NAMED} more" if len(positions) > NAMED else "")
