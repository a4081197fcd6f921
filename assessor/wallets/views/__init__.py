"""Pages about certificates: `holder` for the one who has it, `shared` for those it is shown to."""

from assessor.wallets.views import holder, links, shared
from assessor.wallets.views.context import pages

__all__ = ["holder", "links", "pages", "shared"]
