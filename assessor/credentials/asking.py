"""Asks the servers of partners for their files. Each partner has an equal part of the time, so none can take it all."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessor.certificates.standing import CLOCK_SKEW
from assessor.credentials.partner_files import Wanted
from assessor.errors import Refusal
from assessor.fetching.fetcher import KINDS, Fetcher, Limits
from assessor.fetching.refusals import NoAnswer, TooSlow
from assessor.openbadges.documents import Fetch
from assessor.openbadges.errors import DocumentGone, DocumentUnavailable

PATIENCE = 20.0  # seconds for one file
A_MINUTE = 200  # two files for each status list, and a few more
TYPES = frozenset({"application/cose", "application/octet-stream"})
#: Gives a fetch for a document of at most so many bytes, in so many seconds.
FetchWithin = Callable[[int, float], Fetch]


@dataclass(frozen=True)
class Got:
    """A file that was fetched and holds. `dated` None: it has no date, and is the one of its kind."""

    wanted: Wanted
    body: bytes
    dated: datetime | None


@dataclass(frozen=True)
class NotHad:
    """A file that could not be had, and why, in a sentence. `silent`: its server does not answer at all."""

    wanted: Wanted
    why: str
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.wanted.url[:200]}: {self.why}"


def outside() -> FetchWithin:
    """Asks the partners' servers, guarded, and none of them too often."""
    fetcher = Fetcher(Limits(a_minute=A_MINUTE, kinds=KINDS | TYPES))
    return lambda most, seconds: fetcher.together(seconds, most)


def ask(
    files: Sequence[Wanted],
    fetch: FetchWithin,
    now: datetime,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Got | NotHad]:
    """Ask for each file and check it, one after the other. Files of a partner whose time is over are left out."""
    by_partner: dict[str, list[Wanted]] = {}
    for one in files:
        by_partner.setdefault(one.place, []).append(one)
    end = clock() + seconds
    for turn, of_partner in enumerate(by_partner.values()):
        began = clock()
        yield from _ask_partner(of_partner, fetch, now, began + (end - began) / (len(by_partner) - turn), clock)


def _ask_partner(
    files: Sequence[Wanted], fetch: FetchWithin, now: datetime, until: float, clock: Callable[[], float]
) -> Iterator[Got | NotHad]:
    silent: set[str] = set()
    for one in files:
        left, host = until - clock(), "".join(one.url.split("/")[2:3])
        if host in silent:
            continue
        if left <= 0:
            yield NotHad(one, "The time of this partner was over; it is asked again in an hour.")
            return
        answer = _ask_one(one, fetch(one.most, min(left, PATIENCE)), now)
        if isinstance(answer, NotHad) and answer.silent:
            silent.add(host)
        yield answer


def _ask_one(one: Wanted, fetch: Fetch, now: datetime) -> Got | NotHad:
    try:
        body = fetch(one.url).content
        dated = one.read(body)
    except (NoAnswer, TooSlow) as error:
        return NotHad(one, f"{error} Its other files are left out for an hour.", silent=True)
    except (DocumentUnavailable, DocumentGone, ValueError, Refusal) as error:
        return NotHad(one, str(error))
    except Exception as error:
        # Nobody foresaw this, and still one file must not keep those of all partners from us.
        return NotHad(one, f"{type(error).__name__}: {error}")
    if dated is not None and dated > now + CLOCK_SKEW:
        # Kept, it would stand in the way of all that come before that date.
        return NotHad(one, f"It is dated {dated:%Y-%m-%d %H:%M}, which is still to come.")
    return Got(one, body, dated)
