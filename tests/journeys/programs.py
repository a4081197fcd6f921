"""Programs of other people, as they meet us: nothing but HTTP and what the standards say. They know no code of ours.

A wallet collects a badge by OpenID for Verifiable Credential Issuance 1.0; a job portal reads and brings badges by the
Host API of Open Badges 3.0.
"""

import hashlib
import json
import secrets
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from tests.holder_keys import WalletKey, proof

PATIENCE = 60.0  # seconds until an answer
PRE_AUTHORISED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SCOPES = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ, BRING = f"{SCOPES}credential.readonly", f"{SCOPES}credential.upsert"


@dataclass(frozen=True)
class Answer:
    """What a server answered, refusals too."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_anything: Any) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _StayHere)


def ask(address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """GET, or POST when there is a body."""
    try:
        answer = _opener.open(Request(address, body, dict(headers or {})), timeout=PATIENCE)
    except HTTPError as refused:
        answer = refused
    with answer:
        return Answer(answer.status, answer.headers, answer.read())


def post_form(address: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
    """POST what a form would send."""
    return ask(address, urlencode(fields).encode(), headers)


def post_json(address: str, document: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """POST a JSON document."""
    return ask(address, json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})})


@dataclass(frozen=True)
class Wallet:
    """An app that scanned an offer; it learnt everything else from there."""

    key: WalletKey
    offer: dict[str, Any]
    issuer: dict[str, Any]
    server: dict[str, Any]

    @classmethod
    def scans(cls, link: str, key: WalletKey) -> "Wallet":
        """Read the offer (4.1), the metadata of its issuer (12.2) and of the issuer's server (RFC 8414)."""
        parts = urlsplit(link)
        assert parts.scheme == "openid-credential-offer"
        [address] = parse_qs(parts.query)["credential_offer_uri"]
        offer = ask(address).json
        base = offer["credential_issuer"]
        issuer = ask(f"{base}/.well-known/openid-credential-issuer").json
        server = ask(f"{base}/.well-known/oauth-authorization-server").json
        assert issuer["credential_issuer"] == server["issuer"] == base
        return cls(key, offer, issuer, server)

    @property
    def asks_digits(self) -> bool:
        """Whether the person must type digits."""
        return "tx_code" in self.offer["grants"][PRE_AUTHORISED]

    def redeems(self, digits: str = "") -> Answer:
        """Exchange the code of the offer for a token (6.1)."""
        code = self.offer["grants"][PRE_AUTHORISED]["pre-authorized_code"]
        fields = {"grant_type": PRE_AUTHORISED, "pre-authorized_code": code}
        return post_form(self.server["token_endpoint"], fields | ({"tx_code": digits} if digits else {}))

    def collects(self, form: str, digits: str = "") -> bytes:
        """The badge in a format, bound to the wallet's key: token (6), challenge (7), proof and badge (8)."""
        token = self.redeems(digits).json["access_token"]
        challenge = ask(self.issuer["nonce_endpoint"], b"").json["c_nonce"]
        possession = proof(self.key, self.issuer["credential_issuer"], challenge, datetime.now(UTC))
        wanted = {"credential_configuration_id": self._configuration(form), "proofs": {"jwt": [possession]}}
        answer = post_json(self.issuer["credential_endpoint"], wanted, {"Authorization": f"Bearer {token}"})
        assert answer.status == 200, answer.body
        [given] = answer.json["credentials"]
        badge = given["credential"]
        return badge.encode() if isinstance(badge, str) else json.dumps(badge).encode()

    def _configuration(self, form: str) -> str:
        known = self.issuer["credential_configurations_supported"]
        offered: list[str] = self.offer["credential_configuration_ids"]
        [found] = [name for name in offered if known[name]["format"] == form]
        return found


@dataclass
class JobPortal:
    """A web site for people who look for work. It has an address, where browsers come back, and keeps what it gets."""

    address: str
    host_api: str
    came_back: list[dict[str, str]] = field(default_factory=list)
    flow: dict[str, str] = field(default_factory=dict)
    id: str = ""
    secret: str = ""
    token: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def discovers(self, public_url: str) -> None:
        """Read the service description: all other addresses stand in it (7.1.1.1)."""
        found = ask(f"{public_url}/ims/ob/v3p0/discovery").json
        scheme = found["components"]["securitySchemes"]["OAuth2ACG"]
        self.host_api = found["servers"][0]["url"]
        self.flow = scheme["flows"]["authorizationCode"] | {"registrationUrl": scheme["x-imssf-registrationUrl"]}

    def registers(self, name: str) -> None:
        """Register itself (RFC 7591)."""
        said = {
            "client_name": name,
            "client_uri": f"{self.address}/",
            "logo_uri": f"{self.address}/logo.png",
            "tos_uri": f"{self.address}/terms",
            "policy_uri": f"{self.address}/privacy",
            "software_id": "c88b6ed8-269e-448e-99be-7e2ff47167d1",
            "software_version": "1.0",
            "redirect_uris": [f"{self.address}/back"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": f"{READ} {BRING}",
        }
        answer = post_json(self.flow["registrationUrl"], said)
        assert answer.status == 201, answer.body
        self.id, self.secret = answer.json["client_id"], answer.json["client_secret"]

    def question(self) -> str:
        """Where it sends the browser of somebody whose badges it wants (RFC 6749 with PKCE, RFC 7636)."""
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": f"{self.address}/back",
            "scope": f"{READ} {BRING}",
            "state": "of-this-visitor",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.flow['authorizationUrl']}?{urlencode(asked)}"

    def redeems(self, code: str) -> Answer:
        """Exchange the code that the browser brought back, and keep the token."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.address}/back",
            "code_verifier": self.verifier,
        }
        password = b64encode(f"{self.id}:{self.secret}".encode()).decode()
        answer = post_form(self.flow["tokenUrl"], fields, {"Authorization": f"Basic {password}"})
        if answer.status == 200:
            self.token = answer.json["access_token"]
        return answer

    def reads(self) -> Answer:
        """Ask for the badges."""
        return ask(f"{self.host_api}/credentials", headers=self._permitted)

    def brings(self, badge: bytes) -> Answer:
        """Bring a badge of another issuer."""
        return ask(f"{self.host_api}/credentials", badge, {"Content-Type": "application/json", **self._permitted})

    @property
    def _permitted(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def job_portal() -> Iterator[JobPortal]:
    """A job portal that listens on a port of this machine."""
    portal = JobPortal("", "")

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server asks for this name
            parts = urlsplit(self.path)
            if parts.path == "/back":
                portal.came_back.append({name: one for name, [one] in parse_qs(parts.query).items()})
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Jobs</title><link rel=icon href=data:,><h1>Welcome back</h1>")

        def log_message(self, *_anything: Any) -> None:
            """A test prints nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    portal.address = f"http://localhost:{server.server_address[1]}"
    listening = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    listening.start()
    try:
        yield portal
    finally:
        server.shutdown()
        listening.join()
        server.server_close()
