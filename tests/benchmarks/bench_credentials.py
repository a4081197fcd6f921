"""How many badges are issued and checked in a second, against the least that any signer must do.

    python -m tests.benchmarks.bench_credentials

Sign: canonical form, hash, signature. Issue: build, sign, write, read again, check schema and signature; every new
achievement and one badge in a hundred by the general path as well. Verify: every check of a JSON badge, its status list
included. Badges of our own shape take the term table, and recurring achievements are known; "foreign" are badges with
addresses that the table does not know, so that they take the general path, each with an achievement, a holder and texts
of its own, and the badge of the standard's guide. "First of a process" is one of them where nothing is remembered.
openbadgeslib, where it is installed, signs the same document and checks our badge, without its schema and status list.
The floor: one Ed25519 signature made or checked. One core.

Two badges: the one that is shipped, and a small one (five results, three alignments) as other programs measure with.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count, cycle
from typing import Any

import resvg_py

from assessor.openbadges import canonical, fast_canonical
from assessor.openbadges.achievement import Criteria, ResultDescription
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.credential import AchievementCredential, Evidence, IdentityObject, Result, issue
from assessor.openbadges.did_web import did_document
from assessor.openbadges.multikey import check_signature, read_multikey
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.verification import verify
from tests.benchmarks import peer
from tests.benchmarks.timing import Job, again_and_again, run
from tests.unit.openbadges.badges import (
    DID,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    ROOT,
    SCHOOL,
    TRUST,
    VECTORS,
    credential,
)

ROUNDS = 7
#: Different ones of an achievement, so that nothing is the same from one to the next but what is said of it.
BADGES = 64
SIGN, CHECK = "floor: sign", "floor: check a signature"
FORM, SIGNED, ISSUED, VERIFIED = "canonical form", "sign", "issue, checked before it is stored", "verify"
BAKED = "bake PNG"


def main() -> None:
    """Measure and print."""
    compared = peer.is_installed()
    for title, badge in (("a small badge", _small(credential())), ("the badge that is shipped", credential())):
        stored = issue(badge, SCHOOL, KEY.id(DID), NOW)
        jobs = [
            again_and_again(SIGN, partial(SCHOOL.sign, bytes(64))),
            again_and_again(CHECK, partial(check_signature, SCHOOL.public_key, SCHOOL.sign(bytes(64)), bytes(64))),
            *_issuing_jobs(badge),
            *_verifying_jobs(badge),
            *_baking_jobs(stored),
            *(_compared(badge, stored) if compared else ()),
        ]
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


def _foreign(badge: AchievementCredential, number: int = 0) -> AchievementCredential:
    """Another badge of the same size, whose addresses the table does not know."""
    achievement = replace(
        badge.achievement,
        id=f"https://badges.example/achievements/ü{number}",
        name=f"{badge.achievement.name} {number}",
        description=f"{badge.achievement.description} {number}",
    )
    return replace(
        badge,
        id=f"https://badges.example/credentials/ü{number}",
        achievement=achievement,
        holder_id=f"did:example:holder-{number}",
        identifiers=(IdentityObject.printed_name(f"Holder {number}"),),
        evidence=(Evidence(f"Supervised; on a phone; in English; {number} tasks.", "Conditions"),),
    )


def _foreign_ones(badge: AchievementCredential) -> list[AchievementCredential]:
    return [_foreign(badge, number) for number in range(BADGES)]


def _issuing_jobs(badge: AchievementCredential) -> Iterator[Job]:
    forms = cycle([numbered.document() for numbered in _numbered(badge)])
    foreign = cycle([one.document() for one in _foreign_ones(badge)])
    sign = partial(sign_document, signer=SCHOOL, verification_method=KEY.id(DID), created=NOW)
    yield again_and_again(FORM, lambda: fast_canonical.form_by_table(next(forms)), SIGN)
    yield again_and_again(f"{FORM}: general path", lambda: canonical.canonical_form(next(foreign)), FORM)
    yield again_and_again(SIGNED, lambda: sign(next(forms)), SIGN)
    yield again_and_again(f"{SIGNED}: foreign", lambda: sign(next(foreign)), SIGNED)
    yield again_and_again(ISSUED, _issuing(badge), SIGN)
    yield again_and_again(f"{ISSUED}: foreign", _issuing(_foreign(badge)), ISSUED)


def _numbered(badge: AchievementCredential) -> list[AchievementCredential]:
    return [replace(badge, id=f"{badge.id}{number}") for number in range(BADGES)]


def _issuing(badge: AchievementCredential) -> Callable[[], bytes]:
    """Issues the badge under a new id every time."""
    numbers = count()
    return lambda: issue(replace(badge, id=f"{badge.id}{next(numbers)}"), SCHOOL, KEY.id(DID), NOW)


def _verifying_jobs(badge: AchievementCredential) -> Iterator[Job]:
    def check(data: bytes) -> object:
        return verify(data, TRUST, NOW, status=NOTHING_WITHDRAWN)

    own = cycle([issue(numbered, SCHOOL, KEY.id(DID), NOW) for numbered in _numbered(badge)])
    others = [issue(one, SCHOOL, KEY.id(DID), NOW) for one in _foreign_ones(badge)]
    foreign, size = cycle(others), f"{len(others[0]) / 1000:.1f} kB"
    guide, trust = _guide()
    yield again_and_again(f"{VERIFIED}: own shape", lambda: check(next(own)), CHECK)
    yield again_and_again(f"{VERIFIED}: foreign, {size}", lambda: check(next(foreign)), CHECK)
    yield Job(f"{VERIFIED}: foreign, first of a process", lambda round_: _first(others[round_ % BADGES]), CHECK)
    yield again_and_again(
        f"{VERIFIED}: foreign, the guide's, {len(guide) / 1000:.1f} kB", partial(verify, guide, trust, NOW), CHECK
    )


def _first(data: bytes) -> float:
    """Seconds that a new process takes for this badge, once it has started."""
    asked = json.dumps([data.decode(), did_document(DID, [KEY]), NOW.isoformat()])
    command = [sys.executable, "-m", "tests.benchmarks.first_badge"]
    return float(subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def _guide() -> tuple[bytes, Trust]:
    """The badge of the implementation guide, which has no status list, and its issuer."""
    badge: Any = json.loads((VECTORS / "guide-signed.json").read_bytes())
    issuer, method = badge["issuer"]["id"], badge["proof"]["verificationMethod"]
    keys = {method: read_multikey(method.partition("#")[2])}
    return write_json(badge), Trust({issuer: TrustedIssuer(issuer, keys)})


def _baking_jobs(stored: bytes) -> Iterator[Job]:
    svg = (ROOT / "badge_templates" / "digital-first-steps" / "badge.svg").read_bytes()
    yield again_and_again(BAKED, partial(bake_png, _png(), stored), SIGN)
    yield again_and_again("bake SVG, read again", partial(bake_svg, svg, stored), SIGN)


def _png() -> bytes:
    """The picture of the shipped badge, 600 pixels wide."""
    svg = (ROOT / "badge_templates" / "digital-first-steps" / "badge.svg").read_text(encoding="utf-8")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=600))


def _compared(badge: AchievementCredential, stored: bytes) -> Iterator[Job]:
    unsigned: JsonObject = badge.document()
    ours = {"sign": SIGNED, "verify": f"{VERIFIED}: own shape"}
    for name, work in peer.proof_work(SCHOOL, KEY.id(DID), unsigned, stored).items():
        yield again_and_again(f"{peer.NAME}: {name}", work, ours[name])
    yield again_and_again(f"{peer.NAME}: bake PNG", peer.bake_work(_png(), stored.decode()), BAKED)


if __name__ == "__main__":
    main()
