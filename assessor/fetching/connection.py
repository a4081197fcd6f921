"""One request to one address, every wait of it under one deadline.

The system's own waits are bounded here each by what is left: a server that sends a byte a second gains nothing.
"""

import http.client
import io
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import cast

from assessor.fetching.addresses import Target
from assessor.fetching.refusals import NoAnswer, TooLarge, TooSlow

AGENT = "Assessor (verification of badges)"
RESOLVING_AT_ONCE = 16
#: Bytes of status line, header fields and the framing of chunks, beside the document itself.
MAX_OVERHEAD = 64 * 1024

Resolve = Callable[[str], Sequence[str]]
"""Gives the addresses of a host name, or raises `OSError`."""

Dial = Callable[[str, int, float], socket.socket]
"""Connects to an address and port within so many seconds, or raises `OSError`."""

_resolving = threading.BoundedSemaphore(RESOLVING_AT_ONCE)


class Deadline:
    """The moment at which patience ends."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds that are left, more than 0; raises `TooSlow` when none are."""
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise TooSlow("The server took too long to answer.")
        return seconds


def system_addresses(host: str) -> list[str]:
    """The addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address in numbers."""
    return socket.create_connection((address, port), timeout=seconds)


def resolve_in_time(resolve: Resolve, host: str, deadline: Deadline) -> Sequence[str]:
    """The addresses of a host. A resolver cannot be interrupted, so it runs aside; few may hang at once."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host))
        except Exception as error:  # handed to the thread that waits
            answers.put(error)
        finally:
            _resolving.release()

    if not _resolving.acquire(timeout=deadline.left()):
        raise TooSlow("Too many names are being looked up. Try again in a minute.")
    threading.Thread(target=ask, name="resolving", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise TooSlow(f"The address of {host} could not be found in time.") from error
    if isinstance(answer, OSError | UnicodeError):
        raise NoAnswer(f"There is no host {host}.") from answer
    if isinstance(answer, Exception):
        raise answer
    return answer


class Answer:
    """The head of an answer, and its body as it comes."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status

    def field(self, name: str) -> str:
        """A header field; empty = it is not there."""
        return self._response.headers.get(name, "").strip()

    def body(self, most: int) -> bytes:
        """The body as it was sent; raises `TooLarge` beyond `most` bytes and `NoAnswer` when it breaks off."""
        if (self._response.length or 0) > most:
            raise TooLarge("The document is too large.")
        body = self._response.read(most + 1)
        if len(body) > most:
            raise TooLarge("The document is too large.")
        if self._response.length:
            raise NoAnswer("The server broke off in the middle.")
        return body


def ask(connection: ssl.SSLSocket, target: Target, accept: str, most: int, deadline: Deadline) -> Answer:
    """Send one GET and read the head of the answer; `most`: bytes of a body that may follow."""
    request = (
        f"GET {target.path} HTTP/1.1\r\nHost: {target.authority}\r\nUser-Agent: {AGENT}\r\nAccept: {accept}\r\n"
        "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(deadline.left())
    connection.sendall(request.encode("ascii"))
    # HTTPResponse takes a socket and uses nothing of it but makefile().
    stream = cast(socket.socket, _Stream(connection, most + MAX_OVERHEAD, deadline))
    response = http.client.HTTPResponse(stream, method="GET")
    response.begin()
    return Answer(response)


class _Stream:
    def __init__(self, connection: ssl.SSLSocket, most: int, deadline: Deadline) -> None:
        self._reader = _TimedReader(connection, most, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


class _TimedReader(io.RawIOBase):
    """Reads from a connection, each time with the patience that is left, and never more than agreed."""

    def __init__(self, connection: ssl.SSLSocket, most: int, deadline: Deadline) -> None:
        self._connection = connection
        self._left = most
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the base takes any writable buffer
        self._connection.settimeout(self._deadline.left())
        count = self._connection.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise TooLarge("The answer is too large.")
        return count
