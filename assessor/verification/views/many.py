"""The page that checks many certificates at once. Nothing of a list is kept or logged.

Codes and numbers come as a list; what is photographed is checked by `static/pile.js` in the browser and never sent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from assessor import access
from assessor.accounts import limits
from assessor.certificates import checking
from assessor.certificates.summary import Summary
from assessor.certificates.trust import Issuer
from assessor.credentials import achievements, mirrored
from assessor.credentials.issuer import did
from assessor.database import db, now, writing
from assessor.installation import settings
from assessor.verification import many as lists
from assessor.verification.spreadsheet import as_csv
from assessor.verification.titles import alike
from assessor.verification.views.context import SCANNER_POLICY, frame, pages, wanted_language

#: The texts of as many codes as may be, each the longest there is, and the form around them.
LARGEST = 3 * 1024 * 1024
LONGEST_SHOWN = 40
#: In which the counts stand above the table: what holds, what does not, what cannot be said.
COUNTED = (1, 2, 5, 8, 3, 4, 7, 6, 9, 10)
Words = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One answer in words. ``issued`` and ``expires`` None, and empty texts: it does not say, or it is not shown.

    ``title`` as it is printed; ``known_as``: what we call it in the reader's language, empty where that is the same.
    ``repeats``: another line before holds the same.
    """

    place: int
    result: int
    word: str
    note: str
    number: str
    repeats: bool
    name: str = ""
    title: str = ""
    known_as: str = ""
    level: int | None = None
    issued: datetime | None = None
    expires: datetime | None = None


@pages.get("/c/many")
@access.public
def many_form() -> ResponseReturnValue:
    """The empty form. A browser keeps it for a hall without network, where it checks what it photographs."""
    answer = _page(wanted_language(request.args.get("language", "")), "")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.post("/c/many")
@access.public_reading
def many() -> ResponseReturnValue:
    """The table of answers, or the same as a file. What is refused stays in the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST
    try:
        text, wants_file = _sent(), request.form.get("as") == "csv"
    except RequestEntityTooLarge:
        return _refused("", "too_large", 413)
    except lists.NotAText:
        return _refused(request.form.get("list", ""), "no_text", 400)
    language = wanted_language(request.form.get("language", ""))
    try:
        rows = _rows(_checked(lists.lines_of(text)), frame(language)["words"], language)
    except lists.TooManyLines as refusal:
        return _refused(text, "too_many", 400, count=refusal.count)
    except limits.TooManyGuesses:
        return _refused(text, "too_often", 429)
    if not rows:
        return _refused(text, "nothing", 400)
    return _file(rows, frame(language)["words"]) if wants_file else _page(language, text, rows)


def _sent() -> str:
    """The text of the form, and below it that of the file."""
    file = request.files.get("file")
    parts = (request.form.get("list", ""), lists.text_of(file.read()) if file else "")
    return "\n".join(part.rstrip() for part in parts if part.strip())


def _checked(lines: Sequence[lists.Line]) -> list[lists.Answer]:
    """The answers. A list is one request to the limit, and one miss at most, however many numbers it holds.

    So an address may try 500 × 30 numbers in a quarter of an hour. Of 2⁶⁴ numbers that finds one of a million
    certificates once in some tens of thousands of years, and an honest list with slips in it is not locked out.
    """
    place = request.remote_addr or ""
    limits.check(db.session, limits.NUMBER, place, now())
    answers = lists.check(db.session, lines, settings(), now())
    if any(answer.cause == "not_found" for answer in answers):
        with writing(db.session):
            limits.record(db.session, limits.NUMBER, place, now())
    return answers


def _rows(answers: Sequence[lists.Answer], words: Words, language: str) -> list[Row]:
    titles = Titles(language)
    return [_row(answer, words, titles) for answer in answers]


def _row(answer: lists.Answer, words: Words, titles: "Titles") -> Row:
    checked = answer.checked
    told = {**words["results"][str(answer.result)], **words["causes"].get(answer.cause or "", {})}
    notes = _notes(checked, told, words) if checked else [told["line"]]
    if checked and checked.issuer and checked.issuer.is_demonstration:
        notes.insert(0, _say(words["demonstration"]))
    if answer.same_as is not None:
        notes.append(_say(words["many"]["twice"], line=answer.same_as))
    number = (checked and checked.number) or _short(answer.line.text)
    row = Row(answer.line.place, answer.result, told["word"], " ".join(notes), number, answer.same_as is not None)
    if checked is None or checked.summary is None:
        return row
    return _with_summary(row, checked.summary, titles.of(checked.issuer, checked.summary.achievement))


def _with_summary(row: Row, summary: Summary, known: str) -> Row:
    title = summary.title or known or summary.achievement
    row = replace(row, name=summary.name, title=title, known_as="" if not known or alike(title, known) else known)
    return replace(row, level=summary.level, issued=summary.issued, expires=summary.expires)


class Titles:
    """What each issuer calls its achievements, in a language; each is looked up once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._known: dict[tuple[str, str], str] = {}

    def of(self, issuer: Issuer | None, code: str) -> str:
        """The title in the issuer's own catalogue; empty: it does not name this code, or nobody knows the issuer."""
        if issuer is None:
            return ""
        place = issuer.id, code
        if place not in self._known:
            self._known[place] = self._own(code) if issuer.id == did(settings()) else self._partners(issuer, code)
        return self._known[place]

    def _own(self, code: str) -> str:
        known = {template.code: template for template in achievements.everything(db.session, settings())}
        found = known.get(code)
        return found.text(found.language(self._language)).title if found else ""

    def _partners(self, partner: Issuer, code: str) -> str:
        catalogue = mirrored.catalogue(db.session, partner)
        texts = catalogue.achievements.get(code, {}) if catalogue else {}
        said = texts.get(self._language) or texts.get("en")
        return said.title if said else ""


def _notes(checked: checking.CheckedSummary, told: Words, words: Words) -> list[str]:
    """Why, in the sentences of the page for one certificate."""
    match checked.result:
        case checking.GENUINE:
            return _conditions(checked.summary, words["conditions"])
        case checking.WITHDRAWN if checked.withdrawal:
            why = words["why"][checked.withdrawal_reason]
            return [_say(told["line"], date=_date(checked.withdrawal.date, words)), why]
        case checking.WITHDRAWN:
            return [told["undated"]]
        case checking.NOT_CHECKED | checking.EXPIRED:
            feet, summary = words["feet"], checked.summary
            expired = checked.result == checking.EXPIRED and summary is not None and summary.expires
            over = [_say(feet["expired"], date=_date(expired, words))] if expired else []
            return over + ([_say(feet[checked.cause])] if checked.cause else [])
    cause = words["causes"].get(checked.cause or "", {})
    return [_say(cause.get("line", told["line"]))]


def _conditions(summary: Summary | None, words: Words) -> list[str]:
    stated = summary.conditions if summary else None
    if stated is None:
        return [words["none"]]
    said = [_say(words["supervised"] if stated.supervised else words["unsupervised"])]
    return said + ([words["helper"]] if stated.helper else [])


def _say(template: str, **values: object) -> str:
    """A sentence of the page as plain text."""
    text = template.replace("*", "").replace("\n", " ")
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _date(moment: datetime, words: Words) -> str:
    return str(words["date"].format(day=moment.day, month=words["months"][moment.month - 1], year=moment.year))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _refused(text: str, why: str, code: int, **values: object) -> ResponseReturnValue:
    """The form again with everything that was in it; nothing was checked."""
    language = wanted_language(request.form.get("language", "") if code != 413 else "")
    mistake = _say(frame(language)["words"]["many"][why], most=lists.MOST, **values)
    return _page(language, text, mistake=mistake), code


def _page(language: str, text: str, rows: Sequence[Row] = (), mistake: str = "") -> Response:
    counts = Counter((row.result, row.word) for row in rows)
    page = render_template(
        "verification/many.html",
        **frame(language),
        text=text,
        rows=rows,
        counts=sorted(counts.items(), key=lambda one: COUNTED.index(one[0][0])),
        mistake=mistake,
        most=lists.MOST,
        asked=_date(now(), frame(language)["words"]),
    )
    return Response(page, headers={"Content-Security-Policy": SCANNER_POLICY})


def _file(rows: Sequence[Row], words: Words) -> ResponseReturnValue:
    told, compared = words["many"], words["compare"]
    head = [told["line"], told["result"], compared["name"], compared["achievement"], compared["level"]]
    head += [compared["issued"], compared["expires"], compared["number"], told["note"]]
    content = as_csv([head, *map(_cells, sorted(rows, key=lambda row: row.place))])
    answer = Response(content, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=certificates.csv"
    return answer


def _cells(row: Row) -> list[str]:
    days = [f"{day:%Y-%m-%d}" if day else "" for day in (row.issued, row.expires)]
    level = str(row.level) if row.level else ""
    return [str(row.place), row.word, row.name, row.title, level, *days, row.number, row.note]
