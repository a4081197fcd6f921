"""Refusals that a wallet reads: an error code of the standards, and a sentence for whoever builds the wallet.

ProtocolRefusal
├── OfferOver           there is no open offer at this address
├── TokenRefused        the token endpoint says no (RFC 6749, section 5.2; OpenID4VCI 1.0, section 6.3)
├── TokenNotAccepted    the credential endpoint does not know the access token (RFC 6750, section 3)
│   └── TokenMissing    there is none
└── CredentialRefused   the credential endpoint says no (OpenID4VCI 1.0, section 8.3.1.2)
"""


class ProtocolRefusal(Exception):
    """``code``: the standard's word. ``description``: ASCII without quotes and backslash, as the standards demand.

    ``is_miss``: it may have been a guess, and counts as one.
    """

    status = 400

    @property
    def challenge(self) -> str:
        """The header WWW-Authenticate; empty = none."""
        return ""

    def __init__(self, code: str, description: str, *, is_miss: bool = False) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = "".join(sign for sign in description if " " <= sign <= "~" and sign not in '"\\')
        self.is_miss = is_miss


class OfferOver(ProtocolRefusal):
    """The offer was taken, ended or never there."""

    status = 404


class TokenRefused(ProtocolRefusal):
    """The code is not exchanged for a token."""


class TokenNotAccepted(ProtocolRefusal):
    """There is no access token, or it is none of ours, or it is over."""

    status = 401

    @property
    def challenge(self) -> str:
        """Why the token is not accepted."""
        return f'Bearer error="{self.code}"'


class TokenMissing(TokenNotAccepted):
    """No token was sent. Whoever sends none is not told an error in the header (RFC 6750, section 3.1)."""

    @property
    def challenge(self) -> str:
        """Only that a token is wanted."""
        return "Bearer"


class CredentialRefused(ProtocolRefusal):
    """The badge is not given for this request."""
