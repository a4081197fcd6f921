"""Who is at the other end: staff who sign in with a password, learners who scan a paper card.

A *visit* is one browser that is signed in. The cookie holds a random token; the database holds its digest, so a visit
can be ended from the server: by signing out, by a new scan of the same card, by a re-printed card.
"""
