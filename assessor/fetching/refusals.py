"""Why a document was not got. All are `DocumentUnavailable`, which every check of a badge can answer to.

DocumentUnavailable
├── AddressRefused   this address is not one that we ask
├── TooSlow          the time was over
├── TooLarge         more than a document of a badge ever is
├── TooOften         this server was asked enough for now
├── TooManyAtOnce    we wait for as many servers as we may
├── NotADocument     an answer, but of another kind
└── NoAnswer         no connection, or it broke off
"""

from assessor.openbadges.errors import DocumentUnavailable


class AddressRefused(DocumentUnavailable):
    """The address is not one that is asked from here."""


class TooSlow(DocumentUnavailable):
    """The server did not answer in time."""


class TooLarge(DocumentUnavailable):
    """The answer is larger than any document of a badge."""


class TooOften(DocumentUnavailable):
    """The server was asked too often in the last minute."""


class TooManyAtOnce(DocumentUnavailable):
    """As many documents are waited for as may be."""


class NotADocument(DocumentUnavailable):
    """The server gave something else."""


class NoAnswer(DocumentUnavailable):
    """The server could not be reached, or broke off."""
