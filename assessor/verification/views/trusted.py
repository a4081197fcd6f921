"""What the verification page trusts: signed files, ours and those of partners, all from this host."""

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials import issued, kept, publishing
from assessor.database import db, now
from assessor.installation import settings
from assessor.verification import languages
from assessor.verification.views.context import FILE_POLICY, newest, pages

SIGNED, LEAVES, TOKEN = "application/cose", "application/octet-stream", "application/vc+jwt"
#: Of a mirrored file: when its issuer gave it. The page says so instead of "now"; its worker says the same offline.
KEPT = "X-Kept"


@pages.get("/c/trust/bundle")
@access.public
def trust_bundle() -> ResponseReturnValue:
    """The issuers, signed by the root key."""
    return _file(newest(kept.BUNDLE, lambda: publishing.signed_bundle(db.session, settings(), now())), SIGNED)


@pages.get("/c/trust/catalogue")
@access.public
def catalogue() -> ResponseReturnValue:
    """What achievement codes mean, in every language."""
    return _file(newest(kept.CATALOGUE, lambda: publishing.signed_catalogue(db.session, settings())), SIGNED)


@pages.get("/c/trust/catalogue/<language>")
@access.public
def catalogue_in_one_language(language: str) -> ResponseReturnValue:
    """The same for a reader of one language: all of them would weigh more than the page."""
    if language not in languages.BY_CODE:
        abort(404)
    name = f"{kept.CATALOGUE}-{language}"
    return _file(newest(name, lambda: publishing.signed_catalogue(db.session, settings(), language)), SIGNED)


@pages.get("/c/trust/withdrawals")
@access.public
def withdrawals() -> ResponseReturnValue:
    """Dates and reasons of withdrawn certificates."""
    return _file(newest(kept.WITHDRAWALS, lambda: publishing.signed_withdrawals(db.session, settings())), SIGNED)


@pages.get("/c/trust/issued/<kid>")
@access.public
def issued_list(kid: str) -> ResponseReturnValue:
    """What was issued with a key that is stolen now: sorted leaves, whose root the bundle names."""
    root = newest(kept.root_name(kid), lambda: issued.root_of(db.session, kid))
    leaves = kept.leaves(db.session, settings(), kid, root)
    return _for_everybody(send_file(leaves, LEAVES, etag=root.hex()))


@pages.get("/c/trust/<string(length=16):place>/<path:name>")
@access.public
def mirrored(place: str, name: str) -> ResponseReturnValue:
    """A file of a partner, byte for byte as it was signed."""
    found = newest(kept.mirrored_name(place, name), lambda: kept.mirrored_with_time(db.session, place, name))
    kind = LEAVES if name.startswith("issued/") else TOKEN if name.endswith(".jwt") else SIGNED
    return _file(found[kept.TIME_BYTES :], kind, int.from_bytes(found[: kept.TIME_BYTES]))


def _file(body: bytes, kind: str, given: int | None = None) -> ResponseReturnValue:
    answer = Response(body, content_type=kind)
    answer.add_etag()
    if given is not None:
        answer.headers[KEPT] = str(given)
    return _for_everybody(answer).make_conditional(request)


def _for_everybody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer
