"""My proof: every certificate of a learner, as files and into a wallet."""

import uuid

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials import issuing, papers, pocket
from assessor.database import db, now
from assessor.installation import settings
from assessor.wallets import codes, derived, holding, offering, sharing
from assessor.wallets.views.context import card, key, mine, pages, spoken

#: Forms that a browser shows; the others are kept as files.
INLINE = ("pdf", "card")


@pages.get("/me/proof")
@access.learner
def proof() -> ResponseReturnValue:
    """Everything that I hold. Who has one certificate goes straight to it."""
    held = holding.of_learner(db.session, g.learner)
    if len(held) == 1:
        return redirect(url_for("wallets.certificate", award=held[0].credential_id))
    language = held[0].language if held else g.learner.language
    return render_template("wallets/list.html", **spoken(language), certificates=[card(one) for one in held])


@pages.get("/me/proof/<uuid:award>")
@access.learner
def certificate(award: uuid.UUID) -> ResponseReturnValue:
    """One certificate, and all that can be done with it."""
    found = mine(award)
    shown = card(found)
    signed = issuing.credential_of(db.session, found)
    return render_template(
        "wallets/certificate.html",
        **spoken(found.language),
        certificate=shown,
        open_links=len(sharing.open_of(db.session, found)),
        check_url=papers.qr_text(signed, settings()) if signed else "",
        choices=papers.choices(db.session, found, settings()),
        has_others=len(holding.of_learner(db.session, g.learner)) > 1,
    )


@pages.get("/me/proof/<uuid:award>/file.<form>")
@access.learner
def file(award: uuid.UUID, form: str) -> ResponseReturnValue:
    """The certificate in one of its forms; of the paper, layout and second language may be chosen."""
    found = mine(award)
    holding.signed(db.session, found)
    export = pocket.export if form in pocket.FORMS else issuing.export
    exported = export(db.session, found, form, settings(), papers.chosen(request.args))
    answer = Response(exported.content, content_type=exported.content_type)
    how = "inline" if form in INLINE else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{exported.file_name}"'
    return answer


@pages.route("/me/proof/<uuid:award>/wallet", methods=["GET", "POST"])
@access.learner
def wallet(award: uuid.UUID) -> ResponseReturnValue:
    """Offer the badge to a wallet, in this phone or in another, and see whether it came."""
    found = mine(award)
    if request.method == "POST":
        # On this phone nobody looks over a shoulder at the offer; a code on a screen could be scanned by others.
        offering.offer(db.session, found, request.form.get("where") == "other", key(), now())
        db.session.commit()
        return redirect(url_for("wallets.wallet", award=award, home=request.args.get("home")))
    made = offering.newest(db.session, found)
    state = offering.state(db.session, made, now()) if made else None
    if made and made.expires_at < now() - offering.RECENT:
        state = None
    link = offering.link(made, key(), settings()) if made and state == "waiting" else ""
    return render_template(
        "wallets/wallet.html",
        **spoken(found.language),
        certificate=card(found),
        state=state,
        here=made is not None and not made.asks_digits,
        link=link,
        code=codes.drawn(link) if link else None,
        digits=derived.digits(made.id, key()) if made and request.args.get("number") else "",
    )
