"""Adaptive testing: from answers to an ability, from an ability to the next item and to a band.

Values in, values out: no database, no clock, no network; random numbers come from a generator that the caller
gives.

Words used here
    theta           ability on the logistic metric with D = 1; the population is N(0, 1)
    response model  probability of a right answer given theta (`response_models`)
    information     how sharply an item measures at a theta (`information`)
    estimate        what the answers say about theta: posterior, mean, standard error (`ability`)
    pool            the items of one release, with everything computed from them once (`pool`)
    design          pool and rules: how to estimate, select, stop and award (`adaptive`)
    cut, band       Basic, Intermediate, Advanced, Highly advanced and their lower cut scores (`bands`)

Decisions
    The prior is N(0, 1) and stays so. A prior moved towards earlier answers counts them twice.
    The posterior is kept as a log-likelihood on a fixed grid, so that no pattern of answers can underflow,
    and all right or all wrong have an estimate like any other. A test stops when the award is decided, not at
    a fixed precision: for the same accuracy this saves a third of the items (`stopping`). Item difficulties
    are uncertain until many people have answered. The uncertainty flattens the item's curve
    (`response_models.effective_slope`), so that an estimate never claims more than the bank knows. One
    function, `adaptive.next_step`, serves delivery, resuming, re-scoring and simulation.
"""
