"""How many badges are issued and checked in a second, against the least that any signer must do.

    python -m tests.benchmarks.bench_credentials

Sign: canonical form, hash, signature. Issue: build, sign, write, read again, check schema and signature; every new
achievement and one badge in a hundred by the general path as well. Verify: every check of a JSON badge. Badges of our
own shape take the term table; the rows "general path" do the same for a badge with one address that the table does not
know, and say how many times longer that takes. The floor: one Ed25519 signature made or checked. One core.

Two badges: the one that is shipped, and a small one (five results, three alignments) as other programs measure with.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count

from assessor.openbadges import canonical, fast_canonical
from assessor.openbadges.achievement import Criteria, ResultDescription
from assessor.openbadges.baking import bake_svg
from assessor.openbadges.credential import AchievementCredential, Result, issue, issue_jwt
from assessor.openbadges.multikey import check_signature
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.verification import verify
from tests.benchmarks.timing import Job, again_and_again, run
from tests.unit.openbadges.badges import (
    DID,
    JWT_KEY,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    PICTURE_SVG,
    SCHOOL,
    TRUST,
    credential,
)

ROUNDS = 5
SIGN, CHECK = "floor: sign", "floor: check a signature"
FORM, SIGNED, ISSUED = "canonical form", "sign", "issue, checked before it is stored"
VERIFIED, LOOKED_UP = "verify without status", "verify with status list"


def main() -> None:
    """Measure and print."""
    for title, badge in (("a small badge", _small(credential())), ("the badge that is shipped", credential())):
        foreign = replace(badge, id="https://badges.example/credentials/ü")
        stored = issue(badge, SCHOOL, KEY.id(DID), NOW)
        jobs = (
            again_and_again(SIGN, partial(SCHOOL.sign, bytes(64))),
            again_and_again(CHECK, partial(check_signature, SCHOOL.public_key, SCHOOL.sign(bytes(64)), bytes(64))),
            *_canonical_jobs(badge.document(), foreign.document()),
            again_and_again(ISSUED, _issuing(badge), SIGN),
            again_and_again(f"{ISSUED}: general path", _issuing(foreign), ISSUED),
            *_verifying_jobs(stored, issue(foreign, SCHOOL, KEY.id(DID), NOW)),
            *_other_jobs(badge, stored),
        )
        run(f"credentials: {title}, {len(stored):,} bytes", jobs, ROUNDS)


def _small(badge: AchievementCredential) -> AchievementCredential:
    achievement = badge.achievement
    results = tuple(
        ResultDescription(f"{achievement.id}#{place}", f"Competence {place}: score", "ScaledScore", "0", "100")
        for place in range(5)
    )
    return replace(
        badge,
        achievement=replace(
            achievement,
            criteria=Criteria("An adaptive test of 8 to 20 tasks.", achievement.criteria.id),
            alignment=achievement.alignment[:3],
            result_descriptions=results,
        ),
        results=tuple(Result(description.id, "64") for description in results),
    )


def _canonical_jobs(own: JsonObject, foreign: JsonObject) -> list[Job]:
    return [
        again_and_again(FORM, partial(fast_canonical.form_by_table, own), SIGN),
        again_and_again(f"{FORM}: general path", partial(canonical.canonical_form, own), FORM),
        again_and_again(SIGNED, partial(sign_document, own, SCHOOL, KEY.id(DID), NOW), SIGN),
        again_and_again(f"{SIGNED}: general path", partial(sign_document, foreign, SCHOOL, KEY.id(DID), NOW), SIGNED),
    ]


def _issuing(badge: AchievementCredential) -> Callable[[], bytes]:
    """Issues the badge under a new id every time."""
    numbers = count()
    return lambda: issue(replace(badge, id=f"{badge.id}{next(numbers)}"), SCHOOL, KEY.id(DID), NOW)


def _verifying_jobs(own: bytes, foreign: bytes) -> list[Job]:
    with_list = partial(verify, trust=TRUST, now=NOW, status=NOTHING_WITHDRAWN)
    return [
        again_and_again(VERIFIED, partial(verify, own, TRUST, NOW), CHECK),
        again_and_again(f"{VERIFIED}: general path", partial(verify, foreign, TRUST, NOW), VERIFIED),
        again_and_again(LOOKED_UP, partial(with_list, own), CHECK),
        again_and_again(f"{LOOKED_UP}: general path", partial(with_list, foreign), LOOKED_UP),
    ]


def _other_jobs(badge: AchievementCredential, stored: bytes) -> list[Job]:
    token = issue_jwt(badge, SCHOOL, JWT_KEY.id(DID))
    return [
        again_and_again("issue as JWT", partial(issue_jwt, badge, SCHOOL, JWT_KEY.id(DID)), SIGN),
        again_and_again(f"{LOOKED_UP}: JWT", partial(verify, token, TRUST, NOW, status=NOTHING_WITHDRAWN), CHECK),
        again_and_again("bake SVG", partial(bake_svg, PICTURE_SVG, stored), SIGN),
    ]


if __name__ == "__main__":
    main()
