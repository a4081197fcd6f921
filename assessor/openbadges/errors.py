"""The refusals of this library, named after the situation.

OpenBadgesError
├── Unreadable            the bytes are not what they claim to be: nothing can be said about a badge
├── NotACredential        readable, but no Open Badge inside
├── AlteredCarrier        the file's own checksum says that it was changed
├── UnsafeDocument        a part of the document would not be covered by the signature
│   └── UnknownContext    it uses a vocabulary that is not pinned here
├── InvalidBadge          what was given to the builder cannot become a correct badge
├── FormsDisagree         the two ways to the canonical form of a badge of ours give different bytes
├── ProofInvalid          the signature does not hold
│   └── KeyNotTheirs      its key is not one of the issuer's, or has ended
├── ProofUnsupported      the signature is of a kind that is not checked here
├── InvalidKey, InvalidDid
├── StatusUnavailable     the status list could not be obtained or is not one
│   └── ListUnknown       whoever was asked has no such list; somebody else may
└── DocumentUnavailable   a document that the badge points at could not be obtained
    └── DocumentGone      its own server says that it was taken away
"""


class OpenBadgesError(ValueError):
    """A refusal; its text tells a person what happened and what to do."""


class Unreadable(OpenBadgesError):
    """The bytes cannot be read as JSON, JWT, PNG or SVG."""


class NotACredential(OpenBadgesError):
    """The bytes are readable, but there is no credential in them."""


class AlteredCarrier(OpenBadgesError):
    """The file that carries the credential was changed after it was made."""


class UnsafeDocument(OpenBadgesError):
    """A part of the document would not be covered by its signature, or its meaning is not fixed."""


class UnknownContext(UnsafeDocument):
    """The document names a JSON-LD context that is not pinned here, so its meaning cannot be known."""


class TooSymmetrical(UnsafeDocument):
    """Too many nameless parts look alike to be ordered in bounded time: neither right nor wrong."""


class InvalidBadge(OpenBadgesError):
    """What was given cannot become a correct Open Badge."""


class FormsDisagree(OpenBadgesError):
    """The fast and the general way to the canonical form disagree about a badge that was to be issued."""


class ProofInvalid(OpenBadgesError):
    """The signature does not belong to this document and key."""


class KeyNotTheirs(ProofInvalid):
    """The key that a signature names is not one of the issuer's, or is not theirs any more."""


class ProofUnsupported(OpenBadgesError):
    """The signature is of a kind that is not checked here: neither right nor wrong."""


class InvalidKey(OpenBadgesError):
    """The text is not a public key of the stated kind."""


class InvalidDid(OpenBadgesError):
    """The address cannot be a did:web, or the did:web cannot be an address."""


class StatusUnavailable(OpenBadgesError):
    """The status list could not be obtained, or what was obtained is not one."""


class ListUnknown(StatusUnavailable):
    """Whoever was asked for a status list has none of this address; its own issuer may be asked."""


class DocumentUnavailable(OpenBadgesError):
    """A document that a badge points at could not be obtained."""


class DocumentGone(DocumentUnavailable):
    """The server of a document says that it was there and was taken away (HTTP 410)."""
