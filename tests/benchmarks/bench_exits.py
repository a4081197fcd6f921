"""How many badges a second as JWT and with a proof over the JSON: made, and checked with every check but the list.

    python -m tests.benchmarks.bench_exits

Issue: canonical form or claims, signed, written, read again, signature checked, compared. "Not read again" is signing
alone. The floor: one Ed25519 signature made or checked, of 64 bytes and, for tokens, of the text of the token. Two
badges: Ada's, as the first bank gives it, and one of 4 kB. openbadgeslib, where it is installed, signs and checks the
same payload with the same key; it reads nothing again after signing. The last row is the slowest of the hostile badges.
One core.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from assessor.openbadges import jwt
from assessor.openbadges.achievement import Criteria, ResultDescription
from assessor.openbadges.credential import Result
from assessor.openbadges.exits import Statement, as_jcs, as_jwt
from assessor.openbadges.multikey import check_signature
from assessor.openbadges.verification import verify
from tests.benchmarks import peer
from tests.benchmarks.timing import Job, again_and_again, repeated, run
from tests.unit.openbadges.badges import DID, JWT_KEY, KEY, NOW, SCHOOL, VECTORS, achievement, signed
from tests.unit.openbadges.exits import RSA_KEY, RSA_SCHOOL, TRUST_OF_EXITS

ROUNDS = 7
SIGN, CHECK = "floor: sign", "floor: check a signature"


def main() -> None:
    """Measure and print."""
    message, signature = bytes(64), SCHOOL.sign(bytes(64))
    jobs = [
        again_and_again(SIGN, partial(SCHOOL.sign, message)),
        again_and_again(CHECK, partial(check_signature, SCHOOL.public_key, signature, message)),
    ]
    compared = peer.is_installed()
    for statement in (Statement.stored(signed()), Statement.stored(_of_4_kb())):
        jobs += _exits(statement, compared)
    jobs.append(Job("the slowest hostile badge", _slowest_hostile, CHECK))
    run("exits: JWT and eddsa-jcs-2022", jobs, ROUNDS)


def _exits(statement: Statement, compared: bool) -> Iterator[Job]:
    made = {
        "JCS": partial(as_jcs, statement, SCHOOL, KEY.id(DID), NOW),
        "JWT, EdDSA": partial(as_jwt, statement, SCHOOL, JWT_KEY.id(DID)),
        "JWT, RS256": partial(as_jwt, statement, RSA_SCHOOL, RSA_KEY.id(DID)),
    }
    for name, make in made.items():
        size = f"{len(make()) / 1000:.1f} kB"
        yield again_and_again(f"issue {name}, {size}", make, SIGN)
        yield again_and_again(f"verify {name}, {size}", partial(verify, make(), TRUST_OF_EXITS, NOW), CHECK)
    yield from _token_jobs(statement, compared)


def _token_jobs(statement: Statement, compared: bool) -> Iterator[Job]:
    """The least for a token is to sign, or to check, its whole text."""
    token = as_jwt(statement, SCHOOL, JWT_KEY.id(DID))
    size, signed_text = f"{len(token) / 1000:.1f} kB", jwt.read(token).signed
    signature = SCHOOL.sign(signed_text)
    sign_only = partial(jwt.sign_badge, statement.document, SCHOOL, JWT_KEY.id(DID))
    yield again_and_again(f"floor: sign {size}", partial(SCHOOL.sign, signed_text), SIGN)
    yield again_and_again(
        f"floor: check {size}", partial(check_signature, SCHOOL.public_key, signature, signed_text), CHECK
    )
    yield again_and_again(f"sign JWT, EdDSA, {size}, not read again", sign_only, f"floor: sign {size}")
    if compared:
        ours = {
            "issue JWT": f"sign JWT, EdDSA, {size}, not read again",
            "verify JWT": f"verify JWT, EdDSA, {size}",
        }
        for name, work in peer.token_work(SCHOOL, jwt.read(token).payload).items():
            yield again_and_again(f"{peer.NAME}: {name}, {size}", work, ours[name])


def _of_4_kb() -> bytes:
    """Ada's badge with a short achievement: three alignments and five results, as in the figures of the project."""
    whole = achievement()
    short = replace(
        whole,
        description="Digital skills for daily life.",
        criteria=Criteria("An adaptive test of 8 to 20 tasks."),
        tags=(),
        alignment=whole.alignment[:3],
        result_descriptions=(),
    )
    described = [ResultDescription(f"{whole.id}#{number}", f"Score {number}", "RawScore") for number in range(5)]
    results = tuple(Result(description.id, "64") for description in described)
    return signed(achievement=replace(short, result_descriptions=tuple(described)), results=results)


def _slowest_hostile(_round: int) -> float:
    index = json.loads((VECTORS / "hostile" / "index.json").read_bytes())
    cases = [case for file in index["files"] for case in json.loads((VECTORS / "hostile" / file).read_bytes())]
    badges = [case["badge"].encode() for case in cases if "badge" in case]
    return max(repeated(partial(verify, badge, TRUST_OF_EXITS, NOW), 0.002) for badge in badges)


if __name__ == "__main__":
    main()
