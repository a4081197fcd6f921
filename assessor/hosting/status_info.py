"""How the Host API says that something is not done: ``Imsx_StatusInfo``, one document for every kind of refusal."""

from assessor.openbadges.strict_json import JsonObject

#: The system that speaks, in the words of 1EdTech.
SPEAKER = "TargetEndSystem"

_CODES = {
    400: "invalid_data",
    401: "unauthorizedrequest",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    406: "not_acceptable",
    413: "invalid_data",
    415: "not_acceptable",
    429: "server_busy",
    500: "internal_server_error",
    503: "server_busy",
}


def status_info(status: int, description: str, code: str = "") -> JsonObject:
    """The document of a refusal with this HTTP status. ``code``: a more exact one of the standard's minor codes."""
    field = {
        "imsx_codeMinorFieldName": SPEAKER,
        "imsx_codeMinorFieldValue": code or _CODES.get(status, "unknown"),
    }
    return {
        "imsx_codeMajor": "unsupported" if status in (405, 406, 415) else "failure",
        "imsx_severity": "error",
        "imsx_description": description,
        "imsx_codeMinor": {"imsx_codeMinorField": [field]},
    }
