"""Calibration: item parameters from the answers of many people.

What is where, in reading order
    calibrating         `calibrate`: the whole story in one function
    item_model          the models, and what EM asks of one
    priors              what is believed before any answer: expert levels, slopes, guessing, groups
    survey, checks      one pass over the answers; what is refused or warned about, by name
    rows                answers as blocks for matrix products: tables, sparse rows, shards loaded where they are counted
    expected_counts     the E-step
    logistic            right-or-wrong items: Rasch, 1PL to 4PL
    stepwise            items with more scores: PCM, GPCM, GRM (`step_curves`, `empty_scores`)
    fisher_scoring      the M-step of items
    populations         the M-step of groups, and the scale of theta
    em                  steps and leaps until nothing changes
    covariance          standard errors
    discrimination      items on which abler people do worse
    result              `Calibration`
    conditional         conditional maximum likelihood for the Rasch model, without a population
    online              new answers to a calibrated item, without calibrating the bank again (`item_posterior`)
    abilities           several abilities of many people at once, for parameters that follow a design's own sittings
    linking, testlets   two calibrations on one scale; questions about one text as one item

Words used here
    shard               some of the people: the unit of work that `map` hands to a worker
    values              what EM works with instead of parameters: log a and d = -ab, logit c, and so on; see each model
    node                a theta of the quadrature; a table is by item, score and node
    anchor              an item whose parameters stay and give the scale (fixed-parameter calibration, FIPC)

Decisions
    Priors are the default, no priors a deliberate act that warns: below 1,000 answers an item, maximum likelihood is
    worse than the levels that experts name.
    In the M-step the reference population is free and theta is then renamed so that it is N(0, 1) again (parameter
    expansion). With leaps in between, long tests need about 6 E-steps instead of 200.
    Shards are fixed pieces added up in a fixed order, so the number of workers changes no bit. The cut into shards
    and the form of the answers change the last digits only.
    Standard errors are from the observed information of items and populations together.
"""
