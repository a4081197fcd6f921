"""Backpack, an app of somebody else: it registers, asks Ada, gets tokens, reads and brings badges."""

import hashlib
import json
import re
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assessor.hosting import scopes
from tests.fixtures import Browser

HOME = "https://backpack.example"
REDIRECT = f"{HOME}/back"
EVERY_SCOPE = tuple(scopes.MEANING)
BASE = "/ims/ob/v3p0"


def described(**changes: Any) -> dict[str, Any]:
    """What the app says of itself when it registers; None leaves a member out."""
    said = {
        "client_name": "Backpack",
        "client_uri": f"{HOME}/",
        "logo_uri": f"{HOME}/logo.png",
        "tos_uri": f"{HOME}/terms",
        "policy_uri": f"{HOME}/privacy",
        "software_id": "c88b6ed8-269e-448e-99be-7e2ff47167d1",
        "software_version": "1.0",
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(EVERY_SCOPE),
    } | changes
    return {name: value for name, value in said.items() if value is not None}


@dataclass
class Backpack:
    """The app's server. It has no cookies, and keeps what it was given."""

    web: FlaskClient
    id: str = ""
    secret: str = ""
    access: str = ""
    refresh: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Flask) -> "Backpack":
        """A new server that knows nothing yet."""
        return cls(app.test_client(use_cookies=False))

    def discover(self) -> dict[str, Any]:
        """Read the service description and keep the addresses in it."""
        found: dict[str, Any] = self.web.get(f"{BASE}/discovery").get_json()
        scheme = found["components"]["securitySchemes"]["OAuth2ACG"]
        flow = scheme["flows"]["authorizationCode"]
        named = {
            "register": scheme["x-imssf-registrationUrl"],
            "revoke": scheme["x-revocationUrl"],
            "authorize": flow["authorizationUrl"],
            "token": flow["tokenUrl"],
        }
        self.addresses = {name: urlsplit(address).path for name, address in named.items()}
        return found

    def register(self, **changes: Any) -> TestResponse:
        """Register, and keep id and secret."""
        if not self.addresses:
            self.discover()
        answer = self.web.post(self.addresses["register"], json=described(**changes))
        if answer.status_code == 201:
            self.id, self.secret = answer.get_json()["client_id"], answer.get_json()["client_secret"]
        return answer

    def question(self, wanted: Iterable[str] = EVERY_SCOPE, **changes: str | None) -> dict[str, str]:
        """The parameters with which it sends Ada's browser to us; None leaves one out."""
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": REDIRECT,
            "scope": " ".join(wanted),
            "state": "26357667",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in asked.items() if value is not None}

    def ask(self, browser: Browser, wanted: Iterable[str] = EVERY_SCOPE, **changes: str | None) -> TestResponse:
        """Send a browser to us with the question."""
        return browser.get(self.addresses["authorize"], query_string=self.question(wanted, **changes))

    def redeem(self, code: str, /, **changes: Any) -> TestResponse:
        """Exchange a code for tokens, and keep them."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
        } | changes
        return self._tokens({name: value for name, value in fields.items() if value is not None})

    def renew(self, token: str = "", /, **changes: str) -> TestResponse:
        """Exchange the refresh token for the next pair, and keep it."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": token or self.refresh} | changes)

    def revoke(self, token: str) -> TestResponse:
        """Give a token back."""
        return self.web.post(self.addresses["revoke"], data={"token": token}, headers=self.proof())

    def proof(self) -> dict[str, str]:
        """The header with which it proves itself."""
        return {"Authorization": f"Basic {b64encode(f'{self.id}:{self.secret}'.encode()).decode()}"}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Call the Host API with the access token."""
        headers = {"Authorization": f"Bearer {self.access}", **options.pop("headers", {})}
        return self.web.open(f"{BASE}{path}", method=method, headers=headers, **options)

    def bring(self, badge: bytes, kind: str = "application/json") -> TestResponse:
        """Bring a badge."""
        return self.call("POST", "/credentials", data=badge, content_type=kind)

    def badges(self, **query: Any) -> dict[str, Any]:
        """A page of Ada's badges."""
        answer = self.call("GET", "/credentials", query_string=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.data)
        return found

    def connect(self, browser: Browser, wanted: Iterable[str] = EVERY_SCOPE) -> None:
        """The whole way to tokens: register, ask, a yes, redeem."""
        if not self.id:
            self.register()
        self.redeem(code_in(agree(browser, self.ask(browser, wanted))))

    def _tokens(self, fields: Mapping[str, str]) -> TestResponse:
        answer = self.web.post(self.addresses["token"], data=fields, headers=self.proof())
        if answer.status_code == 200:
            given = answer.get_json()
            self.access, self.refresh = given["access_token"], given.get("refresh_token", "")
        return answer


def agree(browser: Browser, asked: TestResponse, answer: str = "yes") -> TestResponse:
    """Read the page that the browser was led to, and answer it."""
    page = browser.get(asked.location)
    [request] = re.findall(r'name="request" value="([^"]+)"', page.text)
    return browser.submit("/me/apps/ask", {"request": unescape(request), "answer": answer})


def sent_back(answer: TestResponse) -> dict[str, str]:
    """What a redirect to the app carries."""
    assert answer.location.startswith(f"{REDIRECT}?"), answer.location
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def code_in(answer: TestResponse) -> str:
    """The code that the browser carries to the app."""
    return sent_back(answer)["code"]


def minor(answer: Any) -> str:
    """The code in a refusal."""
    [field] = answer.get_json()["imsx_codeMinor"]["imsx_codeMinorField"]
    return str(field["imsx_codeMinorFieldValue"])
