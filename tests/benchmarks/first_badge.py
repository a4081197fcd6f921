"""How long a new process takes for the first badge that it checks, when it remembers nothing yet.

Reads a JSON array from stdin: the badge as text, the DID document of its issuer, the time. Prints seconds.
"""

import json
import sys
import time
from datetime import datetime

from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify


def main() -> None:
    """Measure once, without the status list."""
    badge, issuer, moment = json.load(sys.stdin)
    data, trust, now = badge.encode(), Trust.of(issuer), datetime.fromisoformat(moment)
    began = time.perf_counter()
    report = verify(data, trust, now)
    spent = time.perf_counter() - began
    if report.credential is None:
        sys.exit(f"The badge was not believed: {report.failed}")
    print(spent)


if __name__ == "__main__":
    main()
