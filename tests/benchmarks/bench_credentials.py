"""How many badges are issued and checked in a second, against the least that any signer must do.

    python -m tests.benchmarks.bench_credentials

Issue: build, canonical form, sign, write, read again, check schema and signature. Verify: every check of a JSON badge,
with its status list. The floor, measured in the same rounds: one Ed25519 signature made or checked.
Prints the median of the rounds with the slowest and fastest one, and the ratio to the floor.
"""

import statistics
import time
from collections.abc import Callable

from assessor.openbadges.baking import bake_svg
from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.credential import issue_jwt
from assessor.openbadges.multikey import check_signature
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import (
    DID,
    JWT_KEY,
    NOTHING_WITHDRAWN,
    NOW,
    PICTURE_SVG,
    SCHOOL,
    TRUST,
    credential,
    signed,
)

ROUNDS, SECONDS_A_ROUND = 7, 0.25


def rate(work: Callable[[], object]) -> float:
    """How often a second the work is done, over a quarter of a second."""
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SECONDS_A_ROUND:
        work()
        done += 1
    return done / spent


def main() -> None:
    """Interleave all jobs in rounds, so that a busy machine slows them alike."""
    stored, token = signed(), issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))
    unsigned = credential().document()
    message, signature = bytes(64), SCHOOL.sign(bytes(64))
    jobs: dict[str, tuple[str, Callable[[], object]]] = {
        "floor: sign": ("", lambda: SCHOOL.sign(message)),
        "floor: check": ("", lambda: check_signature(SCHOOL.public_key, signature, message)),
        "canonical form only": ("floor: sign", lambda: canonical_form(unsigned)),
        "issue, checked before it is stored": ("floor: sign", signed),
        "issue as JWT": ("floor: sign", lambda: issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))),
        "verify without status": ("floor: check", lambda: verify(stored, TRUST, NOW)),
        "verify with status list": ("floor: check", lambda: verify(stored, TRUST, NOW, status=NOTHING_WITHDRAWN)),
        "verify JWT with status list": ("floor: check", lambda: verify(token, TRUST, NOW, status=NOTHING_WITHDRAWN)),
        "bake SVG": ("floor: sign", lambda: bake_svg(PICTURE_SVG, stored)),
    }
    rates: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, (_floor, work) in jobs.items():
            rates[name].append(rate(work))

    print(f"a badge of {len(stored):,} bytes, a second on one core (median, slowest–fastest of {ROUNDS} rounds)")
    for name, (floor, _work) in jobs.items():
        median = statistics.median(rates[name])
        ratio = f"  1/{statistics.median(rates[floor]) / median:,.0f} of the {floor}" if floor else ""
        print(f"{name:36} {median:9,.0f}  ({min(rates[name]):,.0f}–{max(rates[name]):,.0f}){ratio}")


if __name__ == "__main__":
    main()
