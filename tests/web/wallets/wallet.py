"""A wallet for tests, written from OpenID for Verifiable Credential Issuance 1.0 alone, and the offers it is given."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from assessor.config import Settings
from assessor.credentials import issuer, status
from assessor.credentials.models import Award
from assessor.database import now
from assessor.openbadges.checks import Result
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import FetchedList
from assessor.wallets.models import Offer
from tests.codes import qr_codes
from tests.fixtures import Browser
from tests.holder_keys import WalletKey, key, proof

Sessions = sessionmaker[Session]

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def path_of(address: str) -> str:
    """An address without its host: the test client has none."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass
class Wallet:
    """A wallet app: it knows what it scanned, and asks for the rest."""

    http: FlaskClient
    holder: WalletKey
    offer: dict[str, Any]
    issuer: dict[str, Any]
    server: dict[str, Any]

    @classmethod
    def scans(cls, http: FlaskClient, link: str, holder: WalletKey | None = None) -> "Wallet":
        """Read the offer behind a link (4.1.3), the issuer's metadata (12.2.2) and its server's (RFC 8414)."""
        link_parts = urlsplit(link)
        assert link_parts.scheme == "openid-credential-offer"
        [address] = parse_qs(link_parts.query)["credential_offer_uri"]
        offer = http.get(path_of(address)).get_json()
        issuer = http.get("/.well-known/openid-credential-issuer").get_json()
        assert issuer["credential_issuer"] == offer["credential_issuer"]
        assert "authorization_servers" not in issuer
        server = http.get("/.well-known/oauth-authorization-server").get_json()
        assert server["issuer"] == issuer["credential_issuer"]
        return cls(http, holder or key(), offer, issuer, server)

    @property
    def grant(self) -> dict[str, Any]:
        """The grant of the offer."""
        found: dict[str, Any] = self.offer["grants"][GRANT]
        return found

    def configuration(self, form: str) -> str:
        """The name of what was offered in this format."""
        configurations = self.issuer["credential_configurations_supported"]
        [found] = [
            name for name in self.offer["credential_configuration_ids"] if configurations[name]["format"] == form
        ]
        assert isinstance(found, str)
        return found

    def asks_for_token(self, digits: str | None = None, **changes: Any) -> TestResponse:
        """Exchange the code (6.1). ``changes``: other values; None leaves one out."""
        form: dict[str, Any] = {"grant_type": GRANT, "pre-authorized_code": self.grant["pre-authorized_code"]}
        form |= {"tx_code": digits, **changes}
        sent = {name: value for name, value in form.items() if value is not None}
        return self.http.post(path_of(self.server["token_endpoint"]), data=sent)

    def token(self, digits: str | None = None) -> str:
        """The access token."""
        answer = self.asks_for_token(digits)
        assert answer.status_code == 200, answer.text
        found = answer.get_json()
        assert found["token_type"] == "Bearer"
        return str(found["access_token"])

    def nonce(self) -> str:
        """A fresh challenge (7.1)."""
        answer = self.http.post(path_of(self.issuer["nonce_endpoint"]))
        assert answer.headers["Cache-Control"] == "no-store"
        return str(answer.get_json()["c_nonce"])

    def proof(self, now: datetime, nonce: str = "", **changes: Any) -> str:
        """A proof of possession for this issuer."""
        holder = changes.pop("holder", self.holder)
        audience = changes.pop("audience", self.issuer["credential_issuer"])
        return proof(holder, audience, nonce or self.nonce(), now, **changes)

    def asks_for_badge(self, token: str, proof: str, form: str = "ldp_vc", **changes: Any) -> TestResponse:
        """The credential request (8.2). ``changes``: other members; None leaves one out."""
        members = {"credential_configuration_id": self.configuration(form), "proofs": {"jwt": [proof]}, **changes}
        return self.http.post(
            path_of(self.issuer["credential_endpoint"]),
            json={name: value for name, value in members.items() if value is not None},
            headers={"Authorization": f"Bearer {token}"},
        )


def offered(ada: Browser, award: Award, where: str) -> str:
    """The link of a new offer, as the page shows it."""
    place = f"/me/proof/{award.id}/wallet"
    ada.get(place)
    page = ada.submit(place, {"where": where}, follow_redirects=True)
    if where == "here":
        found = re.search(r'href="(openid-credential-offer://[^"]+)"', page.text)
        assert found is not None
        return unescape(found.group(1))
    return link_of(page.text)


def link_of(page: str) -> str:
    """What the drawn code of a page says."""
    found = re.search(r'<svg class="qr" viewBox="0 0 (\d+) .*?<path d="([^"]+)"', page)
    assert found is not None
    size, picture = int(found.group(1)), Image.new("L", (int(found.group(1)) * 4,) * 2, 255)
    pen = ImageDraw.Draw(picture)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", found.group(2)):
        left, top = 4 * int(x), 4 * int(y)
        pen.rectangle((left, top, left + 4 * int(width) - 1, top + 3), fill=0)
    assert size > 20
    [read] = qr_codes(picture)
    return str(read.text)


def digits_on(ada: Browser, award: Award) -> str:
    """The digits, which the page shows only when they are asked for."""
    place = f"/me/proof/{award.id}/wallet"
    assert "digits-shown" not in ada.get(place).text
    found = re.search(r'digits-shown"><bdi dir="ltr">(\d+)<', ada.get(f"{place}?number=1").text)
    assert found is not None
    return found.group(1)


def checked(session: Session, settings: Settings, badge: bytes) -> Result:
    """What a verifier says of the badge now."""

    def source(url: str) -> FetchedList:
        return FetchedList(status.signed_json(session, int(url.rpartition("/")[2])), now())

    return verify(badge, Trust.of(issuer.document(session, settings)), now(), status=source).result


def late(sessions: Sessions, minutes: int) -> None:
    """As if the offer had been made so many minutes ago."""
    with sessions.begin() as session:
        made = session.scalars(select(Offer)).one()
        session.execute(update(Offer).values(expires_at=made.expires_at - timedelta(minutes=minutes)))


def refusal(answer: Any) -> tuple[int, str]:
    """Status and error code, after a look at the form of the refusal."""
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[ !#-\[\]-~]*", answer.get_json().get("error_description", ""))
    return answer.status_code, answer.get_json()["error"]
