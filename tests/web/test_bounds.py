"""What one visitor may take of the site: bounded, so that the others are served."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.accounts import limits
from assessor.accounts.models import Miss
from assessor.certificates import number as numbers
from assessor.fetching.fetcher import Fetcher, Limits
from assessor.openbadges.strict_json import write_json
from assessor.verification.views import badges
from tests.fixtures import Browser
from tests.unit.openbadges.strangers import proved, stranger

SAME_NETWORK = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2")
OTHER_NETWORK = "2001:db8:1:3::1"
UNKNOWN = numbers.written(bytes(8))


def check_number(browser: Browser, place: str) -> str:
    """Ask for a number that does not exist."""
    return browser.post("/c/number", data={"number": UNKNOWN}, environ_base={"REMOTE_ADDR": place}).text


def test_while_the_site_asks_many_others_a_check_is_left_out_and_says_so(app: Flask, client: Browser) -> None:
    app.extensions[badges.FETCHER] = Fetcher(Limits(at_once=0))

    answer = client.post("/verify", data={"text": write_json(proved(stranger())).decode()})

    left_out = answer.text.partition('<tr class="not-checked">')[2]
    assert answer.status_code == 200
    assert "This service is asking many others at the moment. Try again in a minute." in left_out
    assert 'data-result="7"' not in answer.text  # nobody says that it is false


def test_one_fetcher_serves_all_checks(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted() -> Fetcher:
        made.append(Fetcher())
        return made[-1]

    monkeypatch.setattr(badges, "Fetcher", counted)

    for _ in range(3):
        client.post("/verify", data={"text": "hello"})

    assert len(made) == 1


def test_addresses_of_one_ipv6_network_are_one_visitor_to_the_limits_of_requests(client: Browser) -> None:
    def check(place: str) -> int:
        return client.post("/verify", data={"text": "hello"}, environ_base={"REMOTE_ADDR": place}).status_code

    for turn in range(30):
        assert check(SAME_NETWORK[turn % 2]) == 200

    assert [check(place) for place in SAME_NETWORK] == [429, 429]
    assert check(OTHER_NETWORK) == 200


def test_addresses_of_one_ipv6_network_are_one_visitor_to_the_limits_of_guesses(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    for turn in range(limits.NUMBER.misses):
        guess = check_number(client, SAME_NETWORK[turn % 2])

    assert check_number(client, SAME_NETWORK[0]) == check_number(client, SAME_NETWORK[1]) != guess
    assert check_number(client, OTHER_NETWORK) == guess
    with sessions() as session:
        assert set(session.scalars(select(Miss.key))) == {"2001:db8:1:2::/64", "2001:db8:1:3::/64"}


@pytest.mark.parametrize("place", ["", None])
def test_who_has_no_address_is_answered_and_counted(
    place: str | None, client: Browser, sessions: sessionmaker[Session]
) -> None:
    client.environ_base.pop("REMOTE_ADDR")  # as behind the socket of a file
    given: dict[str, Any] = {} if place is None else {"environ_base": {"REMOTE_ADDR": place}}

    assert client.post("/c/number", data={"number": UNKNOWN}, **given).status_code == 200

    with sessions() as session:
        assert session.scalars(select(Miss.key)).all() == [""]


def test_a_list_of_megabytes_is_given_sixty_times_a_minute(client: Browser, new_browser: Callable[[], Browser]) -> None:
    asked = [client.get(f"/c/trust/issued/{'0' * 16}").status_code for _ in range(61)]

    assert asked == [404] * 60 + [429]
    elsewhere = new_browser().get(f"/c/trust/issued/{'0' * 16}", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert elsewhere.status_code == 404
