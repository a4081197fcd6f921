"""In with the card: my name, my language, what happens."""

import random
import secrets

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy.exc import IntegrityError

from assessor import access, locale
from assessor.accounts import cards, limits, visits
from assessor.accounts.views import remember
from assessor.database import db, now
from assessor.sittings import entry, starting
from assessor.sittings.forms import read_words
from assessor.sittings.views.context import closed, interface, pages

CHOOSE_THREE = lazy_gettext("Choose the three pictures of your card.")


@pages.get("/k/<secret>")
@access.public_writing
def card(secret: str) -> ResponseReturnValue:
    """A scanned card begins a visit and ends the one on the older phone. The clean address follows."""
    place = request.remote_addr or ""
    limits.check(db.session, limits.CARD, place, now())
    try:
        learner = cards.find_learner(db.session, secret)
    except (cards.UnknownCard, cards.ReplacedCard):
        limits.record(db.session, limits.CARD, place, now())
        db.session.commit()
        raise
    remember(visits.begin_for_learner(db.session, learner, now()))
    db.session.commit()
    return redirect(url_for("sittings.landing"))


@pages.route("/words", methods=["GET", "POST"])
@access.public
def words() -> ResponseReturnValue:
    """Without a camera: the group's code and the three pictures of the card."""
    given = read_words(request.form, cards.picture_words())
    place = request.remote_addr or ""
    problem = None
    if request.method == "POST" and len(given.words) != cards.WORDS_ON_A_CARD:
        problem = str(CHOOSE_THREE)  # no guess, so no miss
    elif request.method == "POST":
        try:
            learner = entry.find_by_words(db.session, given.code, given.words, place, now())
        except entry.WordsDoNotMatch as miss:
            entry.record_wrong_words(db.session, given.code, place, now())
            db.session.commit()
            problem = locale.sentence(locale.page_language().code, miss.message)
        else:
            remember(visits.begin_for_learner(db.session, learner, now()))
            db.session.commit()
            return redirect(url_for("sittings.landing"))
    code = locale.page_language().code
    names = cards.picture_word_names()
    return render_template(
        "sittings/words_login.html",
        **interface(code),
        words=[{"name": name, "label": names[name].get(code, name)} for name in cards.picture_words()],
        code=given.code,
        chosen=given.words,
        problem=problem,
    ), (403 if problem else 200)


@pages.get("/me")
@access.learner
def landing() -> ResponseReturnValue:
    """This is me: my name, my pictures, my language."""
    code = g.learner.language
    card = cards.living_cards(db.session, g.learner.organisation_id, [g.learner.id])[g.learner.id]
    names = cards.picture_word_names()
    of_phone = request.accept_languages.best_match(list(locale.BY_CODE)) or "en"
    mine = [locale.language(one) for one in dict.fromkeys((code, of_phone, "en"))]
    return render_template(
        "sittings/card_landing.html",
        **interface(code),
        nickname=g.learner.nickname,
        pictures=[{"name": name, "label": names[name].get(code, name)} for name in card.picture_words],
        card_languages=mine,
        more_languages=[other for other in locale.LANGUAGES if other not in mine],
        not_my_card=mine,
    )


@pages.post("/me")
@access.learner
def not_mine() -> ResponseReturnValue:
    """ "Not my card": end the visit."""
    visits.end_of_learner(db.session, g.learner.organisation_id, g.learner.id)
    db.session.commit()
    session.clear()
    return redirect(url_for("sittings.words"))


@pages.get("/me/languages")
@access.learner
def languages() -> ResponseReturnValue:
    """All languages, in their own script."""
    code = g.learner.language
    return render_template(
        "sittings/languages.html", **interface(code), choices=locale.LANGUAGES, chosen=locale.language(code)
    )


@pages.post("/me/language")
@access.learner
def choose_language() -> ResponseReturnValue:
    """Remember the language; one that we do not have changes nothing."""
    if (chosen := request.form.get("language", "")) in locale.BY_CODE:
        starting.change_language(db.session, g.learner, chosen)
        db.session.commit()
    sitting = starting.current_sitting(db.session, g.learner)
    return redirect(url_for("sittings.item" if sitting else "sittings.what_happens"))


@pages.get("/me/start")
@access.learner
def what_happens() -> ResponseReturnValue:
    """What happens, how long, who sees it."""
    if (opened := starting.open_invigilation(db.session, g.learner)) is None:
        return closed("not open", 0)
    practice = starting.practice_items(db.session, opened)
    return render_template("sittings/what_happens.html", **interface(g.learner.language), practice_count=practice)


@pages.post("/me/start")
@access.learner
def start() -> ResponseReturnValue:
    """Begin the sitting, or go on with the one that was begun."""
    opened = starting.open_invigilation(db.session, g.learner)
    if opened is None:
        return closed("not open", 0)
    try:
        starting.start(
            db.session,
            g.learner,
            opened,
            g.learner.language,
            _device(),
            now(),
            random.Random(secrets.randbits(128)),
        )
        db.session.commit()
    except IntegrityError:  # a double tap: the first one began it
        db.session.rollback()
    return redirect(url_for("sittings.item"))


def _device() -> str:
    """What the browser says it is; the sitting keeps it as a condition."""
    agent = (request.user_agent.string or "").lower()
    if "ipad" in agent or "tablet" in agent or ("android" in agent and "mobile" not in agent):
        return "tablet"
    if "mobi" in agent or "iphone" in agent:
        return "phone"
    return "computer" if agent else "unknown"
