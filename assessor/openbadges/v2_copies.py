"""A hosted badge as somebody shows it, and as its own address gives it: do both say the same?"""

import json
from typing import Any

from assessor.openbadges.checks import Check, State
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.strict_json import JsonObject

# What these say decides what the badge is worth; elsewhere a copy may merely be older than the issuer's own.
DECISIVE = frozenset({"id", "type", "recipient", "badge", "issuedOn", "expires", "verification"})


def check_copy(shown: JsonObject, hosted: JsonObject) -> Check:
    """The check “proof” of a hosted badge. Another meaning fails; other words are for a person to look at."""
    different = differences(shown, hosted)
    if not different:
        return Check("proof", State.PASSED, "The badge stands at its own address and says the same there.")
    if decisive := sorted(different & DECISIVE):
        return Check("proof", State.FAILED, f"The badge at its own address says another “{decisive[0]}”.")
    reason = f"The badge at its own address says another “{min(different)[:40]}”. Look at it there."
    return Check("proof", State.NOT_CHECKED, reason)


def differences(one: JsonObject, other: JsonObject) -> set[str]:
    """The members in which two copies differ; a class linked here and enclosed there is the same class."""
    names = (one.keys() | other.keys()) - {"@context"}
    return {name for name in names if _comparable(name, one, other) != _comparable(name, other, one)}


def _comparable(name: str, one: JsonObject, other: JsonObject) -> Any:
    value = one.get(name)
    if name == "badge" and isinstance(value, dict) and not isinstance(other.get(name), dict):
        value = value.get("id")
    if name == "type":
        value = sorted(map(str, value if isinstance(value, list) else [value]))
    if name in {"issuedOn", "expires"} and (moment := read_timestamp(value)) is not None:
        value = moment.isoformat()
    # As text: to Python, true equals 1.
    return json.dumps(value, sort_keys=True) if name in one else None
