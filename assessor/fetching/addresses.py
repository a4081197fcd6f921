"""Which addresses are asked at all.

>>> from ipaddress import ip_address
>>> from assessor.fetching.addresses import is_public
>>> is_public(ip_address("9.9.9.9")), is_public(ip_address("169.254.169.254"))
(True, False)
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from assessor.fetching.refusals import AddressRefused

MAX_URL = 2048
HTTPS = 443
LEAST_OTHER_PORT = 1024  # services below speak other languages

# What may stand in a request line: printable ASCII without the signs that programs read in different ways.
_URL = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_SCHEME = "https://"
# A step `.` or `..`, in any spelling that a server may read as one: decoded twice, or with something after `;`.
_SLASH = r"(?:[/\\]|%(?:25)*(?:2f|5c))"
_STEP = re.compile(rf"{_SLASH}(?:\.|%(?:25)*2e){{1,2}}(?:;|{_SLASH}|\Z)", re.IGNORECASE)

# IANA IPv4 Special-Purpose Address Registry, multicast, and what is only for machines beside us.
_SPECIAL_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # the host of virtual machines at a large provider
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")  # the only space given out (IANA IPv6 Address Space)
# What is special inside of it: protocol assignments with Teredo, documentation, 6to4, AS112, the former 6bone.
_SPECIAL_6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20")
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address as a network without IPv4 reaches it


@dataclass(frozen=True)
class Target:
    """An https address, taken apart. `path`: with the query, as the request line has it."""

    url: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the Host field has them."""
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


def read_url(url: str) -> Target:
    """Take an address apart. Raises `AddressRefused` for all but https to a named host.

    Addresses in numbers are refused whatever their spelling; a name of one part is one of a local network.
    """
    if len(url) > MAX_URL or not url[: len(_SCHEME)].lower() == _SCHEME:
        raise AddressRefused(f"{url[:200]} is not an https address.")
    if _URL.fullmatch(url) is None:
        raise AddressRefused(f"{url[:200]!r} has signs that an address is not written with.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or HTTPS
    except ValueError as error:
        raise AddressRefused(f"{url[:200]} is not an address.") from error
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(f"{url[:200]} has a user's name in it.")
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1][0].isdigit():
        raise AddressRefused(f"“{host[:100]}” is not the name of a host on the web.")
    if port != HTTPS and port < LEAST_OTHER_PORT:
        raise AddressRefused(f"Port {port} is not one of the web.")
    if _STEP.search(parts.path) is not None:
        raise AddressRefused(f"{url[:200]} has steps in its path that lead elsewhere.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, host, port, path)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one on the public internet, reached by everybody alike.

    An IPv4 address inside of an IPv6 one counts as what it is where networks make such addresses (NAT64); every
    other wrapping (mapped, compatible, 6to4, Teredo) is refused.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_6 and not any(address in network for network in _SPECIAL_6)
