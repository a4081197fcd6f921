"""Who may open an address. Every view says it with one of these marks; a view without a mark is closed to all.

The marks only state the rule. ``organisations.views.guard`` applies it before each request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

#: Roles in an organisation; a person may have several.
ROLES = ("author", "reviewer", "invigilator", "issuer", "manager")


@dataclass(frozen=True)
class Access:
    """The rule of one view. ``role`` is empty for anyone of the kind.

    ``writes``: a GET that stores something; ``reads``: a POST that stores nothing.
    """

    kind: str
    role: str = ""
    writes: bool = False
    reads: bool = False


def public(view: View) -> View:
    """Open to everybody, without a sign-in."""
    return _marked(view, Access("public"))


def public_writing(view: View) -> View:
    """Open to everybody; its GET stores something (a scanned card begins a visit)."""
    return _marked(view, Access("public", writes=True))


def public_reading(view: View) -> View:
    """Open to everybody; its POST stores nothing (a file that is checked), so it holds up nobody who writes."""
    return _marked(view, Access("public", reads=True))


def learner(view: View) -> View:
    """For the learner whose card began this visit."""
    return _marked(view, Access("learner"))


def signed_in(view: View) -> View:
    """For any member of staff who signed in."""
    return _marked(view, Access("signed in"))


def staff(role: str) -> Callable[[View], View]:
    """For staff with ``role`` in the organisation named in the address (``<organisation>``)."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is not a role; roles are {', '.join(ROLES)}.")
    return lambda view: _marked(view, Access("staff", role))


def access_of(view: Callable[..., Any]) -> Access | None:
    """The rule of a view, or None when it states none (and so is closed)."""
    rule = getattr(view, "access", None)
    return rule if isinstance(rule, Access) else None


def _marked(view: View, rule: Access) -> View:
    view.access = rule  # type: ignore[attr-defined]  # a view carries its rule as an attribute
    return view
