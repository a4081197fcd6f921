"""`openbadgeslib`, the other Python library for Open Badges 3.0, where it is installed: measured beside ours.

It is no dependency. To compare, make an environment of its own:

    python -m venv /tmp/bench && /tmp/bench/bin/pip install -e '.[bench,dev]'
    /tmp/bench/bin/python -m tests.benchmarks credentials exits certificates

The other peers are found in the same environment.
"""

import importlib
import importlib.util
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges.multikey import MemorySigner
from assessor.openbadges.strict_json import JsonObject

NAME = "openbadgeslib"
NOT_INSTALLED = f"{NAME} is not installed, so nothing is compared with it: see tests/benchmarks/peer.py"

Work = Callable[[], object]


def is_installed() -> bool:
    """Whether there is something to compare with; says so where there is not."""
    found = importlib.util.find_spec(NAME) is not None
    if not found:
        print(NOT_INSTALLED)
    return found


def token_work(signer: MemorySigner, payload: JsonObject) -> Mapping[str, Work]:
    """Issue and verify as JWT with EdDSA. Exactly our payload: its own class of credentials would drop half of it."""
    peer = _module("openbadgeslib.ob3")
    issuer, verifier = peer.OB3Signer(signer.key, "EdDSA"), peer.OB3Verifier(_pem(signer))
    token = issuer.sign_payload(payload)
    return {"issue JWT": lambda: issuer.sign_payload(payload), "verify JWT": lambda: verifier.verify(token)}


def proof_work(signer: MemorySigner, key_id: str, unsigned: JsonObject, signed: bytes) -> Mapping[str, Work]:
    """Add an `eddsa-rdfc-2022` proof to exactly our document, and verify ours, without asking for status lists."""
    peer = _module("openbadgeslib.ob3.ldp")
    verifier = peer.OB3LdpVerifier(_pem(signer))
    return {
        "sign": lambda: peer.add_data_integrity_proof(unsigned, signer.key, key_id),
        "verify": lambda: verifier.verify(signed),
    }


def bake_work(picture: bytes, text: str) -> Work:
    """Put a badge into a PNG; nothing is read again."""
    baking = _module("openbadgeslib.baking")
    return lambda: baking.bake_png(picture, text, keyword=baking.ITXT_KEYWORD_OB3)


def _module(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own dependencies warn when they are imported
        return importlib.import_module(name)


def _pem(signer: MemorySigner) -> bytes:
    return signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
