"""Another installation, as ours sees it: its bundle, its root key, its files, and its server."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import cose, merkle, qr, signed_data
from assessor.certificates.trust import (
    AchievementText,
    Bundle,
    Catalogue,
    IssuedPlace,
    Issuer,
    Key,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
    number_hash,
)
from assessor.config import Settings
from assessor.credentials import foreign, mirroring, publishing
from assessor.credentials.asking import FetchWithin
from assessor.database import now
from assessor.openbadges.documents import Fetch, documents_from
from tests.factories import NOW
from tests.unit.certificates.trusted import MemorySigner, status_token, summary

HOST = "https://partner.example"
ID = "did:web:partner.example"
ROOT, CERTIFICATE, STATUS = (MemorySigner(bytes([n]) * 32) for n in range(21, 24))
BEGUN = NOW - timedelta(days=400)
BUNDLE = f"{HOST}/c/trust/bundle"


@dataclass
class Partner:
    """What it publishes now. `withdrawn`: numbers; `places`: what its status list says is withdrawn."""

    version: int = 7
    issuer_changes: dict[str, Any] = field(default_factory=dict)
    withdrawn: tuple[bytes, ...] = ()
    places: tuple[int, ...] = ()
    issued: tuple[bytes, ...] | None = None
    dated: datetime = NOW
    root: MemorySigner = ROOT

    @property
    def issuer(self) -> Issuer:
        """Itself, as its bundle names it."""
        signing = Key(CERTIFICATE.public_key, ("certificate", "catalogue", "withdrawals"), BEGUN)
        catalogue = Key(ROOT.public_key, ("catalogue", "withdrawals"), BEGUN)
        if self.issued is not None:
            place = IssuedPlace(f"{HOST}/c/trust/issued/{signing.kid.hex()}", self.listed.root, len(self.listed))
            signing = replace(signing, compromised_since=self.dated, issued=place)
        values: dict[str, Any] = {
            "id": ID,
            "names": {"en": "Partner Centre"},
            "country": "IT",
            "did": ID,
            "keys": (signing, catalogue, Key(STATUS.public_key, ("status",), BEGUN)),
            "prefixes": (f"{HOST}/c",),
            "status_lists": (StatusListPlace(3, f"{HOST}/status/3", f"{HOST}/status/3-suspension"),),
            "catalogue_url": f"{HOST}/c/trust/catalogue",
            "withdrawals_url": f"{HOST}/c/trust/withdrawals",
        }
        return Issuer(**(values | self.issuer_changes))

    @property
    def listed(self) -> merkle.IssuedList:
        """What it issued with its stolen key."""
        return merkle.IssuedList.of(map(merkle.leaf, self.issued or ()))

    @property
    def bundle(self) -> bytes:
        """Its bundle, signed."""
        made = Bundle(self.version, self.dated, self.dated + timedelta(days=90), (self.issuer,))
        return signed_data.sign_bundle(made, self.root)

    @property
    def files(self) -> dict[str, bytes]:
        """What its server answers, by address."""
        entries = {number_hash(number): Withdrawal(self.dated, "mistake") for number in self.withdrawn}
        texts = {"DCW-KITCHEN": {"en": AchievementText("Kitchen work")}}
        kid = cose.key_id(CERTIFICATE.public_key).hex()
        files = {
            BUNDLE: self.bundle,
            f"{HOST}/c/trust/catalogue": signed_data.sign_catalogue(Catalogue(ID, 1, self.dated, texts), ROOT),
            f"{HOST}/c/trust/withdrawals": signed_data.sign_withdrawals(Withdrawals(ID, self.dated, entries), ROOT),
            f"{HOST}/status/3.jwt": self._list("status/3", "revocation", self.places),
            f"{HOST}/status/3-suspension.jwt": self._list("status/3-suspension", "suspension", ()),
        }
        return files | ({f"{HOST}/c/trust/issued/{kid}": self.listed.leaves} if self.issued is not None else {})

    def text(self, **changes: Any) -> str:
        """The code of a certificate of it."""
        return qr.symbol_text(
            f"{HOST}/c", qr.sign_summary(summary(issued=NOW - timedelta(days=9), **changes), CERTIFICATE)
        )

    def _list(self, path: str, purpose: str, places: tuple[int, ...]) -> bytes:
        return status_token(f"{HOST}/{path}", purpose, places, signer=STATUS, signed_at=self.dated).encode()


def serving(files: Mapping[str, bytes]) -> FetchWithin:
    """The web, where these files are and nothing else; a file that is too large is not given."""

    def within(most: int, _seconds: float) -> Fetch:
        return documents_from({url: body for url, body in files.items() if len(body) <= most})

    return within


def believed(partner: Partner, sessions: sessionmaker[Session], settings: Settings) -> Partner:
    """The same, after our installation took it into its trust and mirrored its files, now."""
    with sessions.begin() as session:
        offered = foreign.read(partner.bundle, partner.root.public_key)
        foreign.add(session, offered, publishing.own_issuer(session, settings), now())
    assert mirroring.refresh(sessions, settings, now(), serving(partner.files)) == []
    return partner
