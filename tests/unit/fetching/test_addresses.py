"""Only https to named hosts on the public internet is asked."""

from ipaddress import ip_address

import pytest

from assessor.fetching.addresses import is_public, read_url
from assessor.fetching.refusals import AddressRefused


@pytest.mark.parametrize(
    "url",
    [
        "http://badges.example/",
        "ftp://badges.example/",
        "file:///etc/passwd",
        "gopher://badges.example/",
        "//badges.example/",
        "badges.example",
        "",
        "https:badges.example",
        "https:///badges.example",
        "https://",
        "https://localhost/",
        "https://metadata/",
        "https://127.0.0.1/",
        "https://93.184.215.14/",
        "https://[::1]/",
        "https://[2606:2800:21f:cb07::1]/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://badges.example./",
        "https://-badges.example/",
        "https://bad_ges.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
        "https://user@badges.example/",
        "https://user:word@badges.example/",
        "https://badges.example@eve.example/",
        "https://badges.example:22/",
        "https://badges.example:80/",
        "https://badges.example:65536/",
        "https://badges.example:x/",
        "https://badges.example\\@eve.example/",
        "https://badges.example/\r\nHost: eve.example",
        "https://badges.example/a b",
        "https://badges.example/\x00",
        "https://badges.example/é",
        "https://bücher.example/",
        "https://\u212aelvin.example/",
        "https://１２７.0.0.1/",
        "https://[/",
        "https://badges.example/" + "a" * 2048,
        "https://badges.example/a/../b",
        "https://badges.example/a/%2e%2E/b",
        "https://badges.example/a/..%2fb",
        "https://badges.example/a/.",
        "https://badges.example/..;x/b",
        "https://badges.example/%252e%252e/b",
    ],
)
def test_an_address_that_is_not_plain_https_to_a_name_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(url)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://badges.example", "badges.example", "/"),
        ("HTTPS://Badges.Example:443/a?b=c", "badges.example", "/a?b=c"),
        ("https://xn--bcher-kva.example:8443/a%20b", "xn--bcher-kva.example:8443", "/a%20b"),
        ("https://badges.example/a//b/..c/.d;d=e", "badges.example", "/a//b/..c/.d;d=e"),
    ],
)
def test_an_address_is_taken_apart(url: str, authority: str, path: str) -> None:
    target = read_url(url)

    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:2800:21f:cb07::1%eth0",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ],
)
def test_what_is_not_on_the_public_internet_is_not_asked(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "9.9.9.9", "172.32.0.1", "2606:2800:21f:cb07::1", "2a00:1450:4001::8a", "64:ff9b::93.184.215.14"],
)
def test_the_public_internet_is_asked(address: str) -> None:
    assert is_public(ip_address(address))
