"""Secrets that can be shown again although none is stored: made from an id and the installation's secret key."""

import base64
import hashlib
import hmac
import uuid
from typing import Literal

#: What a secret opens; the same id gives another one for each.
Purpose = Literal["share", "offer", "code", "digits"]

DIGITS = 4


def secret(purpose: Purpose, thing: uuid.UUID, key: str) -> str:
    """26 characters, 128 bits, of small letters and digits."""
    return base64.b32encode(_raw(purpose, thing, key)[:16]).decode().rstrip("=").lower()


def digits(thing: uuid.UUID, key: str) -> str:
    """Four digits that a person types. They end a transaction's guessing only together with a limit of misses."""
    return f"{int.from_bytes(_raw('digits', thing, key)[:8]) % 10**DIGITS:0{DIGITS}}"


def digest(text: str) -> str:
    """What the database knows of a secret."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _raw(purpose: Purpose, thing: uuid.UUID, key: str) -> bytes:
    return hmac.new(key.encode(), f"wallets {purpose} ".encode() + thing.bytes, hashlib.sha256).digest()
