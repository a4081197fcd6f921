"""What anyone may read about this issuer: `documents` for programs, `issuer` for people too, `older` in 2.0."""

from assessor.credentials.views import documents, issuer, older
from assessor.credentials.views.context import pages

__all__ = ["documents", "issuer", "older", "pages"]
