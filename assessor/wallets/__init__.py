"""What holders do with their certificates: show them to others, take them into a wallet.

A *share* is a link that shows what its holder chose, until the holder ends it. An *offer* is one chance for a wallet to
collect the badge within minutes (OpenID for Verifiable Credential Issuance 1.0, pre-authorised code). A *copy* is the
badge as a wallet got it: the same statement with the same id and the same place in the status list, in which the holder
is named by a key that the wallet proved to have. So a withdrawal reaches the copies too.

Nothing that opens a door is stored. Links, codes and digits are derived from an id and the installation's secret key,
as the secrets of cards are; the database knows their digests.
"""
