"""The life of an item: draft, seeded, provisional, operational, watched, retired, and why it moves on.

    >>> next_state(State.SEEDED, Evidence(answers=34, is_calibrated=True)).reasons
    ('It has 34 answers; 30 are enough for a first estimate of its difficulty.',)

What an item may do follows from what is known of it. The numbers are those at which simulations with few learners
showed an estimate to be better than the experts' level alone, and not earlier: 30 answers for a difficulty, 100 for a
slope, 1,000 for guessing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import AGREED_DEVIATION, EXPERT_DEVIATION, Normal, Share
from assessor.psychometrics.care.dif.verdicts import DifClass
from assessor.psychometrics.measuring.response_models import Curve
from assessor.psychometrics.rules import Rule


class State(StrEnum):
    """Where an item is in its life.

    DRAFT        experts are placing it; nobody is asked
    SEEDED       tried out, not scored
    PROVISIONAL  scored, with all the uncertainty of its difficulty
    OPERATIONAL  scored, and an anchor of the scale
    WATCHED      something is wrong: no longer scored, tried out again to see whether it stays wrong
    RETIRED      not asked any more; what it was stays on record
    """

    DRAFT = "draft"
    SEEDED = "seeded"
    PROVISIONAL = "provisional"
    OPERATIONAL = "operational"
    WATCHED = "watched"
    RETIRED = "retired"

    @property
    def is_tried_out(self) -> bool:
        """Whether the item takes try-out positions (`seeding`)."""
        return self in (State.SEEDED, State.WATCHED)

    @property
    def is_scored(self) -> bool:
        """Whether answers to the item count for the person."""
        return self in (State.PROVISIONAL, State.OPERATIONAL)

    @property
    def is_anchor(self) -> bool:
        """Whether the item holds the scale in place when others are calibrated."""
        return self is State.OPERATIONAL


@dataclass(frozen=True)
class LifecycleRules(Rule):
    """The numbers of an item's life.

    experts             who must have placed a draft independently
    expert_sd           prior SD of the difficulty around the experts' level
    agreed_sd           the same when at least two named one level
    provisional_from    answers for a difficulty (Rasch)
    operational_from    answers for a slope (2PL) and for checks of fit
    guessing_above      more answers than this for a guessing share (3PL)
    shift_in_sd         a difficulty that moves further has drifted
    dif_per_group       people of each group below which DIF is not acted on
    second_look         new answers after which a watched item is cleared or retired
    """

    experts: int = 2
    expert_sd: float = EXPERT_DEVIATION
    agreed_sd: float = AGREED_DEVIATION
    provisional_from: int = 30
    operational_from: int = 100
    guessing_above: int = 1000
    shift_in_sd: float = 3.0
    dif_per_group: int = 100
    second_look: int = 50

    def __post_init__(self) -> None:
        self.check_number("experts", 1, 20, whole=True)
        self.check_number("expert_sd", 0.05, 3)
        self.check_number("agreed_sd", 0.05, self.expert_sd)
        self.check_number("provisional_from", 1, 100_000, whole=True)
        self.check_number("operational_from", self.provisional_from, 1_000_000, whole=True)
        self.check_number("guessing_above", self.operational_from, 10_000_000, whole=True)
        self.check_number("shift_in_sd", 1, 20)
        self.check_number("dif_per_group", 10, 100_000, whole=True)
        self.check_number("second_look", 1, 100_000, whole=True)


@dataclass(frozen=True, slots=True)
class GroupDif:
    """What is known of an item's DIF for one group; `dif_class` None = could not be judged."""

    group: str
    dif_class: DifClass | None
    n_reference: int
    n_focal: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an item. The defaults are a new draft.

    expert_levels   the level each expert gave, independently of the others
    is_settled      experts who differed have been brought to one level by comparative judgement
    answers         usable answers so far
    new_answers     of these, since the item came into its present state
    is_calibrated   there is a posterior from these answers, on the scale of the bank
    fits            whether the answers follow the model; None = not checked yet
    shift_in_sd     how far the difficulty has moved from its stored version; None = no stored version, or unchanged
    dif             findings by group
    withdrawn       why a person has taken the item out of use; "" = nobody has
    """

    expert_levels: tuple[int, ...] = ()
    is_settled: bool = False
    answers: int = 0
    new_answers: int = 0
    is_calibrated: bool = False
    fits: bool | None = None
    shift_in_sd: float | None = None
    dif: tuple[GroupDif, ...] = ()
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """The state an item comes into, or stays in, and why, in sentences for people who look after the bank."""

    before: State
    state: State
    reasons: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        """Whether the item has moved."""
        return self.before is not self.state


_DEFAULT_RULES = LifecycleRules()


def next_state(state: State, evidence: Evidence, rules: LifecycleRules = _DEFAULT_RULES) -> Transition:
    """Return where an item belongs.

    The same state and evidence always give the same answer. Asking again with what has not changed changes nothing,
    except that a watched item's new answers start at 0 whenever it is moved.

    Parameters
    ----------
    state
        Where it is now.
    evidence
        What is known of it.
    rules
        How much has to be known for each state.

    Returns
    -------
    The state it comes into or stays in, with at least one reason.
    """
    if state is State.RETIRED:
        return Transition(state, state, ("A retired item stays retired. To use its idea again, write a new item.",))
    if evidence.withdrawn:
        return Transition(state, State.RETIRED, (f"Withdrawn: {evidence.withdrawn}",))
    if state is State.DRAFT:
        return _from_draft(evidence, rules)
    worries = concerns(evidence, rules)
    if state is State.WATCHED:
        return _from_watched(evidence, worries, rules)
    if worries:
        return Transition(state, State.WATCHED, worries)
    return _onward(state, evidence, rules)


def concerns(evidence: Evidence, rules: LifecycleRules = _DEFAULT_RULES) -> tuple[str, ...]:
    """Return what is wrong with an item, as sentences: drift, DIF, misfit; () = nothing."""
    found = []
    moved = evidence.shift_in_sd
    if moved is not None and abs(moved) > rules.shift_in_sd:
        direction = "harder" if moved > 0 else "easier"
        found.append(
            f"It has become {direction}: its difficulty has moved by {abs(moved):.1f} SD from the stored value; "
            f"{rules.shift_in_sd:g} is the limit."
        )
    for dif in evidence.dif:
        if dif.dif_class is DifClass.LARGE and min(dif.n_reference, dif.n_focal) >= rules.dif_per_group:
            found.append(
                f"People of group {dif.group!r} find it differently hard from equally able people of other groups: "
                f"DIF of class C, {dif.n_focal} against {dif.n_reference} people."
            )
    if evidence.fits is False:
        found.append("The answers do not follow the model: check the key, the options and the wording.")
    return tuple(found)


def _from_draft(evidence: Evidence, rules: LifecycleRules) -> Transition:
    draft, given = State.DRAFT, len(evidence.expert_levels)
    if given < rules.experts:
        reason = f"{given} of {rules.experts} experts have given it a level."
        return Transition(draft, draft, (reason,))
    if len(set(evidence.expert_levels)) > 1 and not evidence.is_settled:
        levels = ", ".join(str(level) for level in evidence.expert_levels)
        reason = f"The experts gave it different levels ({levels}). Compare it with items whose level is known."
        return Transition(draft, draft, (reason,))
    how = "agree" if len(set(evidence.expert_levels)) == 1 else "have settled"
    reason = f"{given} experts {how} on its level." if given > 1 else "An expert has given it a level."
    return Transition(draft, State.SEEDED, (reason,))


def _from_watched(evidence: Evidence, worries: tuple[str, ...], rules: LifecycleRules) -> Transition:
    watched, looked = State.WATCHED, evidence.new_answers
    if looked < rules.second_look:
        waiting = f"{looked} of {rules.second_look} new answers for a second look."
        return Transition(watched, watched, (*worries, waiting))
    if worries:
        return Transition(watched, State.RETIRED, (*worries, f"{looked} new answers have not changed that."))
    onward = _onward(State.SEEDED, evidence, rules)
    return Transition(watched, onward.state, (f"{looked} new answers show nothing wrong any more.", *onward.reasons))


def _onward(state: State, evidence: Evidence, rules: LifecycleRules) -> Transition:
    """Return the highest state the answers carry, never a lower one: answers are not lost."""
    answers = evidence.answers
    if state is State.OPERATIONAL:
        return Transition(state, state, (f"It has {answers} answers and nothing is wrong.",))
    if answers < rules.provisional_from:
        return Transition(state, state, (f"{answers} of {rules.provisional_from} answers for a first estimate.",))
    if not evidence.is_calibrated:
        return Transition(state, state, (f"It has {answers} answers and waits for the next calibration.",))
    if answers >= rules.operational_from and evidence.fits:
        reason = f"It has {answers} answers, {rules.operational_from} being enough for its slope, and fits the model."
        return Transition(state, State.OPERATIONAL, (reason,))
    if state is State.SEEDED:
        enough = (
            f"It has {answers} answers; {rules.provisional_from} are enough for a first estimate of its difficulty."
        )
        return Transition(state, State.PROVISIONAL, (enough,))
    if answers >= rules.operational_from:
        return Transition(state, state, (f"It has {answers} answers; its fit has not been checked yet.",))
    return Transition(state, state, (f"{answers} of {rules.operational_from} answers for its slope.",))


def model_for(answers: int, rules: LifecycleRules = _DEFAULT_RULES, curve: Curve = Curve.LOGISTIC) -> Model:
    """Return the model that so many answers can carry.

    Parameters
    ----------
    answers
        Usable answers of the item, 0 or more.
    rules
        The numbers from which a slope and a guessing share can be estimated.
    curve
        Which curves the item has.

    Returns
    -------
    Rasch, 2PL, 3PL; partial credit without or with a slope. A graded item has one model only; below
    `operational_from` answers its slope is its prior's.
    """
    if curve is Curve.GRADED:
        return Model.GRM
    if curve is Curve.PARTIAL_CREDIT:
        return Model.PCM if answers < rules.operational_from else Model.GPCM
    if answers < rules.operational_from:
        return Model.RASCH
    return Model.TWO_PL if answers <= rules.guessing_above else Model.THREE_PL


def expert_prior(centres: Sequence[float], rules: LifecycleRules = _DEFAULT_RULES) -> Normal:
    """Return the prior of a difficulty from what experts say.

    Parameters
    ----------
    centres
        The theta at the centre of the level that each expert gave, one or more.
    rules
        The SDs.

    Returns
    -------
    N(mean of the centres, SD²), in theta: SD `expert_sd`, or `agreed_sd` when two or more gave the same level.

    Raises
    ------
    ValueError
        There is no level at all.
    """
    if not centres:
        raise ValueError("No expert has given this item a level. Without one its difficulty could be anything.")
    agree = len(centres) > 1 and len(set(centres)) == 1
    return Normal(sum(centres) / len(centres), rules.agreed_sd if agree else rules.expert_sd)


def guessing_prior(options: int, people: float = 20.0) -> Share:
    """Return the prior of c for a question with options: who guesses is right in 1 / options of the cases.

    Parameters
    ----------
    options
        How many there are, 2 or more.
    people
        How many answers the prior is worth.

    Returns
    -------
    The beta distribution with mean 1 / options.

    Raises
    ------
    ValueError
        Fewer than 2 options.
    """
    if options < 2:
        raise ValueError(f"A question with {options} options cannot be guessed. Calibrate it without c.")
    return Share(1 / options, people)
