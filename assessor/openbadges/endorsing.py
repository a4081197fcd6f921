"""The endorsements that a badge brings along, checked like badges and told in one sentence.

They never decide about the badge: whoever carries a badge can leave endorsements out, and an old one that ended says
nothing about what was learned. One that does not hold is said in this check alone.
"""

from dataclasses import replace
from datetime import datetime

from assessor.openbadges import jwt
from assessor.openbadges.authenticity import Badge, methods_of
from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents, Fetch
from assessor.openbadges.endorsement import MAX_ENDORSEMENTS, Carried, check_endorsement, endorsements_of
from assessor.openbadges.errors import OpenBadgesError
from assessor.openbadges.issuers import FoundIssuer, find_issuer
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.trust import Trust
from assessor.openbadges.vc_1_1 import is_of_1_1
from assessor.openbadges.withdrawal import StatusSource

NAME = "endorsements"


def check_endorsements(
    document: JsonObject, trust: Trust, now: datetime, *, status: StatusSource | None = None, fetch: Fetch | None = None
) -> Check:
    """The check of all endorsements of a badge whose own signature holds.

    Passed = every endorser is known here and endorses it. Their documents are counted apart from the badge's own.
    """
    carried = endorsements_of(document)
    if not carried:
        return Check(NAME, State.NOT_CHECKED, "The badge brings no endorsement.")
    documents, known = Documents(fetch), trust.in_endorsements()
    checks = [_check(one, known, now, status, documents) for one in carried[:MAX_ENDORSEMENTS]]
    failed = [check.reason for check in checks if check.state is State.FAILED]
    unchecked = [check.reason for check in checks if check.state is State.NOT_CHECKED]
    if failed:
        return Check(
            NAME, State.FAILED, f"{len(failed)} of {len(carried)} do not hold, the badge may still: {failed[0]}"
        )
    if unchecked:
        return Check(
            NAME, State.NOT_CHECKED, f"{len(unchecked)} of {len(carried)} could not be checked: {unchecked[0]}"
        )
    if len(carried) > MAX_ENDORSEMENTS:
        return Check(NAME, State.NOT_CHECKED, f"Only the first {MAX_ENDORSEMENTS} of {len(carried)} were looked at.")
    return Check(NAME, State.PASSED, " ".join(dict.fromkeys(check.reason for check in checks)))


def _check(one: Carried, trust: Trust, now: datetime, status: StatusSource | None, documents: Documents) -> Check:
    try:
        badge = _read(one)
        if is_of_1_1(badge.document):
            return Check(NAME, State.NOT_CHECKED, "Endorsements of the older data model are not checked here.")
        found = _found(badge, trust, documents)
    except OpenBadgesError:  # `check_endorsement` says what is wrong with it, or that its endorser is not known
        found = None
    known = trust.beside(found.issuer) if found else trust
    check = check_endorsement(one.content, known, now, about=one.about, status=status)
    if found and check.state is State.PASSED:
        who = "somebody" if found.owner.startswith("did:") else f"the owner of {found.owner[:120]}"
        reason = f"The endorsement is by {who}, who is not known here."
        return replace(check, state=State.NOT_CHECKED, reason=reason)
    return check


def _read(one: Carried) -> Badge:
    if isinstance(one.content, str):
        token = jwt.read(one.content.strip().encode("utf-8", "replace"))
        return Badge(token.credential, token)
    return Badge(one.content if isinstance(one.content, dict) else {})


def _found(badge: Badge, trust: Trust, documents: Documents) -> FoundIssuer | None:
    """The endorser as the web knows them; None = they are known here, or nobody may be asked."""
    name = issuer_of(badge.document)
    if name in trust.issuers or documents.fetch is None:
        return None
    try:
        methods = methods_of(badge)
    except OpenBadgesError:
        methods = []  # it is not signed, which is for `check_endorsement` to say
    return find_issuer(name, methods, documents)
