"""Looking after a bank: `assessor inspect`.

Words used here
    bank         what is on file of each item: parameters, where they come from, the state it is in (`bank_items`)
    people       everybody's ability, and the population they come from (`people`)
    finding      what the answers say about an item: `classical` numbers, `fit`, `groups` (DIF), `drift`
    remark       a finding that a person should look at, in words, with what to do (`remarks`)

Decisions
    A remark needs two things: more than chance explains, many items having been tested at once, and a size that
    matters. So a bank in order gives none, whether ten thousand people or a hundred answered.
    Whether parameters were estimated from these very answers is told from their number of answers: then the tests of
    fit have fewer degrees of freedom. Levels that experts named are no estimates, and are tested for nothing.
    People are counted, never named: their names are not even kept when the file is read.
"""
