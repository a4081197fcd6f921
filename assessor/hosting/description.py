"""The service description: an OpenAPI document of what this Host API does and how to be allowed to use it.

It describes our own service in the terms of Open Badges 3.0 (sections 6.3 and 7.1.1.1); what badges and profiles look
like is said by the standard's own schemas, at the addresses that it gives them.
"""

from assessor.config import Settings
from assessor.hosting import listing, scopes
from assessor.openbadges.strict_json import JsonObject

BASE = "/ims/ob/v3p0"
_SCHEMAS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_{}_schema.json"
_JWS = {"type": "string", "pattern": r"^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$"}
_CHALLENGED = {
    "WWW-Authenticate": {"description": "How to come with a token (RFC 6750).", "schema": {"type": "string"}}
}


def description(settings: Settings, links: dict[str, str]) -> JsonObject:
    """The document. ``links``: full addresses of image, privacy, terms, register, authorize, token, revoke."""
    return {
        "openapi": "3.0.1",
        "info": {
            "title": settings.organisation,
            "description": "Open Badges 3.0 Host API: badges of learners, with their permission.",
            "version": "3.0",
            "termsOfService": links["terms"],
            "x-imssf-image": links["image"],
            "x-imssf-privacyPolicyUrl": links["privacy"],
        },
        "servers": [{"url": f"{settings.public_url}{BASE}"}],
        "tags": [{"name": "OpenBadgeCredentials"}, {"name": "Discovery"}],
        "paths": {
            "/credentials": {"get": _get_credentials(), "post": _upsert_credential()},
            "/profile": {"get": _get_profile(), "put": _put_profile()},
            "/discovery": {"get": _discovery()},
        },
        "components": {
            "securitySchemes": {"OAuth2ACG": _security(links)},
            "schemas": _schemas(),
        },
    }


def _security(links: dict[str, str]) -> JsonObject:
    return {
        "type": "oauth2",
        "description": (
            "Authorisation code with PKCE (S256). Clients register themselves and prove themselves with HTTP Basic. "
            "A refresh token is good for one use; the next one comes with the answer."
        ),
        "x-imssf-registrationUrl": links["register"],
        "x-revocationUrl": links["revoke"],  # the standard has revocation, and no name for where it is
        "flows": {
            "authorizationCode": {
                "authorizationUrl": links["authorize"],
                "tokenUrl": links["token"],
                "refreshUrl": links["token"],
                "scopes": dict(scopes.MEANING),
            }
        },
    }


def _get_credentials() -> JsonObject:
    whole_number = {"type": "integer", "format": "int32"}
    return {
        **_operation("getCredentials", "The badges of the learner, the oldest first.", scopes.READ_BADGES),
        "parameters": [
            _parameter("limit", f"How many at most; {listing.MOST} is the most.", {**whole_number, "minimum": 1}),
            _parameter("offset", "How many to leave out at the beginning.", {**whole_number, "minimum": 0}),
            _parameter(
                "since", "Only badges valid from a later time than this.", {"type": "string", "format": "date-time"}
            ),
        ],
        "responses": {
            "200": {
                **_json("A page of badges, each exactly as it was signed.", "GetOpenBadgeCredentialsResponse"),
                "headers": {
                    "X-Total-Count": {"description": "How many there are on all pages.", "schema": whole_number},
                    "Link": {
                        "description": "The pages first, last, next and prev (RFC 8288).",
                        "schema": {"type": "string"},
                    },
                },
            },
            **_refusals(),
        },
    }


def _upsert_credential() -> JsonObject:
    return {
        **_operation("upsertCredential", "Bring a badge, or a newer edition of one.", scopes.BRING_BADGES),
        "requestBody": {"required": True, "content": _badge_content()},
        "responses": {
            "200": {"description": "It took the place of an older edition.", "content": _badge_content()},
            "201": {"description": "It is new here.", "content": _badge_content()},
            "304": {"description": "The same or a newer edition is here already: nothing changed."},
            **_refusals(),
        },
    }


def _get_profile() -> JsonObject:
    return {
        **_operation("getProfile", "The profile that this application sees.", scopes.READ_PROFILE),
        "responses": {"200": _json("The profile.", "Profile"), **_refusals()},
    }


def _put_profile() -> JsonObject:
    return {
        **_operation("putProfile", "Leave url, description and image in the profile.", scopes.CHANGE_PROFILE),
        "requestBody": {"required": True, "content": _content("Profile")},
        "responses": {
            "200": _json("The profile as it was kept: other members are left out.", "Profile"),
            **_refusals(),
        },
    }


def _discovery() -> JsonObject:
    return {
        "tags": ["Discovery"],
        "summary": "This document.",
        "operationId": "getServiceDescription",
        "responses": {
            "200": {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}},
            "default": _json("It cannot be given now.", "Imsx_StatusInfo"),
        },
    }


def _operation(name: str, summary: str, scope: str) -> JsonObject:
    return {
        "tags": ["OpenBadgeCredentials"],
        "summary": summary,
        "operationId": name,
        "security": [{"OAuth2ACG": [scope]}],
    }


def _parameter(name: str, text: str, schema: JsonObject) -> JsonObject:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _refusals() -> JsonObject:
    return {
        "400": _json("What was sent cannot be used.", "Imsx_StatusInfo"),
        "401": {**_json("There is no token that lives.", "Imsx_StatusInfo"), "headers": _CHALLENGED},
        "403": _json("The token is not for this, or there is no room.", "Imsx_StatusInfo"),
        "405": _json("This is not done at this address.", "Imsx_StatusInfo"),
        "default": _json("It is not done.", "Imsx_StatusInfo"),
    }


def _json(text: str, schema: str) -> JsonObject:
    return {"description": text, "content": _content(schema)}


def _content(schema: str) -> JsonObject:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _badge_content() -> JsonObject:
    return {**_content("AchievementCredential"), "text/plain": {"schema": {"$ref": "#/components/schemas/CompactJws"}}}


def _schemas() -> JsonObject:
    return {
        "AchievementCredential": {"$ref": _SCHEMAS.format("achievementcredential")},
        "Profile": {"$ref": _SCHEMAS.format("profile")},
        "Imsx_StatusInfo": {"$ref": _SCHEMAS.format("imsx_statusinfo")},
        "CompactJws": _JWS,
        "GetOpenBadgeCredentialsResponse": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "credential": {"type": "array", "items": {"$ref": "#/components/schemas/AchievementCredential"}},
                "compactJwsString": {"type": "array", "items": {"$ref": "#/components/schemas/CompactJws"}},
            },
        },
    }
