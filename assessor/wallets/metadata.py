"""What a wallet reads before it asks: the credential issuer and its authorization server (OpenID4VCI 1.0, 12.2, 12.3).

Every achievement is offered in both formats of badges, so that a wallet shows its title and picture.
"""

from typing import Any, Literal

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import achievements, keys
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_EXTENSIONS, OPEN_BADGES_V3
from assessor.openbadges.multikey import KEY_BYTES
from assessor.openbadges.possession import ALGORITHMS
from assessor.openbadges.proof import SUITE

Format = Literal["ldp_vc", "jwt_vc_json"]
FORMATS: tuple[Format, ...] = ("ldp_vc", "jwt_vc_json")
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
CONTEXTS = [CREDENTIALS_V2, OPEN_BADGES_V3, OPEN_BADGES_EXTENSIONS]
#: Behind the picture of the badge in a wallet (DESIGN_LANGUAGE 2, primary).
COLOURS = {"background_color": "#124C59", "text_color": "#FFFFFF"}


def configuration_id(code: str, form: Format) -> str:
    """The name under which an achievement is offered in a format."""
    return f"{code}_{form}"


def of_issuer(session: Session, settings: Settings) -> dict[str, Any]:
    """The metadata of the credential issuer, whose identifier is the public address."""
    here = settings.public_url
    return {
        "credential_issuer": here,
        "credential_endpoint": f"{here}/wallet/credential",
        "nonce_endpoint": f"{here}/wallet/nonce",
        "display": [{"name": settings.organisation}],
        "credential_configurations_supported": {
            configuration_id(template.code, form): _configuration(session, template, form)
            for template in achievements.everything(session, settings)
            for form in FORMATS
        },
    }


def of_authorization_server(settings: Settings) -> dict[str, Any]:
    """The metadata of its authorization server, which is the same installation and knows no clients (RFC 8414)."""
    return {
        "issuer": settings.public_url,
        "token_endpoint": f"{settings.public_url}/wallet/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [GRANT],
        # RFC 8414 demands this member and none may be empty; without an authorization endpoint nobody can ask for it.
        "response_types_supported": ["code"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def _configuration(session: Session, template: achievements.Template, form: Format) -> dict[str, Any]:
    described: dict[str, Any] = {"type": TYPES}
    if form == "ldp_vc":
        described["@context"] = CONTEXTS
    return {
        "format": form,
        "cryptographic_binding_methods_supported": ["did:key", "did:jwk", "jwk"],
        "credential_signing_alg_values_supported": [SUITE if form == "ldp_vc" else _token_algorithm(session)],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": list(ALGORITHMS)}},
        "credential_definition": described,
        "credential_metadata": {"display": _display(template)},
    }


def _display(template: achievements.Template) -> list[dict[str, Any]]:
    return [
        {
            "name": template.certificate.title[language],
            "locale": language,
            "logo": {"uri": f"{template.badge.id}/badge.svg", "alt_text": template.certificate.title[language]},
            **COLOURS,
        }
        for language in template.certificate.languages
    ]


def _token_algorithm(session: Session) -> str:
    return "EdDSA" if len(keys.public_key(session, "jwt")) == KEY_BYTES else "RS256"
