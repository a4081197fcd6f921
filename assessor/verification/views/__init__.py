"""The pages for whoever checks: `papers` and `number`, one certificate; `many` at once; `badges` of anybody; a `guide`.

And `trusted`, the signed files that checking needs."""

from assessor.verification.views import badges, guide, many, number, papers, trusted
from assessor.verification.views.context import pages

__all__ = ["badges", "guide", "many", "number", "pages", "papers", "trusted"]
