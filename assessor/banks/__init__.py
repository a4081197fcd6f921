"""Question banks as data: folders that authors edit, loaded as immutable releases.

A *release* is an edition of a bank. Sittings hold on to theirs, so an item, its texts and its parameters never change
under a learner. A translation that nobody approved can be practised with and helps; it is not certified with.

One installation has one set of banks for all its organisations, and so are the approvals: what a reviewer of any of
them has read counts for all, because the texts are the same everywhere and a second reading of them would add nothing.
Whoever makes somebody a reviewer decides for the whole installation; partners who do not trust each other's readers
run an installation each. `TranslationApproval` keeps who approved which texts and when.
"""
