"""Where staff can go from any of their pages: the places that their roles open."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from assessor.database import db
from assessor.organisations import roles


@dataclass(frozen=True)
class Place:
    """A place in the menu; ``blueprints`` are those whose pages belong to it."""

    endpoint: str
    role: str
    icon: str
    label: Any  # a lazy translation
    blueprints: tuple[str, ...]


PLACES = (
    Place("invigilation.home", "invigilator", "people", _("Groups"), ("invigilation", "organisations")),
    Place("certificates.awards", "issuer", "certificate", _("Certificates"), ("certificates",)),
    Place("banks.translations", "reviewer", "globe", _("Translations"), ("banks",)),
)


def first_place(mine: frozenset[str]) -> Place | None:
    """Where somebody with these roles begins, or None when no page is theirs."""
    return next((place for place in PLACES if place.role in mine), None)


def staff_navigation() -> dict[str, Any]:
    """What ``staff.html`` needs beside a page's own values; nothing where nobody of the staff is known."""
    if "account" not in g:
        return {}
    shown: dict[str, Any] = {"navigation": [], "sign_out_url": url_for("accounts.sign_out")}
    if "organisation" not in g:
        return shown
    mine = roles.roles_of(db.session, g.organisation.id, g.account.id)
    shown["navigation"] = [
        {
            "url": url_for(place.endpoint),
            "icon": place.icon,
            "label": place.label,
            "current": request.blueprint in place.blueprints,
        }
        for place in PLACES
        if place.role in mine
    ]
    shown["person"] = {"name": g.account.name, "organisation": g.organisation.name}
    return shown


def name_the_organisation(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses built on a page of an organisation lead to the same organisation unless they name another."""
    if "organisation" in g and current_app.url_map.is_endpoint_expecting(endpoint, "organisation"):
        values.setdefault("organisation", g.organisation.code)
