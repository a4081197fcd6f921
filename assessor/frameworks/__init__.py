"""Competence frameworks: what may be tested, how it is called and where it stands.

Words used here
    area         a field of competence; DigComp has five
    competence   what a person can do within an area, by its code: 4.1
    band, level  Basic to Highly advanced, and the eight levels that they are divided into, two a band
    outcome      a learning outcome, by its code: LO4.1.03; every item of a bank is bound to one

Decisions
    - Data lies beside the code as JSON with source and licence: facts only. The framework's sentences stay
      with their authors; what learners read are our own plain words (`plain_words`).
    - An ESCO address that nobody has confirmed is None. Guessing one would sign a wrong statement.

    >>> from assessor.frameworks.digcomp_3_0 import competence, outcome
    >>> competence(outcome("LO4.1.03").competence).title
    'Protecting devices'
"""
