"""Question banks as data: folders that authors edit, loaded as immutable releases.

A *release* is an edition of a bank. Sittings hold on to theirs, so an item, its texts and its parameters never change
under a learner. A translation that nobody approved can be practised with and helps; it is not certified with.
"""
