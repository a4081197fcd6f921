"""When the general path looks over the table's shoulder: once for every achievement, then for one badge in a hundred.

The table is proven equal to the general path by tests. This is the watch over it in daily work: a badge on which the
two disagree is not issued.

    >>> from assessor.openbadges.second_opinion import SecondOpinion
    >>> opinion = SecondOpinion(one_in=100)
    >>> badge = {"id": "urn:x:1", "credentialSubject": {"achievement": {"id": "urn:x:a", "version": "1"}}}
    >>> opinion.is_due(badge)
    True
"""

from hashlib import sha256
from typing import Any

from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.errors import FormsDisagree
from assessor.openbadges.fast_canonical import OutsideTable, form_by_table
from assessor.openbadges.strict_json import JsonObject

MAX_REMEMBERED = 10_000


class SecondOpinion:
    """Which badges are canonicalised a second time, by the general path.

    `one_in`: 1 = every badge; 100 = each new achievement, by id and version, and about one badge in a hundred of the
    others, chosen by the badge's id so that the same badge is always treated alike. What was seen is remembered as long
    as the object lives: a new process asks again.
    """

    def __init__(self, one_in: int = 100) -> None:
        if one_in < 1:
            raise ValueError("A second opinion is asked for one badge in one, or in more.")
        self._one_in = one_in
        self._seen: set[tuple[str, ...]] = set()

    def is_due(self, badge: JsonObject) -> bool:
        """Whether this badge is one of them. An achievement counts as seen once a badge of it was confirmed."""
        digest = sha256(str(badge.get("id")).encode("utf-8", "replace")).digest()
        return _release(badge) not in self._seen or int.from_bytes(digest[:8], "big") % self._one_in == 0

    def confirm(self, badge: JsonObject) -> None:
        """If it is due, raise `FormsDisagree` unless the badge and the options of its proofs have one form both ways.

        `UnsafeDocument`, naming the member, if the general path refuses what the table would have signed.
        """
        if not self.is_due(badge):
            return
        unsecured = {name: member for name, member in badge.items() if name != "proof"}
        for document in (unsecured, *_options(badge)):
            try:
                form = form_by_table(document)
            except OutsideTable:
                continue  # it was signed by the general path
            if form != canonical_form(document):
                raise FormsDisagree("The two ways to the canonical form of this badge disagree. Nothing was issued.")
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen.add(_release(badge))


def _release(badge: JsonObject) -> tuple[str, ...]:
    subject = badge.get("credentialSubject")
    achievement: Any = subject.get("achievement") if isinstance(subject, dict) else None
    members = achievement if isinstance(achievement, dict) else {}
    return (str(members.get("id", "")), str(members.get("version", "")), str(badge.get("@context")))


def _options(badge: JsonObject) -> list[JsonObject]:
    proofs = badge.get("proof")
    return [
        {**{name: member for name, member in proof.items() if name != "proofValue"}, "@context": badge["@context"]}
        for proof in (proofs if isinstance(proofs, list) else [])
    ]


USUAL = SecondOpinion()
"""What issuing uses unless told otherwise; one for the process."""
