"""Items of every curve, as hypothesis draws them."""

from hypothesis import strategies as st

from assessor.psychometrics.measuring.response_models import Curve, ItemParameters

slopes = st.floats(0.3, 2.5)
difficulties = st.floats(-3, 3)
thetas = st.floats(-6, 6)
uncertainties = st.sampled_from([0.0, 0.35, 0.5])


@st.composite
def logistic_items(draw: st.DrawFn, guessing: bool = True) -> ItemParameters:
    """A 2PL item; with guessing up to a 4PL one."""
    c = draw(st.sampled_from([0.0, 0.2, 0.35])) if guessing else 0.0
    d = draw(st.sampled_from([1.0, 0.95, 0.8])) if guessing else 1.0
    return ItemParameters(draw(slopes), draw(difficulties), se_b=draw(uncertainties), c=c, d=d)


@st.composite
def partial_credit_items(draw: st.DrawFn) -> ItemParameters:
    """A partial credit item with scores up to 4; its thresholds need not rise."""
    thresholds = draw(st.lists(difficulties, min_size=1, max_size=4))
    return ItemParameters.stepwise(Curve.PARTIAL_CREDIT, draw(slopes), thresholds, se_b=draw(uncertainties))


@st.composite
def graded_items(draw: st.DrawFn) -> ItemParameters:
    """A graded item with scores up to 4."""
    first = draw(st.floats(-3, 1))
    gaps = draw(st.lists(st.floats(0.1, 1.5), max_size=3))
    thresholds = [first + sum(gaps[:count]) for count in range(len(gaps) + 1)]
    return ItemParameters.stepwise(Curve.GRADED, draw(slopes), thresholds, se_b=draw(uncertainties))


unguessed_items = st.one_of(logistic_items(guessing=False), partial_credit_items(), graded_items())
"""Items whose log-likelihood has one maximum."""

any_items = st.one_of(logistic_items(), partial_credit_items(), graded_items())


@st.composite
def answered(
    draw: st.DrawFn, items: st.SearchStrategy[ItemParameters] = any_items, most: int = 6
) -> tuple[list[ItemParameters], list[int]]:
    """A test of a few items, and one person's scores on it."""
    test = draw(st.lists(items, min_size=1, max_size=most))
    return test, [draw(st.integers(0, item.highest_score)) for item in test]
