"""Getting one document: address, name, connection, answer, redirects, unpacking, each step with its own refusal."""

import http.client
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from ipaddress import ip_address
from socket import socket
from ssl import SSLSocket
from urllib.parse import urljoin

from assessor.fetching.addresses import Target, is_public, read_url
from assessor.fetching.connection import Answer, Deadline, Dial, Resolve, ask, dial, resolve_in_time, system_addresses
from assessor.fetching.rates import Rates
from assessor.fetching.refusals import AddressRefused, NoAnswer, NotADocument, TooLarge, TooManyAtOnce, TooSlow
from assessor.openbadges.documents import Fetch, Fetched
from assessor.openbadges.errors import DocumentGone

ACCEPT = (
    "application/ld+json, application/json, application/vc+jwt, application/jwt, image/png, image/svg+xml, */*;q=0.1"
)
#: Besides everything that ends with +json or +jwt. Older issuers serve their files as plain text.
KINDS = frozenset({"application/json", "application/jwt", "text/plain", "image/png", "image/svg+xml"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = 410


@dataclass(frozen=True)
class Limits:
    """What one document may cost. `tried`: addresses of a host that are dialled before giving up.

    `at_once`: documents that are waited for at the same moment; servers that are slow hold no more threads than these.
    `kinds`: media types that are taken, besides everything that ends with +json or +jwt.
    """

    seconds: float = 3.0
    most_bytes: int = 1024 * 1024
    redirects: int = 3
    tried: int = 2
    a_minute: int = 60
    at_once: int = 3
    kinds: frozenset[str] = KINDS


class Fetcher:
    """Gets documents from servers that nobody here knows; safe for threads, made once.

    `resolve`, `dial`, `tls`, `clock` exist for tests; the defaults are the system's.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        resolve: Resolve = system_addresses,
        dial: Dial = dial,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits or Limits()
        self._resolve = resolve
        self._dial = dial
        self._tls = tls or _system_tls()
        self._clock = clock
        self._rates = Rates(self._limits.a_minute, clock)
        self._places = threading.BoundedSemaphore(self._limits.at_once)

    def __call__(self, url: str, /) -> Fetched:
        """The document at an https address. Raises `DocumentUnavailable` (`refusals`) or `DocumentGone`."""
        return self._fetch(url, Deadline(self._limits.seconds, self._clock), self._limits.most_bytes)

    def together(self, seconds: float, most_bytes: int | None = None) -> Fetch:
        """The same for several documents that share one clock, which begins now.

        `most_bytes` of one document; None: as the limits say.
        """
        deadline, most = Deadline(seconds, self._clock), most_bytes or self._limits.most_bytes
        return lambda url, /: self._fetch(url, deadline, most)

    def _fetch(self, url: str, deadline: Deadline, most: int) -> Fetched:
        # Whoever waited for a place would hold a thread as well.
        if not self._places.acquire(blocking=False):
            raise TooManyAtOnce("This service is asking many others at the moment. Try again in a minute.")
        try:
            return self._follow(url, deadline, most)
        finally:
            self._places.release()

    def _follow(self, url: str, deadline: Deadline, most: int) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            # 1. The address is one that may be asked.
            target = read_url(url.partition("#")[0])
            # 2. So are all the addresses behind its name, and we connect to one of those.
            with closing(self._connect(target, self._public_addresses(target, deadline), deadline)) as connection:
                # 3. One question, one answer.
                content = self._answer(connection, target, deadline, most)
            if isinstance(content, bytes):
                return Fetched(content, target.url)
            # 4. A redirect is a new address: from the beginning.
            url = _joined(target.url, content.address)
        raise NotADocument(f"{url[:200]} leads from one address to the next.")

    def _public_addresses(self, target: Target, deadline: Deadline) -> list[str]:
        self._rates.count(target.host)
        found = resolve_in_time(self._resolve, target.host, deadline)
        try:
            addresses = [ip_address(text) for text in found]
        except ValueError as error:
            raise AddressRefused(f"{target.host} has an address of an unknown kind.") from error
        # One private address among public ones is a trick or a mistake; either way nobody is asked.
        if not addresses or not all(is_public(address) for address in addresses):
            raise AddressRefused(f"{target.host} is not on the public internet.")
        return [str(address) for address in addresses]

    def _connect(self, target: Target, addresses: list[str], deadline: Deadline) -> SSLSocket:
        cause: OSError | None = None
        tried = addresses[: self._limits.tried]
        for place, address in enumerate(tried):
            # Many names may lead to one machine; it is asked as seldom as under one name.
            self._rates.count(address)
            patience = deadline.left() / (len(tried) - place)
            try:
                plain = self._dial(address, target.port, patience)
            except OSError as error:
                cause = error
                continue
            return self._secured(plain, target, deadline)
        deadline.left()
        raise NoAnswer(f"{target.host} cannot be reached.") from cause

    def _secured(self, plain: socket, target: Target, deadline: Deadline) -> SSLSocket:
        """The connection under TLS; the plain one is closed when that fails, and is part of it when it does not."""
        with plain:
            plain.settimeout(deadline.left())
            try:
                return self._tls.wrap_socket(plain, server_hostname=target.host, suppress_ragged_eofs=False)
            except ssl.SSLCertVerificationError as error:
                raise NoAnswer(f"{target.host} cannot prove that it is {target.host}.") from error
            except TimeoutError as error:
                raise TooSlow(f"{target.host} took too long to answer.") from error
            except OSError as error:
                raise NoAnswer(f"{target.host} does not speak https.") from error

    def _answer(self, connection: SSLSocket, target: Target, deadline: Deadline, most: int) -> "bytes | _Redirect":
        try:
            answer = ask(connection, target, ACCEPT, most, deadline)
            if answer.status in _REDIRECTS and (location := answer.field("Location")):
                return _Redirect(location)
            _check_head(answer, target, self._limits.kinds)
            return _unpacked(answer, most)
        except TimeoutError as error:
            raise TooSlow(f"{target.host} took too long to answer.") from error
        except (OSError, http.client.HTTPException) as error:
            deadline.left()  # http.client has its own words for a wait that ended
            raise NoAnswer(f"{target.host} broke off.") from error


@dataclass(frozen=True)
class _Redirect:
    address: str


def _joined(url: str, address: str) -> str:
    try:
        return urljoin(url, address)
    except ValueError as error:
        raise AddressRefused(f"{url[:200]} leads to what is no address.") from error


def _check_head(answer: Answer, target: Target, kinds: frozenset[str]) -> None:
    if answer.status == _GONE:
        raise DocumentGone(f"{target.url[:200]} was taken away by its server.")
    if answer.status != 200:
        raise NotADocument(f"{target.host} answered with status {answer.status}.")
    kind = answer.field("Content-Type").partition(";")[0].strip().lower()
    if kind not in kinds and not kind.endswith(("+json", "+jwt")):
        raise NotADocument(f"{target.host} gave “{kind[:60] or 'something of no kind'}”, not a document of a badge.")


def _unpacked(answer: Answer, most: int) -> bytes:
    """The document, unpacked no further than it may be large."""
    packing, body = answer.field("Content-Encoding").lower(), answer.body(most)
    if packing in {"", "identity"}:
        return body
    if packing not in {"gzip", "x-gzip"}:
        raise NotADocument("The document is packed in a way that was not asked for.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise NotADocument("The document cannot be unpacked.") from error
    if len(content) > most:
        raise TooLarge("The document is too large when unpacked.")
    if not unpacker.eof or unpacker.unused_data:
        raise NotADocument("The packed document is cut off, or has something after its end.")
    return content


def _system_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
