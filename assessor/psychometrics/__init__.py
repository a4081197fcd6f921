"""Adaptive testing: from answers to an ability, from an ability to the next item and to a level, and back to the items.

Values in, values out: no database, no clock, no network; random numbers come from a generator that the caller
gives.

    measuring    response models, information, abilities
    standards    cut scores, levels, how sure they are
    calibration  item parameters from answers; linking two calibrations
    adaptive     the next item, and when to stop
    care         looking after a bank
    simulation   virtual learners, banks and tests
    rules        how the rules of a design are written as JSON

Words used here
    theta           ability on the logistic metric with D = 1; the population is N(0, 1)
    response model  probability of a score given theta
    information     how sharply an item measures at a theta
    posterior       what is known of theta after the answers; its mean is the estimate, its SD the standard error
    hierarchy       how competences hang together: a general factor, areas, and what is special to each
    pool            the items of one release
    design          a pool and all rules of a test
    conditions      what is fixed when a sitting begins: seed, language, device, items held back
    state           where a person stands in the middle of a test
    criterion       what makes an item worth asking next
    eligibility     which items a sitting may use, drawn at its start so that none becomes known
    cut, band       Basic, Intermediate, Advanced, Highly advanced and their lower cut scores
    standing        the level reached, what is borderline, and the probability of each level
    linking         bringing two calibrations to one scale
    DIF             an item that is harder for one group than for equally able people of another

Decisions
    The prior stays what it was at the start of a sitting. One moved towards earlier answers counts them twice.
    Posteriors are kept as log-likelihoods on a fixed grid, so that no pattern of answers can underflow, and all
    right or all wrong have an estimate like any other. A test stops when a level is certain, not at a fixed
    precision: for the same accuracy this saves a third of the items (`adaptive.stopping`). Item difficulties are
    uncertain until many people have answered. The uncertainty flattens the item's curve
    (`measuring.response_models.effective_slope`), so that an estimate never claims more than the bank knows; and
    below 1,000 answers an item no calibration leaves out what experts said unless it is told to. One function,
    `adaptive.next_step`, serves delivery, resuming, re-scoring and simulation.
"""
