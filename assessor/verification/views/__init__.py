"""The pages for whoever checks: `papers`, opened by their codes and numbers, and `badges` of anybody."""

from assessor.verification.views import badges, papers
from assessor.verification.views.context import pages

__all__ = ["badges", "pages", "papers"]
