"""How public documents of the issuer are answered: open to every web page, in the form that was asked for."""

import hashlib

from flask import Response, jsonify, request

from assessor.openbadges.strict_json import JsonObject

LINKED_DATA = "application/ld+json"
#: What one address may answer: data for programs, the same as a page for people. Browsers ask for pages by name, and
#: many programs ask for anything, so where nothing is preferred it is data.
FORMS = (LINKED_DATA, "application/json", "text/html")


def wants_page() -> bool:
    """Whether the request prefers a page, by the q-values of its ``Accept``."""
    return request.accept_mimetypes.best_match(FORMS) == "text/html"


def page(body: str) -> Response:
    """A page at an address that has data as well."""
    answer = Response(body)
    answer.vary.add("Accept")
    return answer


def data(document: JsonObject, seconds: int) -> Response:
    """Data at an address that has a page as well, in the form that was asked for."""
    answer = jsonify(document)
    if request.accept_mimetypes.best_match(FORMS) != "application/json":
        answer.content_type = LINKED_DATA
    answer.vary.add("Accept")
    # the same text under another content type is another answer
    answer.set_etag(hashlib.sha256(answer.content_type.encode() + b"\0" + answer.data).hexdigest())
    # one address, two answers: not every cache on the way looks at Vary
    open_to_all(answer, seconds, "private")
    answer.make_conditional(request)
    return answer


def exactly(body: bytes, content_type: str, status: int = 200) -> Response:
    """These bytes and no others. Every use asks whether the copy is still the newest, so a withdrawal shows at once."""
    answer = Response(body, status=status, content_type=content_type)
    answer.add_etag()
    open_to_all(answer, 0)
    if status == 200:
        answer.make_conditional(request)
    return answer


def open_to_all(answer: Response, seconds: int, caches: str = "public") -> Response:
    """Let programs of every web page read it, and caches keep it for this long; 0 = they ask each time."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"{caches}, max-age={seconds}" if seconds else "no-cache"
    return answer
