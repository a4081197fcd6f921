"""The address with which LinkedIn fills in its form "Add licence or certification" from a certificate.

Opening it is the holder's own act: until then LinkedIn learns nothing.
"""

from urllib.parse import urlencode

from assessor.credentials.models import Award

FORM = "https://www.linkedin.com/profile/add"


def address(award: Award, title: str, link: str) -> str:
    """What LinkedIn gets: the title, the issuer, months of issue and end, and the holder's link.

    Not the number: it opens more than the link shows, and cannot be ended as the link can.
    """
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": title,
        "organizationName": award.issuer_name,
        "issueYear": str(award.awarded_at.year),
        "issueMonth": str(award.awarded_at.month),
        "certUrl": link,
    }
    if award.valid_until is not None:
        fields |= {"expirationYear": str(award.valid_until.year), "expirationMonth": str(award.valid_until.month)}
    return f"{FORM}?{urlencode(fields)}"
