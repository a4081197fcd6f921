"""Which options of a choice question people take, and what that says about the question.

>>> taken = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]] * 20
>>> report = option_analysis(["A", "B", "C"], ["B"], taken, ability=[1.0, 0.8, -0.5, -1.0] * 20)
>>> [str(remark) for remark in report.remarks]
['more of the best third chose another option than the key: check the key', 'the key goes with low ability']
>>> [str(remark) for option in report.options for remark in option.remarks]
['goes with high ability: could it be right as well?', 'nobody chose it: it does not distract']
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.measuring.response_models import Array

FEWEST_PEOPLE = 30
"""People below whom shares are shown and nothing is remarked: chance would do most of the talking."""


class ChoicesNotUsable(ValueError):
    """Choices that do not fit the question's options, or the people."""


class QuestionRemark(StrEnum):
    """What is odd about a question's key."""

    CHECK_THE_KEY = "more of the best third chose another option than the key: check the key"
    KEY_OF_THE_WEAK = "the key goes with low ability"
    TOO_FEW = "too few people to remark on anything"


class OptionRemark(StrEnum):
    """What is odd about a wrong option."""

    UNUSED = "nobody chose it: it does not distract"
    ATTRACTS_THE_BEST = "goes with high ability: could it be right as well?"


@dataclass(frozen=True, slots=True)
class Option:
    """Who chose an option.

    share           of all who saw the question, 0 to 1
    by_third        share among the lowest, middle and best third by ability
    point_biserial  correlation of choosing it with ability, -1 to 1; nan = all or none chose it, or ability is equal
    remarks         () for the key
    """

    name: str
    is_key: bool
    share: float
    by_third: tuple[float, float, float]
    point_biserial: float
    remarks: tuple[OptionRemark, ...]


@dataclass(frozen=True, slots=True)
class OptionReport:
    """One question and its options.

    people   who saw the question (weighted)
    omitted  share of them who chose nothing
    """

    people: float
    omitted: float
    options: tuple[Option, ...]
    remarks: tuple[QuestionRemark, ...]


def option_analysis(
    options: Sequence[str],
    keys: Collection[str],
    taken: ArrayLike,
    ability: ArrayLike,
    weight: ArrayLike | None = None,
) -> OptionReport:
    """Say who chose which option of a question.

    Parameters
    ----------
    options
        Their names, in the order of the columns.
    keys
        The right ones; several where several must be chosen.
    taken
        (persons, options), 1 where the person chose the option; only people who saw the question. A row of zeros =
        saw it and chose nothing.
    ability
        (persons,): estimate of theta, or the sum of the other items' scores. Where this question counts in it, point
        biserials are a little too high for the key and too low for the others.
    weight
        People that each row stands for.

    Raises
    ------
    ChoicesNotUsable
        Nobody saw the question, a key is not among the options, or the shapes differ.

    References
    ----------
    Haladyna and Rodriguez 2013, chapter 17; Thorndike and Thorndike-Christ 2010.
    """
    chosen, at = np.asarray(taken, dtype=np.float64), np.asarray(ability, dtype=np.float64)
    if chosen.ndim != 2 or not len(chosen) or chosen.shape != (len(at), len(options)):
        raise ChoicesNotUsable(
            f"Choices must be a table of at least one person × {len(options)} options, with abilities."
        )
    if not np.isin(chosen, (0, 1)).all() or not np.isfinite(at).all():
        raise ChoicesNotUsable("A choice is 1 or 0, and an ability is a finite number.")
    if not keys or not set(keys) <= set(options):
        raise ChoicesNotUsable(f"The key {sorted(keys)} must be among the options {list(options)}.")
    people = np.ones(len(at)) if weight is None else np.asarray(weight, dtype=np.float64)
    total = float(people.sum())
    share, thirds = people @ chosen / total, _shares_by_third(chosen, at, people)
    correlation = _point_biserials(chosen, at, people)
    enough = total >= FEWEST_PEOPLE
    found = []
    for place, name in enumerate(options):
        low, middle, best = (float(third[place]) for third in thirds)
        remarks = () if name in keys or not enough else _remarks(float(share[place]), float(correlation[place]))
        found.append(
            Option(name, name in keys, float(share[place]), (low, middle, best), float(correlation[place]), remarks)
        )
    omitted = float(people @ (chosen.sum(axis=1) == 0)) / total
    return OptionReport(total, omitted, tuple(found), _question_remarks(found) if enough else (QuestionRemark.TOO_FEW,))


def _shares_by_third(chosen: Array, ability: Array, people: Array) -> Array:
    """Return the share of each option among the lowest, middle and best third: (3, options).

    People with the same ability are split in the same proportions, so that their order in the file changes nothing.
    """
    levels, level = np.unique(ability, return_inverse=True)
    amount = np.bincount(level, people, len(levels))
    upto = np.cumsum(amount) / people.sum()
    borders = np.array([0.0, 1 / 3, 2 / 3, 1.0])
    covered = np.clip(upto, borders[:-1, np.newaxis], borders[1:, np.newaxis])
    started = np.clip(upto - amount / people.sum(), borders[:-1, np.newaxis], borders[1:, np.newaxis])
    inside = (covered - started) / (amount / people.sum())
    weights = inside[:, level] * people
    return np.asarray(weights @ chosen / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def _point_biserials(chosen: Array, ability: Array, people: Array) -> Array:
    share = people @ chosen / people.sum()
    centred = ability - np.average(ability, weights=people)
    together = (people * centred) @ chosen / people.sum()
    spread = np.sqrt(share * (1 - share) * np.average(np.square(centred), weights=people))
    unknown = np.full_like(spread, np.nan)
    return np.asarray(np.divide(together, spread, out=unknown, where=spread > 1e-12), dtype=np.float64)


def _remarks(share: float, correlation: float) -> tuple[OptionRemark, ...]:
    if share == 0:
        return (OptionRemark.UNUSED,)
    return (OptionRemark.ATTRACTS_THE_BEST,) if correlation > 0.05 else ()


def _question_remarks(options: Sequence[Option]) -> tuple[QuestionRemark, ...]:
    wrong = [option.by_third[2] for option in options if not option.is_key]
    keys = [option for option in options if option.is_key]
    remarks = []
    if wrong and max(wrong) > min(key.by_third[2] for key in keys):
        remarks.append(QuestionRemark.CHECK_THE_KEY)
    if any(key.point_biserial < 0 for key in keys):
        remarks.append(QuestionRemark.KEY_OF_THE_WEAK)
    return tuple(remarks)
