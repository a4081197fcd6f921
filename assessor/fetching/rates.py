"""How often one server is asked: a number in a minute, remembered for the servers asked last."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from assessor.fetching.refusals import TooOften

PERIOD = 60.0  # seconds
REMEMBERED = 4096


class Rates:
    """Counts requests by name; safe for threads. `clock`: seconds that only grow."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, server: str) -> None:
        """Count one request; raises `TooOften` when the last minute is full, and does not count it then."""
        now = self._clock()
        with self._lock:
            times = self._asked.setdefault(server, deque())
            self._asked.move_to_end(server)
            while times and times[0] <= now - PERIOD:
                times.popleft()
            if len(times) >= self._most:
                raise TooOften(f"{server} was asked often in the last minute. Try again in a minute.")
            times.append(now)
            if len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
