"""Questions: what one is, how it is asked, answered, scored, checked and read from a bank folder.

Words used here
    item         one question with everything that belongs to it; a *practice* item is never scored
    kind         how it is answered: choice, choices, picture (tap on a thing), simulation (an inbox)
    option       one thing to choose; the ids of the right ones are the item's *key*
    answer       what the learner gave: chosen options, messages placed in folders, or "I don't know yet"
    flaw         a weakness of an item that a rule can see, before any person reads it
    bank         a folder of items with translations, pictures, sounds and parameters, read as one value

Decisions
    - Values in, values out. Framework codes, seeds and existing translations are arguments.
    - An item's JSON has the shape of its file, so a release can be read next to the bank it came from.
    - YAML is read as a tree of plain texts with line numbers and typed by our own schema: `text: No` stays
      the word "No", an alias is refused before it can grow, and every problem names its line.
    - A bank is read to its end and all its problems are told at once; nobody repairs a bank one error a time.
    - A translation whose English has changed is not used: it would ask another question.

    >>> from assessor.items.interactions import Chosen
    >>> from assessor.items.scoring import score
    >>> score(item, Chosen(("wifi",))).points        # doctest: +SKIP
    1
"""
