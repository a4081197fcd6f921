"""Links that a holder makes, looks at and ends."""

import uuid

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials.models import Award
from assessor.database import db, now
from assessor.installation import settings
from assessor.wallets import codes, linkedin, sharing
from assessor.wallets.choice import Choice
from assessor.wallets.forms import ShareForm
from assessor.wallets.views.context import card, key, mine, pages, spoken

#: What the link in a LinkedIn profile shows: the profile says the name anyway.
ON_LINKEDIN = Choice(name=True, level=True)


@pages.route("/me/proof/<uuid:award>/share", methods=["GET", "POST"])
@access.learner
def share(award: uuid.UUID) -> ResponseReturnValue:
    """Make a link that shows what I choose; see the open ones."""
    found = mine(award)
    form = ShareForm()
    if form.validate_on_submit():
        return _opened(found, "link", form.choice)
    return render_template(
        "wallets/share.html",
        **spoken(found.language),
        certificate=card(found),
        links=sharing.open_of(db.session, found),
    ), (422 if form.errors else 200)


@pages.route("/me/proof/<uuid:award>/linkedin", methods=["GET", "POST"])
@access.learner
def to_linkedin(award: uuid.UUID) -> ResponseReturnValue:
    """Say what LinkedIn gets; then open the link that a profile needs. Nothing is sent from here."""
    found = mine(award)
    if request.method == "POST":
        return _opened(found, "linkedin", ON_LINKEDIN)
    return render_template("wallets/linkedin.html", **spoken(found.language), certificate=card(found))


@pages.get("/me/proof/<uuid:award>/links/<uuid:share>")
@access.learner
def link(award: uuid.UUID, share: uuid.UUID) -> ResponseReturnValue:
    """One open link: as a code, to be sent, to be ended."""
    found = mine(award)
    opened = sharing.find(db.session, found, share)
    if opened.ended_at is not None:
        return redirect(url_for("wallets.share", award=award, home=request.args.get("home")))
    shown, address = card(found), sharing.address(opened, key(), settings())
    return render_template(
        "wallets/link.html",
        **spoken(found.language),
        certificate=shown,
        opened=opened,
        address=address,
        code=codes.drawn(address) if address else None,
        linkedin_url=linkedin.address(found, shown["title"], address) if opened.kind == "linkedin" else "",
    )


@pages.post("/me/proof/<uuid:award>/links/<uuid:share>/end")
@access.learner
def end(award: uuid.UUID, share: uuid.UUID) -> ResponseReturnValue:
    """Nobody sees anything under this link any more."""
    sharing.end(sharing.find(db.session, mine(award), share), now())
    db.session.commit()
    return redirect(url_for("wallets.share", award=award, home=request.args.get("home")))


def _opened(found: Award, kind: sharing.Kind, choice: Choice) -> ResponseReturnValue:
    opened = sharing.share(db.session, found, kind, choice, key(), now())
    db.session.commit()
    address = url_for("wallets.link", award=found.credential_id, share=opened.id, home=request.args.get("home"))
    return redirect(address)
