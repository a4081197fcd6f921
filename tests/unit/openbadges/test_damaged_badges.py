"""Damaged, odd and hostile badges get an answer, in little time, and never a yes."""

import json
import random
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.openbadges import jwt
from assessor.openbadges.checks import NAMES, Result
from assessor.openbadges.multikey import base64url_encode
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.verification import verify
from tests.unit.openbadges.adas_badge import ADAS_BADGE, ADAS_JWT, changed, judged
from tests.unit.openbadges.badges import (
    NOW,
    SCHOOL,
    TRUST,
)


def test_no_changed_byte_of_a_badge_ever_verifies() -> None:
    rng = random.Random(20261121)
    tokens = (ADAS_BADGE, ADAS_JWT)

    for data in tokens:
        for place in rng.sample(range(len(data)), 900):
            changed = data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]

            assert judged(changed, None).result not in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN}, place


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.just("https://a.example/"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "@context", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
PATHS = [
    "@context",
    "@context/0",
    "id",
    "type",
    "issuer",
    "issuer/id",
    "validFrom",
    "validUntil",
    "credentialSubject",
    "credentialSubject/identifier",
    "credentialSubject/achievement",
    "credentialSubject/result/0",
    "evidence",
    "credentialSchema",
    "credentialStatus",
    "credentialStatus/statusPurpose",
    "credentialStatus/statusListIndex",
    "credentialStatus/statusListCredential",
    "proof",
    "proof/0",
    "proof/0/type",
    "proof/0/cryptosuite",
    "proof/0/created",
    "proof/0/verificationMethod",
    "proof/0/proofValue",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), ODD)
def test_odd_members_never_raise_and_never_verify(path: str, value: Any) -> None:
    report = judged(changed(path, value))

    assert report.result is not Result.GENUINE


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PATHS), ODD)
def test_odd_members_that_the_issuer_signed_never_raise(path: str, value: Any) -> None:
    token = jwt.read(ADAS_JWT)
    document = json.loads(changed(path, value)) if not path.startswith("proof") else json.loads(ADAS_BADGE)
    payload = {**token.payload, **{name: member for name, member in document.items() if name != "proof"}}
    part = f"{base64url_encode(write_json(token.header))}.{base64url_encode(write_json(payload))}"

    report = judged(f"{part}.{base64url_encode(SCHOOL.sign(part.encode()))}".encode())

    assert len(report.checks) == len(NAMES)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for prefix in (b"", b"{", b"<svg", b"\x89PNG\r\n\x1a\n", b"eyJ."):
        report = verify(prefix + data, TRUST, NOW)

        assert report.result in {Result.UNREADABLE, Result.NOT_A_CERTIFICATE, Result.NOT_GENUINE}


def test_a_hostile_badge_is_refused_in_little_time() -> None:
    leaf: Any = {"type": ["Evidence"]}
    for _ in range(7):
        leaf = {"type": ["Achievement"], "related": [leaf, leaf]}
    hostile = write_json({**json.loads(ADAS_BADGE), "evidence": [leaf]})
    judged(ADAS_BADGE)
    began = time.process_time()

    report = judged(hostile)

    assert report.exit_code == 2
    assert time.process_time() - began < 0.5
