"""From the decision to the signed badge: achievements, awards, keys, the status list, and what verifiers trust.

An *award* is the decision to issue and fixes everything that badge and paper say. It is stored together with its place
in the status list and the job that signs it. Award first, sign after: nothing can be signed and lost.
"""
