"""The report of a verification: every check passed, failed or not checked, and the one answer they give.

The checks have the same names and the same order for every edition of Open Badges (`NAMES`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from assessor.openbadges.strict_json import JsonObject

NAMES = (
    "reading",
    "shape",
    "schema",
    "safe context",
    "subject",
    "proof",
    "key bound to issuer",
    "refresh",
    "status",
    "validity window",
    "recipient",
    "endorsements",
)


class State(Enum):
    """How a check ended. Not checked is neither yes nor no."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """One check: its name, how it ended, and why in a sentence for a person."""

    name: str
    state: State
    reason: str


class Result(IntEnum):
    """The answers of `spec/qr.md`, section 2. 8 (a foreign address) occurs only in QR codes."""

    GENUINE = 1
    GENUINE_STATUS_UNKNOWN = 2
    WITHDRAWN = 3
    SUSPENDED = 4
    EXPIRED = 5
    ISSUER_UNKNOWN = 6
    NOT_GENUINE = 7
    FOREIGN_ADDRESS = 8
    NOT_A_CERTIFICATE = 9
    UNREADABLE = 10

    @property
    def verdict(self) -> str:
        """`genuine`, `no longer valid`, `not genuine` or `could not be checked`."""
        return _VERDICTS[self][0]

    @property
    def exit_code(self) -> int:
        """For commands: 0 genuine, 1 the answer is no, 2 could not be checked."""
        return _VERDICTS[self][1]


_VERDICTS = {
    Result.GENUINE: ("genuine", 0),
    Result.GENUINE_STATUS_UNKNOWN: ("could not be checked", 2),
    Result.WITHDRAWN: ("no longer valid", 1),
    Result.SUSPENDED: ("no longer valid", 1),
    Result.EXPIRED: ("no longer valid", 1),
    Result.ISSUER_UNKNOWN: ("could not be checked", 2),
    Result.NOT_GENUINE: ("not genuine", 1),
    Result.FOREIGN_ADDRESS: ("not genuine", 1),
    Result.NOT_A_CERTIFICATE: ("could not be checked", 2),
    Result.UNREADABLE: ("could not be checked", 2),
}


@dataclass(frozen=True)
class Report:
    """What was found out about one file.

    `format`: json, jwt, png, svg; empty = none recognised. `credential`: what the badge says, present only
    when it may be shown (results 1, 2 and 5, and 6 with a `foreign` host). `credential_id`: also for withdrawn and
    suspended badges; empty = unknown. `status_as_of`: the time of the status list that was read; None = none was.
    `foreign`: who stands behind a badge whose issuer is not known here, when it was shown to be theirs: the host whose
    owner publishes the issuer's keys, or the id of an issuer that is itself a key; empty = known here or nothing shown.
    """

    result: Result
    format: str
    checks: tuple[Check, ...]
    credential: JsonObject | None = None
    credential_id: str = ""
    status_as_of: datetime | None = None
    foreign: str = ""

    @property
    def verdict(self) -> str:
        """The verdict of the result, and whether it is somebody else's."""
        if not self.is_of_another:
            return self.result.verdict
        word = "but" if self.result is Result.GENUINE else "and"
        return f"{self.result.verdict}, {word} not of the person you named"

    @property
    def exit_code(self) -> int:
        """The exit code of the result; 1 = no for the badge of somebody else."""
        return 1 if self.is_of_another else self.result.exit_code

    @property
    def is_of_another(self) -> bool:
        """Whether nothing else speaks against the badge than that it is not about the person who was named."""
        open_results = (Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.ISSUER_UNKNOWN)
        return self.result in open_results and "recipient" in {check.name for check in self.failed}

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.state is State.FAILED)

    def as_json(self) -> JsonObject:
        """The document that `assessor verify --json` prints."""
        return {
            "result": int(self.result),
            "verdict": self.verdict,
            "format": self.format,
            "checks": [
                {"name": check.name, "state": check.state.value, "reason": check.reason} for check in self.checks
            ],
        }


def not_read(result: Result, format_: str, reason: str) -> Report:
    """The report of a file in which no badge could be read."""
    rest = tuple(Check(name, State.NOT_CHECKED, "The badge could not be read.") for name in NAMES[1:])
    return Report(result, format_, (Check(NAMES[0], State.FAILED, reason), *rest))
