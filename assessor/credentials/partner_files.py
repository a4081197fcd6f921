"""Which files a partner publishes: where each one is, how large it may be, and how it is checked.

What a partner may ask of us is bounded: at most 140 MB an hour, half of it only after thefts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessor.certificates import merkle, signed_data
from assessor.certificates import status as lists
from assessor.certificates.trust import Bundle, Issuer, Key
from assessor.config import Settings
from assessor.credentials import foreign, issuer

BUNDLE = "bundle"
ISSUED = "issued/"
#: Of what was issued with stolen keys: this many lists, the latest thefts first, and this many certificates in them.
MOST_ISSUED = 4
MOST_LEAVES = 2 * merkle.MAX_LEAVES


@dataclass(frozen=True)
class Wanted:
    """A file of a partner. `read`: checks it and gives its date; raises `ValueError`."""

    place: str
    name: str
    url: str
    most: int
    read: Callable[[bytes], datetime | None]

    def holds(self, body: bytes) -> bool:
        """Whether a body is this file still, under the keys that are trusted now."""
        try:
            self.read(body)
        except ValueError:
            return False
        return True


def partners(bundle: Bundle, settings: Settings) -> list[Issuer]:
    """Everybody in the bundle but ourselves."""
    return [one for one in bundle.issuers if one.id != issuer.did(settings)]


def everything(partner: Issuer) -> Iterator[Wanted]:
    """All its files, the short ones first."""
    place = foreign.place_of(partner.id)
    yield from status_lists(partner)
    if partner.withdrawals_url:
        yield Wanted(
            place,
            "withdrawals",
            partner.withdrawals_url,
            signed_data.MAX_WITHDRAWALS,
            lambda body: signed_data.read_withdrawals(body, partner).issued,
        )
    if partner.catalogue_url:
        yield Wanted(
            place,
            "catalogue",
            partner.catalogue_url,
            signed_data.MAX_CATALOGUE,
            lambda body: signed_data.read_catalogue(body, partner).issued,
        )
    yield from _issued(partner)


def status_lists(partner: Issuer) -> Iterator[Wanted]:
    """Its status lists as VC-JWT."""
    keys = [key.public_key for key in partner.keys_for("status") if key.compromised_since is None]
    place = foreign.place_of(partner.id)
    for named in partner.status_lists[: foreign.MOST_LISTS]:
        for purpose, url in (("revocation", named.url), ("suspension", named.suspension_url)):
            if url is not None:
                name = f"status/{named.number}{'-suspension' if purpose == 'suspension' else ''}.jwt"
                yield Wanted(place, name, f"{url}.jwt", lists.MAX_TOKEN, _list_reader(keys, url, purpose))


def bundle(issuer_id: str, url: str, root: bytes) -> Wanted:
    """Its newer bundle, wherever that is looked for."""

    def read(body: bytes) -> datetime:
        return foreign.read(body, root, issuer_id).bundle.issued

    return Wanted(foreign.place_of(issuer_id), BUNDLE, url, signed_data.MAX_BUNDLE, read)


def _issued(partner: Issuer) -> Iterator[Wanted]:
    thefts = [(at, key) for key in partner.keys_for("certificate") if (at := key.compromised_since) is not None]
    left = MOST_LEAVES
    for _, key in sorted(thefts, key=lambda theft: theft[0], reverse=True)[:MOST_ISSUED]:
        if (named := key.issued) is not None and named.count <= left:
            left -= named.count
            size = max(1, named.count * merkle.LEAF_BYTES)
            yield Wanted(foreign.place_of(partner.id), issued_name(key), named.url, size, _leaf_reader(key))


def issued_name(key: Key) -> str:
    """Under which name the list of what this stolen key signed is mirrored."""
    return f"{ISSUED}{key.kid.hex()}"


def _list_reader(keys: Sequence[bytes], url: str, purpose: str) -> Callable[[bytes], datetime]:
    return lambda body: lists.read_status_list(body.decode("ascii"), keys, url=url, purpose=purpose).signed_at


def _leaf_reader(key: Key) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        if key.issued is not None:
            merkle.read_list(body, key.issued.root, key.issued.count)

    return read
