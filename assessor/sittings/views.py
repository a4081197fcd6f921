"""The learner's pages, from the scanned card to the certificate."""

import random
import secrets
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from assessor import access, locale
from assessor.accounts import cards, limits, visits
from assessor.accounts.models import Account
from assessor.accounts.views import remember
from assessor.banks import releases
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import achievements, awarding, issuing
from assessor.database import db, now
from assessor.errors import Conflict, NotAllowed
from assessor.items import interactions
from assessor.sittings import awarding as sitting_awards
from assessor.sittings import delivery, entry, starting
from assessor.sittings import pages as page
from assessor.sittings.forms import NameForm, read_words
from assessor.sittings.models import Result, Sitting

pages = Blueprint("sittings", __name__, template_folder="templates")

PRACTICE = "practice"


class ScanAgain(Conflict):
    """There is no sitting to go on with."""


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
    problem = None
    if request.method == "POST":
        try:
            learner = entry.find_by_words(db.session, given.code, given.words, now())
        except entry.WordsDoNotMatch as miss:
            limits.record(db.session, limits.WORDS, given.code, now())
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
        **_interface(code),
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
    mine = [locale.language(code)]
    if code != "en":
        mine.append(locale.language("en"))
    return render_template(
        "sittings/card_landing.html",
        **_interface(code),
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
        "sittings/languages.html", **_interface(code), choices=locale.LANGUAGES, chosen=locale.language(code)
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
        return _closed("not open", 0)
    practice = starting.practice_items(db.session, opened)
    return render_template("sittings/what_happens.html", **_interface(g.learner.language), practice_count=practice)


@pages.post("/me/start")
@access.learner
def start() -> ResponseReturnValue:
    """Begin the sitting, or go on with the one that was begun."""
    opened = starting.open_invigilation(db.session, g.learner)
    if opened is None:
        return _closed("not open", 0)
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


@pages.get("/me/item")
@access.learner
def item() -> ResponseReturnValue:
    """The open item: the same on every phone, after every reload."""
    sitting = starting.current_sitting(db.session, g.learner)
    if sitting is None:
        return redirect(url_for("sittings.what_happens"))
    if sitting.finished_at is not None:
        return redirect(url_for("sittings.result"))
    if starting.open_invigilation(db.session, g.learner) is None:
        return _closed("ended", len(delivery.administered(db.session, sitting)))
    return _show_item(sitting)


@pages.post("/me/answers")
@access.learner
def answer() -> ResponseReturnValue:
    """Take an answer. Whatever is posted twice, the first one counts and the reply is the same."""
    sitting = _sitting()
    presentation = request.form.get("presentation", "")
    try:
        if presentation.startswith(PRACTICE):
            delivery.practise(db.session, sitting, presentation.partition(":")[2], request.form, now())
        else:
            delivery.answer(
                db.session,
                sitting,
                delivery.presentation_id(presentation),
                request.form,
                now(),
                home_language_used=request.form.get("home_used") == "1",
                sound_used=request.form.get("sound_used") == "1",
            )
        db.session.commit()
    except delivery.AnswerNotUsable:
        db.session.rollback()
        return _show_item(_sitting(), missing=True), 422
    except IntegrityError:  # the same answer arrived twice at the same moment
        db.session.rollback()
    return redirect(url_for("sittings.item"), 303)


@pages.route("/me/rest", methods=["GET", "POST"])
@access.learner
def rest() -> ResponseReturnValue:
    """Rest, and come back with the card."""
    sitting = _sitting()
    stopped = request.method == "POST"
    if stopped and sitting.finished_at is None:
        delivery.rest(db.session, sitting, now())
        db.session.commit()
    return render_template(
        "sittings/rest.html",
        **_both(sitting),
        answered=len(delivery.administered(db.session, sitting)),
        stopped=stopped,
    )


@pages.post("/me/help")
@access.learner
def help() -> ResponseReturnValue:
    """Ask for a person, or say that it is no longer needed."""
    sitting = _sitting()
    if request.form.get("cancel"):
        delivery.end_help(sitting)
    else:
        delivery.call_help(db.session, sitting, now())
    db.session.commit()
    return redirect(url_for("sittings.item"))


@pages.get("/me/result")
@access.learner
def result() -> ResponseReturnValue:
    """What I can do, the map, the next steps, the way to the certificate."""
    sitting = _sitting()
    found = db.session.get(Result, (sitting.organisation_id, sitting.id))
    if found is None:
        return redirect(url_for("sittings.item"))
    return render_template(
        "sittings/result.html",
        **_both(sitting),
        **page.result_page(db.session, sitting, found),
        nickname=g.learner.nickname,
        certificate=_certificate_state(sitting, found),
    )


@pages.route("/me/name", methods=["GET", "POST"])
@access.learner
def name() -> ResponseReturnValue:
    """The name, asked only now, with what it will look like and who will read it."""
    sitting = _sitting()
    if sitting_awards.award_of(db.session, sitting) is not None:
        return redirect(url_for("sittings.certificate"))
    form = NameForm()
    preview = request.form.get("act") == "preview"
    errors: dict[str, Any] = {}
    if request.method == "POST" and not preview:
        if form.validate():
            holder = awarding.Holder(form.name.data or "", form.second.data or "")
            try:
                sitting_awards.award(db.session, sitting, holder, _settings(), now())
                db.session.commit()
                return redirect(url_for("sittings.certificate"))
            except awarding.NameNotUsable as refusal:
                db.session.rollback()
                sitting = _sitting()
                errors = {"name": [locale.sentence(sitting.test_language, refusal.message)]}
        else:
            errors = {field: messages for field, messages in form.errors.items() if field}
    return render_template(
        "sittings/name.html",
        **_both(sitting),
        name=form.name.data or "",
        second=form.second.data or "",
        agreed=bool(form.agreed.data),
        preview=preview,
        errors=errors,
    ), (422 if errors else 200)


@pages.get("/me/certificate")
@access.learner
def certificate() -> ResponseReturnValue:
    """My proof: on paper, as a picture, as a file."""
    sitting = _sitting()
    award = sitting_awards.award_of(db.session, sitting)
    if award is None:
        return redirect(url_for("sittings.result"))
    template = achievements.find(db.session, award.achievement_code, _settings())
    signed = issuing.credential_of(db.session, award)
    shown: dict[str, Any] = {
        "holder": award.holder_name,
        "second": award.second_name,
        "title": template.certificate.title[award.language],
        "band": template.certificate.wording[award.language][f"band_{(award.level + 1) // 2}"],
        "ready": signed is not None,
    }
    if signed is not None:
        shown |= {
            "number": numbers.written(award.number),
            "badge_url": url_for("sittings.proof", form="svg"),
            "pdf_url": url_for("sittings.proof", form="pdf"),
            "png_url": url_for("sittings.proof", form="png"),
            "json_url": url_for("sittings.proof", form="json"),
            "check_url": issuing.qr_text(signed, _settings()),
            "host": _settings().host,
        }
    return render_template("sittings/certificate.html", **_both(sitting), certificate=shown)


@pages.get("/me/certificate.<form>")
@access.learner
def proof(form: str) -> ResponseReturnValue:
    """The certificate as a file: pdf, png, svg, json."""
    award = sitting_awards.award_of(db.session, _sitting())
    if award is None:
        return redirect(url_for("sittings.result"))
    exported = issuing.export(db.session, award, form, _settings())
    answer = current_app.response_class(exported.content, mimetype=exported.content_type)
    inline = form in ("pdf", "svg")
    answer.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{exported.file_name}"'
    return answer


def _show_item(sitting: Sitting, missing: bool = False) -> str:
    practice = delivery.practice_item(db.session, sitting)
    if practice is not None:
        item_id, presentation_id = practice.id, f"{PRACTICE}:{practice.id}"
    else:
        presentation = delivery.open_presentation(db.session, sitting)
        if presentation is None:
            raise ScanAgain("There is no question to show. Scan your card again.")
        item_id, presentation_id = presentation.item_id, str(presentation.id)
    texts = page.item_page(db.session, sitting, item_id)
    coming = sitting.help_coming_at is not None
    return render_template(
        "sittings/item.html",
        **_both(sitting, home_first=practice is not None, has_home=texts.home_item is not None),
        item=texts.item,
        home_item=texts.home_item,
        order=interactions.option_order(texts.item, sitting.seed),
        presentation_id=presentation_id,
        answered=len(delivery.administered(db.session, sitting)),
        practice=practice is not None,
        missing=missing,
        help=("coming" if coming else "called") if sitting.help_called_at else "",
        helper=_helper(sitting),
        media_url=lambda name: _media_url(sitting, name),
    )


def _helper(sitting: Sitting) -> str:
    opened_by = starting.opened_by(db.session, sitting)
    account = db.session.get(Account, opened_by)
    return account.name if account else ""


def _closed(reason: str, answered: int) -> ResponseReturnValue:
    return render_template(
        "sittings/closed.html", **_interface(g.learner.language), reason=reason, answered=answered
    ), 409


def _interface(code: str) -> dict[str, Any]:
    """A page in one language, before there is a test."""
    return {
        "language": locale.language(code),
        "home_language": None,
        "shows_home": False,
        "sound_url": _sound_url(None),
        "picture_svg": lambda name: Markup(cards.picture_svg(name)),  # our own files
    }


def _both(sitting: Sitting, home_first: bool = False, has_home: bool = True) -> dict[str, Any]:
    """A page in the test's language with the learner's own one tap away."""
    home = locale.language(sitting.help_language)
    two = has_home and sitting.help_language != sitting.test_language
    asked = request.args.get("home")
    return {
        "language": locale.language(sitting.test_language),
        "home_language": home if two else None,
        "shows_home": two and (asked == "1" if asked else home_first),
        "sound_url": _sound_url(sitting),
    }


def _sound_url(sitting: Sitting | None) -> Any:
    """The address of a shipped sound: of the bank, or of the interface."""
    edition = releases.edition(db.session, sitting.release_id) if sitting else None

    def address(code: str, text: str) -> str | None:
        if edition is not None and (sha256 := edition.sound(code, text)):
            return url_for("banks.media", sha256=sha256)
        if name := page.interface_sound(code, text):
            return url_for("static", filename=name)
        return None

    return address


def _media_url(sitting: Sitting, name: str) -> str:
    return url_for("banks.media", sha256=releases.edition(db.session, sitting.release_id).media[name])


def _certificate_state(sitting: Sitting, found: Result) -> str:
    if sitting_awards.award_of(db.session, sitting) is not None:
        return "ready"
    if found.level is None:
        return "not yet"
    return "name" if sitting.confirmed_at else "waiting"


def _sitting() -> Sitting:
    sitting = starting.current_sitting(db.session, g.learner)
    if sitting is None:
        raise NotAllowed("There is no question for you now. Scan your card again.")
    return sitting


def _device() -> str:
    """What the browser says it is; the sitting keeps it as a condition."""
    agent = (request.user_agent.string or "").lower()
    if "ipad" in agent or "tablet" in agent or ("android" in agent and "mobile" not in agent):
        return "tablet"
    if "mobi" in agent or "iphone" in agent:
        return "phone"
    return "computer" if agent else "unknown"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
