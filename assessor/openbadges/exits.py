"""The other exits of one badge: the same statement as JWT, or with a proof over its JSON.

All exits share the badge's id and its place in the status list, so they are withdrawn by one act. A statement is
checked once; what was signed is read again and its signature checked as a stranger would, before it is handed out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from assessor.openbadges import jwt
from assessor.openbadges.canonical import check_words
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.jwt import TokenSigner, issuer_of
from assessor.openbadges.multikey import Signer
from assessor.openbadges.proof import JCS_SUITE, SUITE, Suite, check_proof, sign_document
from assessor.openbadges.schema import problems_of
from assessor.openbadges.second_opinion import USUAL
from assessor.openbadges.strict_json import JsonObject, read_json, write_json


@dataclass(frozen=True)
class Statement:
    """What a badge says, without a signature, and known to be a correct badge. Make it with `of` or `stored`."""

    document: JsonObject

    @classmethod
    def of(cls, document: JsonObject) -> Self:
        """Check an unsigned credential. Raises `InvalidBadge` or `UnsafeDocument` for what a verifier would refuse."""
        if "proof" in document:
            raise InvalidBadge("The badge is signed already.")
        check_words(document)
        if problems := problems_of(document):
            raise InvalidBadge(f"The badge would not be correct: {problems[0]}.")
        return cls(document)

    @classmethod
    def stored(cls, body: bytes) -> Self:
        """What a stored badge says; its proof is left out."""
        document = read_json(body)
        document.pop("proof", None)
        return cls.of(document)

    def held_by(self, holder: str) -> Self:
        """The same, said of the holder with this id, such as a DID whose key they have. Raises as `of`."""
        subject = self.document["credentialSubject"]
        return type(self).of({**self.document, "credentialSubject": {**subject, "id": holder}})


def as_jwt(statement: Statement, signer: TokenSigner, key_id: str) -> bytes:
    """The badge as compact JWT (Open Badges 3.0, section 8.2). `key_id`: the address of a JsonWebKey of the issuer.

    The same statement and key give the same bytes. Raises `InvalidBadge` for the key of another.
    """
    _check_key(statement, key_id)
    written = jwt.sign_badge(statement.document, signer, key_id).encode("ascii")
    token = jwt.read(written)
    jwt.check(token, signer.public_key)
    _check_same(statement, {name: token.payload.get(name) for name in statement.document})
    return written


def as_jcs(statement: Statement, signer: Signer, key_id: str, created: datetime) -> bytes:
    """The badge with an `eddsa-jcs-2022` proof. `key_id`: the address of a Multikey of the issuer.

    The same statement, key and time give the same bytes. Raises `InvalidBadge` for the key of another.
    """
    return _proved(statement, signer, key_id, created, JCS_SUITE)


def as_rdfc(statement: Statement, signer: Signer, key_id: str, created: datetime) -> bytes:
    """The badge with an `eddsa-rdfc-2022` proof, as `credential.issue` makes it; otherwise as `as_jcs`."""
    written = _proved(statement, signer, key_id, created, SUITE)
    USUAL.confirm(read_json(written))
    return written


def _proved(statement: Statement, signer: Signer, key_id: str, created: datetime, suite: Suite) -> bytes:
    """The statement with its proof, after it was written, read again and checked."""
    _check_key(statement, key_id)
    written = write_json(sign_document(statement.document, signer, key_id, created, suite))
    document = read_json(written)
    check_proof(document, document["proof"][0], signer.public_key)
    _check_same(statement, {name: value for name, value in document.items() if name != "proof"})
    return written


def _check_key(statement: Statement, key_id: str) -> None:
    if not key_id.startswith(f"{issuer_of(statement.document)}#"):
        raise InvalidBadge("The key that signs is not a key of the issuer.")


def _check_same(statement: Statement, read_again: JsonObject) -> None:
    if read_again != statement.document:
        raise InvalidBadge("The badge says something else after it was written and read again.")
