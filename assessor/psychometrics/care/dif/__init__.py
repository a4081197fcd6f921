"""Differential item functioning (DIF): is an item harder for one group than for equally able people of another?

Groups are languages or devices. A difference between groups as such is no DIF, since groups may differ in ability;
what counts is a difference between people who match.

Words used here
    reference, focal   the group compared with, and the group looked after (`contrasts`)
    matching           what makes people comparable: number-correct in a fixed form, theta in adaptive data, where
                       people answer different items and their totals say nothing (`matching`)
    alpha              odds of a right answer in the reference group over those in the focal group, people matched
    delta              -2.35 ln alpha, the scale of the ETS: below 0, the item favours the reference group
    class A, B, C      negligible, moderate, large: by size and significance of delta (`verdicts`)
    uniform            the same advantage at every ability; non-uniform: one that changes with ability

Methods, from the most robust to the most demanding
    `mantel_haenszel`  counts alone; uniform DIF
    `shrinkage`        steadies its deltas where groups are small, by what the other items show
    `logistic`         uniform and non-uniform, any matching variable
    `lord`             item parameters of two calibrations, with their covariances
    `verdicts`         what to make of it: too few to judge, a class, many items tested at once
    `purification`     matching without the items that have DIF themselves

Decisions
    Nothing is said of an item below 100 people in either group. Where a group is below 200, the class is read from the
    shrunken delta: a raw one from so few is mostly noise. Many items tested at once are many chances of a false
    alarm, therefore significance is also given as a false discovery rate.
"""
