"""The guard before every request, and the staff's pages of groups and cards.

Where a group meets a test (the start page of an organisation, the page of one group, sessions) is `sittings`' to show:
it knows both.
"""

import random
import uuid
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from markupsafe import Markup

from assessor import access, locale
from assessor.accounts import cards, visits
from assessor.accounts.models import Account, Learner, Visit
from assessor.accounts.views import TOKEN
from assessor.database import db, now, reading
from assessor.errors import NotAllowed, NotFound
from assessor.installation import settings
from assessor.organisations import groups, navigation, roles
from assessor.organisations.card_sheet import card_sheet
from assessor.organisations.forms import NamesForm, NewGroupForm
from assessor.organisations.models import Group

pages = Blueprint("organisations", __name__, template_folder="templates", url_prefix="/staff")

#: The visit of this browser is over: it ended by itself, or the card was scanned on another phone.
AWAY = "You were away, or you go on with another phone. To go on here, scan your card. Your answers are safe."


class NoCard(NotAllowed):
    """The page belongs to a learner, and this browser has no visit of one."""

    title = "Scan your card"
    way_on = ("sittings.words", "Code and three pictures")


def guard() -> ResponseReturnValue | None:
    """Apply the rule that the requested view states; a view that states none is closed.

    Sets ``g.account`` or ``g.learner`` to who is there, and ``g.organisation`` on pages of staff.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # no such address: the router answers
    rule = access.access_of(view)
    reads = request.method in ("GET", "HEAD") or bool(rule and rule.reads)
    reading.set(reads and not (rule and rule.writes))
    if rule is None:
        raise NotFound("There is no page at this address.")
    if rule.kind == "public":
        return None
    visit = visits.find(db.session, session.get(TOKEN, ""), now())
    if rule.kind == "learner":
        return _let_learner_in(visit)
    return _let_staff_in(visit, rule)


def _let_learner_in(visit: Visit | None) -> ResponseReturnValue | None:
    if visit is None or visit.learner_id is None:
        raise NoCard(AWAY if session.get(TOKEN) else "Scan your card first.")
    g.learner = db.session.get_one(Learner, (visit.organisation_id, visit.learner_id))
    g.language = g.learner.language
    return None


def _let_staff_in(visit: Visit | None, rule: access.Access) -> ResponseReturnValue | None:
    account = db.session.get(Account, visit.account_id) if visit and visit.account_id else None
    if account is None or account.disabled_at is not None:
        return redirect(url_for("accounts.sign_in"))
    g.account = account
    if rule.kind == "staff":
        code = (request.view_args or {}).pop("organisation", "")  # views read g.organisation
        g.organisation = roles.organisation_for(db.session, code, account.id, rule.role)
    if account.must_change_password and request.endpoint != "accounts.password":
        return redirect(url_for("accounts.password"))
    return None


@pages.app_context_processor
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
            "label": gettext(place.label),
            "current": request.blueprint in place.blueprints,
        }
        for place in navigation.places_of(mine)
    ]
    shown["person"] = {"name": g.account.name, "organisation": g.organisation.name}
    return shown


@pages.app_url_defaults
def name_the_organisation(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses built on a page of an organisation lead to the same organisation unless they name another."""
    if "organisation" in g and current_app.url_map.is_endpoint_expecting(endpoint, "organisation"):
        values.setdefault("organisation", g.organisation.code)


@pages.get("/")
@access.signed_in
def start() -> ResponseReturnValue:
    """To the one organisation of this person, or a choice of several."""
    addresses = [
        (organisation, url_for(places[0].endpoint, organisation=organisation.code))
        for organisation in roles.organisations_of(db.session, g.account.id)
        if (places := navigation.places_of(roles.roles_of(db.session, organisation.id, g.account.id)))
    ]
    if len(addresses) == 1:
        return redirect(addresses[0][1])
    return render_template("organisations/choose.html", addresses=addresses)


@pages.route("/<organisation>/groups/new", methods=["GET", "POST"])
@access.staff("invigilator")
def new_group() -> ResponseReturnValue:
    """From names to a group with cards; a second click leads to the group of the first."""
    form = NewGroupForm(title=_title_for_now(), language=locale.page_language().code)
    if not form.validate_on_submit():
        return render_template("organisations/new_group.html", form=form), (422 if form.errors else 200)
    group = groups.create_group(
        db.session,
        g.organisation.id,
        form.title.data,
        form.people,
        form.language.data,
        _key(),
        now(),
        _rng(),
        form.sent_id,
    )
    db.session.commit()
    return redirect(url_for("invigilation.group", group=group.id))


@pages.route("/<organisation>/groups/<uuid:group>/names", methods=["GET", "POST"])
@access.staff("invigilator")
def add_names(group: uuid.UUID) -> ResponseReturnValue:
    """More people for a group."""
    found = groups.find_group(db.session, g.organisation.id, group)
    form = NamesForm(language=locale.page_language().code)
    if not form.validate_on_submit():
        return render_template("organisations/add_names.html", form=form, group=found), (422 if form.errors else 200)
    added = groups.add_learners(db.session, found, form.people, form.language.data, _key(), now(), _rng(), form.sent_id)
    db.session.commit()
    flash(gettext("Added: %(names)s. Print the cards now.", names=" · ".join(added)))
    return redirect(url_for("invigilation.group", group=found.id))


@pages.get("/<organisation>/groups/<uuid:group>/cards.pdf")
@access.staff("invigilator")
def group_cards(group: uuid.UUID) -> ResponseReturnValue:
    """The cards of everybody, ten a page."""
    found = groups.find_group(db.session, g.organisation.id, group)
    return _sheet(groups.places(db.session, found), found)


@pages.get("/<organisation>/groups/<uuid:group>/people/<uuid:learner>")
@access.staff("invigilator")
def card(group: uuid.UUID, learner: uuid.UUID) -> ResponseReturnValue:
    """The card of one person: print it again, or replace a lost one."""
    found = groups.find_group(db.session, g.organisation.id, group)
    place = groups.find_place(db.session, found, learner)
    return render_template("organisations/card.html", group=found, place=place)


@pages.get("/<organisation>/groups/<uuid:group>/people/<uuid:learner>/card.pdf")
@access.staff("invigilator")
def card_pdf(group: uuid.UUID, learner: uuid.UUID) -> ResponseReturnValue:
    """One card, to be printed."""
    found = groups.find_group(db.session, g.organisation.id, group)
    return _sheet([groups.find_place(db.session, found, learner)], found)


@pages.post("/<organisation>/groups/<uuid:group>/replace-card/<uuid:learner>")
@access.staff("invigilator")
def replace_card(group: uuid.UUID, learner: uuid.UUID) -> ResponseReturnValue:
    """A lost card is dead at once; a new one is ready to be printed."""
    found = groups.find_group(db.session, g.organisation.id, group)
    groups.replace_card(db.session, found, learner, _key(), now(), _rng())
    db.session.commit()
    flash(gettext("The old card has stopped, and apps, links and wallet offers of this person with it."))
    flash(gettext("Print the new card now."))
    return redirect(url_for("organisations.card", group=found.id, learner=learner))


@pages.app_template_global()
def card_pictures(place: groups.Place) -> list[tuple[Markup, str]]:
    """The three pictures of a card with their words in the language of the page."""
    names, code = cards.picture_word_names(), locale.page_language().code
    return [
        (Markup(cards.picture_svg(word)), names[word].get(code, word))  # our own files
        for word in place.card.picture_words
    ]


def _sheet(places: list[groups.Place], group: Group) -> ResponseReturnValue:
    content = card_sheet(places, group, _key(), locale.page_language().code, settings())
    answer = current_app.response_class(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="cards-{group.code}.pdf"'
    return answer


def _title_for_now() -> str:
    """Such as "Thursday evening", by the clock of this machine."""
    moment = now().astimezone()
    weekday = format_date(moment, "EEEE", rebase=False)
    title = {
        "morning": gettext("%(weekday)s morning", weekday=weekday),
        "afternoon": gettext("%(weekday)s afternoon", weekday=weekday),
        "evening": gettext("%(weekday)s evening", weekday=weekday),
    }[groups.part_of_day(moment)]
    return groups.free_title(db.session, g.organisation.id, title[:1].upper() + title[1:])


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


def _rng() -> random.Random:
    return random.SystemRandom()
