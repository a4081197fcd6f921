"""From an ability to a level, and how sure one may be of it.

bands             cut scores, awards, level probabilities
standard_setting  cuts from the judgements of a panel
classification    accuracy and consistency of levels, and whether stated certainty is real
"""
