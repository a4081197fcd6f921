"""The Host API of Open Badges 3.0: apps of others read a learner's badges and bring new ones, if the learner says yes.

An *application* is software of somebody else that registered itself. A *permission* is what one learner lets one
application do; the learner gives it on one page and ends it on another, and everything that belongs to it goes with
it: codes, tokens, the profile that the application left. A *held credential* is a badge that came from elsewhere.

OAuth 2.0 is Authlib's (`authorization`); the database holds digests of secrets, codes and tokens, never themselves.
Nothing that an application names is fetched: no logo, no policy, no key. Badges that came from elsewhere are checked
with what is known here and kept as they came, so that they leave as they came.
"""
