"""The watch of the general path over the table: when it is asked, and what happens when the two disagree."""

import pytest

from assessor.openbadges import canonical, second_opinion
from assessor.openbadges.credential import issue
from assessor.openbadges.errors import FormsDisagree
from assessor.openbadges.second_opinion import SecondOpinion
from assessor.openbadges.strict_json import JsonObject, read_json
from tests.unit.openbadges.badges import DID, KEY, NOW, SCHOOL, credential, signed


def _badge(number: int = 0, version: str = "1") -> JsonObject:
    badge = read_json(signed())
    badge["id"] = f"https://badges.example/credentials/{number}"
    badge["credentialSubject"]["achievement"]["version"] = version
    return badge


def test_every_release_of_an_achievement_is_looked_at_once() -> None:
    opinion = SecondOpinion(10**9)

    opinion.confirm(_badge())

    assert not opinion.is_due(_badge(1))
    assert opinion.is_due(_badge(1, version="2"))


def test_one_badge_in_a_hundred_is_looked_at_again_and_always_the_same() -> None:
    opinion = SecondOpinion()
    badge = _badge()
    opinion.confirm(badge)

    due = [number for number in range(5_000) if opinion.is_due({**badge, "id": f"urn:x:{number}"})]

    assert 25 <= len(due) <= 85
    assert due == [number for number in range(5_000) if opinion.is_due({**badge, "id": f"urn:x:{number}"})]


def test_every_badge_is_looked_at_when_asked_for() -> None:
    opinion = SecondOpinion(1)
    opinion.confirm(_badge())

    assert all(opinion.is_due(_badge(number)) for number in range(5))


def test_a_policy_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="one badge in one"):
        SecondOpinion(0)


def test_a_badge_on_which_the_paths_disagree_is_not_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion = SecondOpinion()
    monkeypatch.setattr(second_opinion, "form_by_table", lambda _document: b"another form")

    for _ in range(2):
        with pytest.raises(FormsDisagree, match="Nothing was issued"):
            issue(credential(), SCHOOL, KEY.id(DID), NOW, opinion=opinion)


def test_the_next_badges_of_a_release_do_without_the_general_path(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion = SecondOpinion(10**9)
    issue(credential(), SCHOOL, KEY.id(DID), NOW, opinion=opinion)

    def never(_document: JsonObject) -> bytes:
        raise AssertionError("the general path was asked")

    monkeypatch.setattr(second_opinion, "canonical_form", never)
    monkeypatch.setattr(canonical, "canonical_form", never)

    assert issue(credential(id="urn:x:2"), SCHOOL, KEY.id(DID), NOW, opinion=opinion)


def test_a_badge_that_the_table_does_not_know_is_issued_by_the_general_path_alone() -> None:
    address = "https://schüler.example/1"  # the table knows plain addresses only

    assert b"sch\xc3\xbcler" in issue(credential(id=address), SCHOOL, KEY.id(DID), NOW, opinion=SecondOpinion(1))
