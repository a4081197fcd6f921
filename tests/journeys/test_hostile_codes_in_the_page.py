"""The page answers every code that was made to deceive or to harm as the library does, field by field."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page

from assessor.certificates import signed_data
from assessor.certificates.checking import ISSUER_UNKNOWN, CheckedSummary
from assessor.certificates.summary import Summary
from tests.journeys.two_checkers import STATUS, TRUST, Json, World, fields_in_the_page
from tests.unit.certificates import hostile
from tests.unit.certificates.test_hostile_codes import VECTORS, trusting_both
from tests.unit.certificates.trusted import HOLD_LIST, LIST, ROOT, Checker, both_lists

LONGEST = 5000  # characters: what is longer is cut here, since the test has to carry it into the page
AT_RANDOM = 1500

CORPORA: dict[str, Callable[[], Iterator[hostile.Named]]] = {
    "changes of a vector with ten fields": lambda: hostile.small_changes(VECTORS["ten fields"]),
    "changes of a vector with eight fields": lambda: hostile.small_changes(VECTORS["eight fields"]),
    "limits": lambda: ((name, text) for name, text, _ in hostile.signed_contents()),
    "envelopes": hostile.envelopes,
    "floods": hostile.floods,
    "at random": lambda: hostile.at_random(AT_RANDOM, seed=2),
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that loads nothing but the modules and the lists."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("corpus", CORPORA)
def test_library_and_page_give_the_same_answer_to_every_hostile_code(corpus: str, page: Page) -> None:
    trusted, lists = trusting_both(), both_lists()
    checker = Checker(trusted, lists)
    world = World(
        trusted.issuers[0].id,
        {
            f"{TRUST}bundle": signed_data.sign_bundle(trusted, ROOT),
            f"{STATUS}3.jwt": lists[LIST].encode(),
            f"{STATUS}3-suspension.jwt": lists[HOLD_LIST].encode(),
        },
    )
    named = {name: text[:LONGEST] for name, text in CORPORA[corpus]()}

    answers = map(_known_conditions, fields_in_the_page(page, world, named.values()))

    differ = {
        name: (said, answer)
        for (name, text), answer in zip(named.items(), answers, strict=True)
        if (said := _said(checker.check(text))) != answer
    }
    assert not differ


def _known_conditions(answer: Json) -> Json:
    """The page keeps the three bytes and shows what it knows; the library drops what is not defined yet."""
    conditions = (answer["fields"] or {}).get("conditions")
    if conditions:
        conditions["flags"] &= 31
        conditions["device"] = conditions["device"] if conditions["device"] in (0, 1, 2) else 255
    return answer


def _said(checked: CheckedSummary) -> Json:
    """What the library says, in the words of the page."""
    return {
        "result": checked.result,
        "cause": checked.cause,
        "kid": checked.kid.hex() if checked.kid and checked.result == ISSUER_UNKNOWN else None,
        "number": checked.number,
        "fields": None if checked.summary is None else _fields(checked.summary) | {"number": checked.number},
    }


def _fields(summary: Summary) -> Json:
    conditions = None
    if summary.conditions is not None:
        flags, device, items = summary.conditions.packed()
        conditions = {"flags": flags, "device": device, "items": items}
    return {
        "name": summary.name,
        "spelling": summary.second_spelling,
        "achievement": summary.achievement,
        "title": summary.title,
        "level": summary.level,
        "scores": None if summary.area_scores is None else list(summary.area_scores),
        "list": summary.status_list,
        "index": summary.status_index,
        "issued": _seconds(summary.issued),
        "expires": _seconds(summary.expires),
        "languages": summary.languages,
        "cti": summary.number.hex(),
        "conditions": conditions,
    }


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
