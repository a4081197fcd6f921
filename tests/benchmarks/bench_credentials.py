"""How many badges are issued and checked in a second, against the least that any signer must do.

    python -m tests.benchmarks.bench_credentials

Issue: build, canonical form, sign, write, read again, check schema and signature. Verify: every check of a JSON badge,
with its status list. The floor: one Ed25519 signature made or checked. One core.
"""

from functools import partial

from assessor.openbadges.baking import bake_svg
from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.credential import issue_jwt
from assessor.openbadges.multikey import check_signature
from assessor.openbadges.verification import verify
from tests.benchmarks.timing import again_and_again, run
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

ROUNDS = 7
SIGN, CHECK = "floor: sign", "floor: check a signature"


def main() -> None:
    """Measure and print."""
    stored, token = signed(), issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))
    unsigned = credential().document()
    message, signature = bytes(64), SCHOOL.sign(bytes(64))
    jobs = (
        again_and_again(SIGN, partial(SCHOOL.sign, message)),
        again_and_again(CHECK, partial(check_signature, SCHOOL.public_key, signature, message)),
        again_and_again("canonical form only", partial(canonical_form, unsigned), SIGN),
        again_and_again("issue, checked before it is stored", signed, SIGN),
        again_and_again("issue as JWT", lambda: issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID)), SIGN),
        again_and_again("bake SVG", partial(bake_svg, PICTURE_SVG, stored), SIGN),
        again_and_again("verify without status", partial(verify, stored, TRUST, NOW), CHECK),
        again_and_again(
            "verify with status list", partial(verify, stored, TRUST, NOW, status=NOTHING_WITHDRAWN), CHECK
        ),
        again_and_again(
            "verify JWT with status list", partial(verify, token, TRUST, NOW, status=NOTHING_WITHDRAWN), CHECK
        ),
    )
    run(f"credentials: a badge of {len(stored):,} bytes", jobs, ROUNDS)


if __name__ == "__main__":
    main()
