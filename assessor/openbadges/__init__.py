"""Open Badges 3.0: what a badge is, how it is signed, carried, withdrawn and checked.

Values in, values out: this library reads no clock, opens no socket, keeps no key. `now`, `signer`, `trust`
and the source of status lists are arguments.

Words: an *achievement* is what can be earned; a *credential* is the signed statement that somebody earned it;
a *proof* is its signature (`eddsa-rdfc-2022`, `eddsa-jcs-2022`); an *exit* is the same statement signed in one way
(a proof, or a token: VC-JWT with EdDSA or RS256); a *carrier* is the file it travels in (JSON, JWT, PNG, SVG); a
*status list* is a signed string of bits that says which credentials are withdrawn.

The way of a badge: `achievement` → `credential` → `fast_canonical` → `proof` → `baking`; and back: `reading` →
`schema` → `canonical` → `proof` → `withdrawal`, told as one story in `verification`, the door for every edition.

Badges of others: `authenticity` asks `issuers` whose keys speak for an issuer that nobody here knows; `vc_1_1` reads
the older data model, `older_status` its lists, `elliptic` its keys, `v2_verification` Open Badges 2.0; `refreshing` and
`endorsing` look at what the issuer or somebody else says of the badge now.

Decisions
- The JSON-LD contexts are pinned package data (`contexts/`); nothing is ever fetched.
- A member that JSON-LD would drop is shown but not signed, so it is refused, at issue and at verification.
- Canonical forms come from RDFC-1.0 in pyoxigraph, never from PyLD's own writer (`spec/fast-rdfc.md`, section
  5).
- What has our own shape takes a term table learned from the pinned contexts (`term_table`, `fast_canonical`): the same
  bytes some twenty times sooner. Everything else, and one badge of ours in a hundred, takes the general path
  (`canonical`, `second_opinion`).
- A token never says which key or algorithm checks it: its `kid` finds a key that the issuer published, and the key
  has one algorithm. A `jwk` in it counts only where it is that very key.
- Nobody is believed because they can be looked up: a badge of a stranger is at best "issuer unknown", with the host
  whose owner signed it.
- The stored bytes are the credential: they are served and baked as they are, never serialised again.
"""
