"""The learner's pages, from the scanned card to the certificate: `entering`, `answering`, `certifying`."""

from assessor.sittings.views import answering, certifying, entering
from assessor.sittings.views.context import pages

__all__ = ["answering", "certifying", "entering", "pages"]
