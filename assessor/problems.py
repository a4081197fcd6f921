"""Refusals become pages, or RFC 9457 problem details for programs. Once, here.

A page tells what happened and what to do next. What we need to mend it goes to the log.
"""

import sys
import traceback
from pathlib import Path

import structlog
from flask import Flask, Response, jsonify, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from structlog.typing import EventDict
from werkzeug.exceptions import HTTPException

from assessor.database import db
from assessor.errors import Refusal

_log = structlog.get_logger("assessor.problems")

MOST_CAUSES = 5

#: What programs ask for; their refusals are JSON as well.
FOR_PROGRAMS = (
    *("application/json", "application/ld+json", "application/vc+ld+json", "application/vc"),
    *("application/jwt", "application/vc+jwt", "application/problem+json"),
)

#: What a person reads for a refusal that the web server itself makes.
SENTENCES = {
    400: ("This does not work", "The page sent something that we cannot read. Go back and try again."),
    404: ("Not found", "There is no page at this address. Look at the address, or scan your card again."),
    405: ("Not found", "This address cannot be used in this way. Go back and try again."),
    413: ("Too large", "This is too large. Send something smaller."),
    429: ("Please wait", "Too many requests. Please wait a minute."),
    500: ("Something broke", "This is our mistake, not yours. Your answers are safe. Try again in a minute."),
    503: ("Please wait", "Many people are here now. Your answers are safe. Try again in a minute."),
}


def init_app(app: Flask) -> None:
    """Answer every refusal and every unexpected error of this application."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def log_as_json() -> None:
    """One JSON object a line on standard error; what is logged holds no names and no secrets."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_the_error,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _name_the_error(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """In place of an error, its class and the lines it came through, and those of its causes.

    Never its words or variables: a database writes the values of a row into them, which are people's names and results.
    """
    error = entry.pop("exc_info", None)
    causes: list[dict[str, object]] = []
    while isinstance(error, BaseException) and len(causes) < MOST_CAUSES:
        stack = traceback.extract_tb(error.__traceback__)
        lines = [f"{'/'.join(Path(at.filename).parts[-2:])}:{at.lineno} {at.name}" for at in stack]
        causes.append({"class": type(error).__name__, "lines": lines})
        error = error.__cause__ or error.__context__
    return {**entry, "error": causes} if causes else entry


def wants_json() -> bool:
    """Whether the request comes from a program that reads JSON, not from a person's browser."""
    return request.accept_mimetypes.best_match(["text/html", *FOR_PROGRAMS]) in FOR_PROGRAMS


def _refusal(refusal: Refusal) -> tuple[Response | str, int]:
    db.session.rollback()
    sentence = gettext(refusal.message, **refusal.values)
    return _answer(refusal.status, refusal.title, sentence, refusal.way_on)


def _stale_form(_error: CSRFError) -> tuple[Response | str, int]:
    return _answer(
        400, "Please send it again", gettext("This page was open for a long time. Go back and send it again.")
    )


def _http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error  # a redirect
    title, message = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])
    return _answer(status, title, gettext(message))


def _database(error: OperationalError) -> tuple[Response | str, int]:
    db.session.rollback()
    _log.error("database unavailable", endpoint=request.endpoint, exc_info=error)
    title, message = SENTENCES[503]
    return _answer(503, title, gettext(message))


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    db.session.rollback()
    _log.error("unexpected error", endpoint=request.endpoint, exc_info=error)
    title, message = SENTENCES[500]
    return _answer(500, title, gettext(message))


def _answer(status: int, title: str, message: str, way_on: tuple[str, str] | None = None) -> tuple[Response | str, int]:
    if wants_json():
        answer = jsonify(type="about:blank", title=title, status=status, detail=message)
        answer.content_type = "application/problem+json"
        return answer, status
    page = render_template(
        "problem.html",
        title=gettext(title),
        message=message,
        next_url=url_for(way_on[0]) if way_on else None,
        next_label=gettext(way_on[1]) if way_on else None,
    )
    return page, status
