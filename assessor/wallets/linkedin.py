"""The address with which LinkedIn fills in its form "Add licence or certification" from a certificate.

Opening it is the holder's own act: until then LinkedIn learns nothing.
"""

from urllib.parse import urlencode

from assessor.certificates import number as numbers
from assessor.credentials.models import Award

FORM = "https://www.linkedin.com/profile/add"


def address(award: Award, title: str, link: str) -> str:
    """What LinkedIn gets: the title, the issuer, months of issue and end, the number, and the holder's link."""
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": title,
        "organizationName": award.issuer_name,
        "issueYear": str(award.awarded_at.year),
        "issueMonth": str(award.awarded_at.month),
        "certUrl": link,
        "certId": numbers.written(award.number),
    }
    if award.valid_until is not None:
        fields |= {"expirationYear": str(award.valid_until.year), "expirationMonth": str(award.valid_until.month)}
    return f"{FORM}?{urlencode(fields)}"
