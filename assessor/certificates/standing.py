"""What the issuer's lists say of one certificate: withdrawn, on hold, or neither (`spec/qr.md`, section 2).

The status lists decide, the very lists of the badges. The file of withdrawals beside them says when and why, and counts
as well: whoever names a certificate there took it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assessor.certificates.checks import Cause, Check
from assessor.certificates.status import StatusListNotReadable, read_status_list
from assessor.certificates.summary import Summary
from assessor.certificates.trust import Issuer, StatusListPlace, Withdrawal, Withdrawals, number_hash

CLOCK_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lists say, with the checks `withdrawal` and `suspension`.

    `withdrawal`: date and reason, if the issuer publishes them. `signed_at`: when the older of the lists that were read
    was signed. `cause` None: everything could be asked and the answers are fresh.
    """

    checks: tuple[Check, ...] = ()
    withdrawn: bool = False
    suspended: bool = False
    withdrawal: Withdrawal | None = None
    signed_at: datetime | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one list says. `signed_at` None: it could not be read."""

    check: Check
    signed_at: datetime | None = None
    cause: Cause | None = None


def standing_of(
    summary: Summary,
    issuer: Issuer,
    status: Mapping[str, str],
    withdrawals: Mapping[str, Withdrawals],
    now: datetime,
) -> Standing:
    """Ask the lists of an issuer about a certificate of it.

    `status` holds VC-JWTs by the URL of their list and `withdrawals` documents by issuer id, as far as they could
    be had.
    """
    place = None if summary.status_list is None else issuer.status_list(summary.status_list)
    if place is None or summary.status_index is None:
        standing = Standing(_no_list("withdrawal", "suspension"), cause="no_list")
    else:
        standing = _Asking(issuer, status, now).ask(place, summary.status_index)
    listed = withdrawals[issuer.id].entries.get(number_hash(summary.number)) if issuer.id in withdrawals else None
    if listed is None and not standing.withdrawn:
        return standing
    told = Check("withdrawal", "failed", f"Withdrawn on {listed.date:%Y-%m-%d}." if listed else "Withdrawn.")
    others = (check for check in standing.checks if check.name != told.name)
    return replace(standing, checks=(told, *others), withdrawn=True, withdrawal=listed)


def _no_list(*names: str) -> tuple[Check, ...]:
    reason = "The certificate names no status list that is known here."
    return tuple(Check(name, "not checked", reason) for name in names)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks the status lists of an issuer about one place in them."""

    issuer: Issuer
    status: Mapping[str, str]
    now: datetime

    def ask(self, place: StatusListPlace, index: int) -> Standing:
        withdrawal = self._ask_list("withdrawal", "revocation", place.url, index)
        if place.suspension_url is None:
            suspension = _Answer(Check("suspension", "passed", "This issuer puts nothing on hold."))
        else:
            suspension = self._ask_list("suspension", "suspension", place.suspension_url, index)
        return Standing(
            checks=(withdrawal.check, suspension.check),
            withdrawn=withdrawal.check.state == "failed",
            suspended=suspension.check.state == "failed",
            signed_at=min(filter(None, (withdrawal.signed_at, suspension.signed_at)), default=None),
            cause=withdrawal.cause or suspension.cause,
        )

    def _ask_list(self, name: str, purpose: str, url: str, index: int) -> _Answer:
        if url not in self.status:
            return _Answer(Check(name, "not checked", "The status list could not be had."), cause="not_had")
        keys = [key.public_key for key in self.issuer.keys_for("status") if key.compromised_since is None]
        try:
            listed = read_status_list(self.status[url], keys, url=url, purpose=purpose)
            is_set = listed.is_set(index)
        except StatusListNotReadable as error:
            return _Answer(Check(name, "not checked", str(error)), cause="bad_list")
        if is_set:
            return _Answer(Check(name, "failed", "The issuer's list says so."), listed.signed_at)
        if not listed.signed_at - CLOCK_SKEW <= self.now < listed.stale_after:
            reason = f"The status list is of {listed.signed_at:%Y-%m-%d}, too old to be sure."
            return _Answer(Check(name, "not checked", reason), listed.signed_at, "old_list")
        fresh = f"Not in the list of {listed.signed_at:%Y-%m-%d %H:%M} UTC."
        return _Answer(Check(name, "passed", fresh), listed.signed_at)
