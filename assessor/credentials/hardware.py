"""Keys that never leave a token of hardware: made, used and destroyed in it, through PKCS #11.

A process speaks with a token through one session, opened when the first signature is asked for and opened again after
a fork or when the token was away. What a token makes or signs is checked before it is used.
"""

import os
import secrets
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessor.config import HardwareToken
from assessor.errors import Conflict
from assessor.openbadges.multikey import KEY_BYTES

if TYPE_CHECKING:
    from pkcs11 import Session

Value = TypeVar("Value")

#: id-Ed25519 as DER (RFC 8410), how PKCS #11 3.0 names the curve.
ED25519 = bytes.fromhex("06032b6570")
OCTET_STRING = bytes([4, KEY_BYTES])  # in front of a public key as most tokens give it
ID_BYTES = 16


class TokenNotUsable(Conflict):
    """The token, its library or its PIN cannot be used as set."""

    title = "The token cannot be used"


class TokenKey:
    """An Ed25519 key inside a token: it signs there, and only its public half is known here."""

    def __init__(self, opened: "OpenToken", name: bytes) -> None:
        self._opened, self._name = opened, name

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes. Raises `TokenNotUsable`."""
        return self._opened.sign(self._name, data)


class OpenToken:
    """This process's way to a token: one session at a time, shared by all threads.

    PKCS #11 allows one operation in a session, and a library that was told nothing of threads allows one call.
    """

    def __init__(self, place: HardwareToken) -> None:
        self._place = place
        self._refused = ""  # what the token said of our PIN: asking again would lock it
        self.forget()

    def forget(self) -> None:
        """Begin anew: after a fork, the session and whoever holds the lock belong to another process."""
        self._lock = Lock()
        self._session: Session | None = None
        self._keys: dict[bytes, Any] = {}  # what a key can do is known only when the token was asked

    def make(self, label: str) -> tuple[bytes, bytes]:
        """Make a key that cannot be taken out. Returns its id in the token and the 32 bytes of its public half."""
        return self._asked(lambda session: _made(session, label))

    def sign(self, name: bytes, data: bytes) -> bytes:
        """The signature of the key with this id."""
        from pkcs11 import Mechanism

        return self._asked(lambda session: bytes(self._key(session, name).sign(data, mechanism=Mechanism.EDDSA)))

    def destroy(self, name: bytes) -> None:
        """Destroy the key with this id; one that is gone already is no reason to complain."""
        self._asked(lambda session: _destroyed(session, name))
        self._keys.pop(name, None)

    def _key(self, session: "Session", name: bytes) -> Any:
        from pkcs11 import NoSuchKey, ObjectClass

        if name not in self._keys:
            try:
                self._keys[name] = session.get_key(ObjectClass.PRIVATE_KEY, id=name)
            except NoSuchKey as error:
                raise TokenNotUsable(
                    "The token %(token)s does not hold the key %(id)s.", token=self._place.label, id=name.hex()
                ) from error
        return self._keys[name]

    def _asked(self, act: "Callable[[Session], Value]") -> Value:
        """Do it in our session; in a new one if that was lost meanwhile."""
        with self._lock:
            pkcs11 = _library()
            try:
                if self._session is not None:
                    try:
                        return act(self._session)
                    except pkcs11.PKCS11Error:
                        self._session, self._keys = None, {}
                self._session = self._open()
                return act(self._session)
            except pkcs11.PKCS11Error as error:
                self._session, self._keys = None, {}
                raise TokenNotUsable(
                    "The token %(token)s does not do what it is asked (%(why)s). Is it there, and made for Ed25519?",
                    token=self._place.label,
                    why=type(error).__name__,
                ) from error

    def _open(self) -> "Session":
        import pkcs11

        if self._refused:
            raise TokenNotUsable(self._refused, token=self._place.label)
        try:
            library = pkcs11.lib(self._place.module)
        except pkcs11.PKCS11Error as error:
            raise TokenNotUsable(
                "The library %(module)s cannot be loaded. Look at ASSESSOR_PKCS11_MODULE.", module=self._place.module
            ) from error
        library.reinitialize()  # a child process must; a lost session is best begun from the ground
        try:
            return library.get_token(token_label=self._place.label).open(rw=True, user_pin=self._place.pin)
        except pkcs11.NoSuchToken as error:
            raise TokenNotUsable(
                "There is no token %(token)s. Look at ASSESSOR_PKCS11_TOKEN.", token=self._place.label
            ) from error
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
            self._refused = (
                "The token %(token)s refuses the PIN. Look at ASSESSOR_PKCS11_PIN_FILE and start again: "
                "this process does not try it a second time, because tokens lock themselves."
            )
            raise TokenNotUsable(self._refused, token=self._place.label) from error


@cache
def opened(place: HardwareToken) -> OpenToken:
    """This process's way to the token; nothing is opened before it is asked for something."""
    token = OpenToken(place)
    os.register_at_fork(after_in_child=token.forget)
    return token


def _made(session: "Session", label: str) -> tuple[bytes, bytes]:
    from pkcs11 import Attribute, KeyType, Mechanism

    name = secrets.token_bytes(ID_BYTES)
    curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: ED25519}, local=True)
    pair: tuple[Any, Any] = curve.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
        store=True,
        id=name,
        label=label,
        private_template={Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True},
    )
    public, private = pair
    point = bytes(public[Attribute.EC_POINT]).removeprefix(OCTET_STRING)
    stays = private[Attribute.SENSITIVE] and not private[Attribute.EXTRACTABLE]
    if not stays or not _holds(point, private.sign(label.encode(), mechanism=Mechanism.EDDSA), label.encode()):
        _destroyed(session, name)
        raise TokenNotUsable("The token makes keys that it gives away, or that are not Ed25519. No key was made.")
    return name, point


def _destroyed(session: "Session", name: bytes) -> None:
    from pkcs11 import Attribute

    for found in list(session.get_objects({Attribute.ID: name})):
        found.destroy()


def _holds(public_key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _library() -> Any:
    """python-pkcs11, which only installations with a token need."""
    try:
        import pkcs11
    except ImportError as error:
        raise TokenNotUsable("Keys in a token need python-pkcs11: pip install 'assessor[hsm]'") from error
    return pkcs11
