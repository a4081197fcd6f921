"""A root key in a file of its own, kept away from every server: what signs the bundle of several organisations."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from assessor.errors import Conflict, Invalid

SHORTEST_PASSPHRASE = 12


class RootKeyNotOpened(Invalid):
    """The file is no root key, or the passphrase is another."""


class RootKeyExists(Conflict):
    """A file is there, and a key that is written over is lost."""


@dataclass(frozen=True)
class RootKey:
    """An opened root key: a `cose.Signer`."""

    private: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        """What verifiers pin, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes, /) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self.private.sign(message)


def make(path: Path, passphrase: str) -> RootKey:
    """Make a key and write it, encrypted (PKCS #8, PEM), readable by its owner only.

    Raises `RootKeyExists`, `RootKeyNotOpened` for a short passphrase.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise RootKeyNotOpened("The passphrase is short. Write %(least)s signs or more.", least=SHORTEST_PASSPHRASE)
    key = RootKey(Ed25519PrivateKey.generate())
    sealed = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise RootKeyExists("%(path)s is there already. Name a new file.", path=str(path)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()  # half a key is none
        raise
    return key


def open_file(path: Path, passphrase: str) -> RootKey:
    """The key in a file. Raises `RootKeyNotOpened`."""
    try:
        private = load_pem_private_key(path.read_bytes(), passphrase.encode())
    except (ValueError, TypeError) as error:
        raise RootKeyNotOpened("%(path)s is not opened by this passphrase.", path=str(path)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise RootKeyNotOpened("%(path)s is not an Ed25519 key.", path=str(path))
    return RootKey(private)
