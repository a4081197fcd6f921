"""When a proof counts: from when it was made until its own end, with a little patience for clocks that differ.

>>> from datetime import UTC, datetime
>>> from assessor.openbadges.proof_time import check_time_of
>>> check_time_of({"created": "2026-01-01T00:00:00Z"}, datetime(2026, 1, 2, tzinfo=UTC))
"""

from datetime import datetime, timedelta

from assessor.openbadges.errors import ProofInvalid
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.strict_json import JsonObject

CLOCK_TOLERANCE = timedelta(minutes=5)


def check_time_of(proof: JsonObject, now: datetime) -> None:
    """Raise `ProofInvalid` unless `now` lies in the time of a proof (Data Integrity 1.0, section 2.1).

    A proof may leave out either end. One that it names counts, so that one that cannot be read makes it invalid.
    """
    made, end = (read_timestamp(proof.get(name)) for name in ("created", "expires"))
    if ("created" in proof and made is None) or ("expires" in proof and end is None):
        raise ProofInvalid("The time of the signature is not a time.")
    if made is not None and made > now + CLOCK_TOLERANCE:
        raise ProofInvalid(f"The signature is dated in the future, {made:%Y-%m-%d}. Check the clock of this machine.")
    if end is not None and end <= now:
        raise ProofInvalid(f"The signature itself ended on {end:%Y-%m-%d}.")
