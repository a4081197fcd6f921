"""Many numbers and codes checked at once: a table, a file, and nothing kept."""

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.accounts import limits
from assessor.accounts.models import Miss
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import awarding, papers
from assessor.credentials.models import Award, Credential
from assessor.database import now, reading
from assessor.verification import many as lists
from tests import factories
from tests.fixtures import Browser
from tests.partner import Partner, believed
from tests.unit.certificates import trusted

Sessions = sessionmaker[Session]
NOWHERE = numbers.written(numbers.draw(lambda size: bytes(size)))
_row = re.compile(r'<tr role="row" data-place="(\d+)".*?data-result="(\d+)".*?</tr>', re.DOTALL)


@pytest.fixture
def signed(sessions: Sessions, settings: Settings) -> list[tuple[Award, Credential]]:
    """The certificates of Ada, Grace and Olu."""
    with sessions.begin() as session:
        return [
            factories.signed_award(session, settings, name=name, source=name)
            for name in ("Ada Lovelace", "Grace Hopper", "Olu Adeyemi")
        ]


@pytest.fixture
def typed(signed: list[tuple[Award, Credential]]) -> list[str]:
    """Their numbers."""
    return [numbers.written(award.number) for award, _ in signed]


def answers(page: str) -> list[tuple[int, int]]:
    """Line and result of each row, in the order of the table."""
    return [(int(place), int(result)) for place, result in _row.findall(page)]


def check(client: Browser, *lines: str, **fields: object) -> str:
    """The table of these lines."""
    answer = client.post("/c/many", data={"list": "\n".join(lines), "language": "en", **fields})
    assert answer.status_code == 200
    return answer.text


def test_a_number_without_a_digit_is_no_head_of_a_table(client: Browser, typed: list[str]) -> None:
    assert [place for place, _ in answers(check(client, "CGEMB-TGQRP-CZJA", typed[0]))] == [1, 2]
    assert [place for place, _ in answers(check(client, "Name;Number", f"Ada;{typed[0]}"))] == [2]


def test_a_list_is_read_without_the_lock_of_those_who_write(
    client: Browser, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    checked = lists.check

    def check_and_look(*given: Any) -> list[lists.Answer]:
        looked.append(reading.get())
        return checked(*given)

    monkeypatch.setattr(lists, "check", check_and_look)

    assert answers(check(client, typed[0], NOWHERE)) == [(2, 10), (1, 1)]
    assert looked == [True]


def test_every_line_is_answered_and_trouble_comes_first(
    client: Browser, signed: list[tuple[Award, Credential]], typed: list[str], sessions: Sessions, settings: Settings
) -> None:
    with sessions.begin() as session:
        awarding.revoke(session, awarding.find(session, signed[1][0].id), "mistake", settings, now())
    code = papers.qr_text(signed[2][1], settings)
    changed = code[:-5] + str((int(code[-5]) + 1) % 10) + code[-4:]
    foreign = f"https://badges.other.example/c#1.{code.partition('#1.')[2]}"
    stranger = trusted.text(signer=trusted.STRANGER)

    page = check(client, typed[0], "", typed[1], code, changed, foreign, stranger, NOWHERE, typed[0][:-1] + "!", code)

    found = answers(page)
    assert [result for _, result in found] == [7, 8, 3, 6, 10, 10, 1, 1, 1]
    assert [place for place, _ in found] == [5, 6, 3, 7, 9, 8, 1, 4, 10]
    assert "Checked: <bdi>9</bdi>" in page
    assert "Grace Hopper" not in page
    assert "Ada Lovelace" in page
    assert "The same as line 4." in page


def test_the_answers_are_those_of_the_page_for_one(client: Browser, typed: list[str]) -> None:
    page = check(client, typed[0].lower().replace("-", " "))

    assert answers(page) == [(1, 1)]
    assert "Supervised test." in page
    assert "Intermediate, level" not in page
    assert "<bdi>Intermediate</bdi>, <bdi>3</bdi> of 8" in page


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_its_head_and_in_whatever_column_the_numbers_are(
    separator: str, client: Browser, typed: list[str]
) -> None:
    lines = [["Number", "Name"], [typed[0], "Ada"], ["Grace, the second", typed[1]], [f'"{typed[2]}"', "Olu"]]
    if separator == ",":
        lines[2][0] = '"Grace, the second"'
    file = "\r\n".join(separator.join(line) for line in lines).encode("utf-8-sig")

    page = check(client, file=(io.BytesIO(file), "list.csv"))

    assert answers(page) == [(2, 1), (3, 1), (4, 1)]


def test_a_file_of_an_older_spreadsheet_is_read(client: Browser, typed: list[str]) -> None:
    page = check(client, file=(io.BytesIO(f"{typed[0]}\n{typed[1]}".encode("utf-16")), "list.txt"))

    assert answers(page) == [(1, 1), (2, 1)]


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"%PDF-1.7\n1"])
def test_a_file_that_is_no_text_is_refused_and_the_list_stays(content: bytes, client: Browser) -> None:
    answer = client.post("/c/many", data={"list": NOWHERE, "file": (io.BytesIO(content), "list.xlsx")})

    assert answer.status_code == 400
    assert "This file is not a text." in answer.text
    assert NOWHERE in answer.text


def test_more_than_five_hundred_are_refused_and_nothing_is_lost(client: Browser, typed: list[str]) -> None:
    answer = client.post("/c/many", data={"list": "\n".join([typed[0]] * 501)})

    assert answer.status_code == 400
    assert "This list has 501 lines." in answer.text
    assert answer.text.count(typed[0]) == 501
    assert len(answers(check(client, *[typed[0]] * 500))) == 500


def test_what_is_too_large_is_not_even_read(client: Browser) -> None:
    answer = client.post("/c/many", data={"list": "1" * (4 << 20)})

    assert answer.status_code == 413
    assert "This is too large for a list of 500 lines." in answer.text


def test_nothing_given_is_said(client: Browser) -> None:
    answer = client.post("/c/many", data={"list": " \n ,;\n"})

    assert answer.status_code == 400
    assert "Paste numbers or codes, or choose a file." in answer.text


def test_a_list_is_one_miss_however_many_numbers_it_holds(client: Browser, sessions: Sessions) -> None:
    unknown = [numbers.written((37 * at).to_bytes(8, "big")) for at in range(100)]

    check(client, *unknown)

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Miss)) == 1


def test_slips_in_typing_and_known_numbers_are_no_miss(client: Browser, typed: list[str], sessions: Sessions) -> None:
    check(client, *typed, "ABC", "0M2RC-1M70Y-40FA")

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Miss)) == 0


def test_who_guesses_with_lists_is_stopped_and_keeps_the_list(client: Browser, typed: list[str]) -> None:
    for at in range(limits.NUMBER.misses):
        client.post("/c/number", data={"number": numbers.written((37 * at).to_bytes(8, "big"))})

    answer = client.post("/c/many", data={"list": typed[0]})

    assert answer.status_code == 429
    assert "Too many wrong numbers from here." in answer.text
    assert typed[0] in answer.text
    assert "Ada Lovelace" not in answer.text


def test_the_table_is_saved_in_the_order_of_the_list(client: Browser, typed: list[str]) -> None:
    answer = client.post("/c/many", data={"list": "\n".join([NOWHERE, *typed]), "as": "csv", "language": "en"})

    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    head, missing, ada, *_ = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head == ["Line", "Result", "Name", "Title", "Level", "Issued", "Valid to", "Number", "Note"]
    assert missing[:3] == ["1", "Number not found", ""]
    assert ada[:3] == ["2", "Genuine", "Ada Lovelace"]
    assert ada[4] == "3"
    assert ada[7] == typed[0]


@pytest.mark.parametrize("name", ["=A1+1", "+Ada", "-Ada", "@SUM(A1)", "＝Ada"])
def test_no_cell_is_a_formula(name: str, client: Browser, sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        award, _ = factories.signed_award(session, settings, name=name)
    number = numbers.written(award.number)

    saved = client.post("/c/many", data={"list": f"{number}\n{name}", "as": "csv"}).data.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(saved)))
    assert rows[1][2] == f"'{name}"
    assert all(not cell.startswith(("=", "+", "-", "@", "＝")) for row in rows for cell in row)


def test_a_name_is_never_read_as_code(client: Browser, sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        award, _ = factories.signed_award(session, settings, name="<script>alert(1)</script> {date}*")

    page = check(client, numbers.written(award.number), "<img src=x>1")

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {date}*" in page


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl"), ("xx", "ltr")])
def test_the_table_is_in_the_language_of_the_reader(
    language: str, direction: str, client: Browser, typed: list[str]
) -> None:
    page = check(client, typed[0], NOWHERE, language=language)

    assert f'dir="{direction}"' in page
    assert answers(page) == [(2, 10), (1, 1)]


def test_the_page_may_use_the_camera_and_sets_no_cookie(client: Browser) -> None:
    answer = client.get("/c/many")

    assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in client.post("/c/many", data={"list": NOWHERE}).headers


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(
    ("code", "printed", "title", "known_as"),
    [
        (demo.ACHIEVEMENT, None, demo.ACHIEVEMENT, ""),  # ours has this code too, and another title
        ("DCW-KITCHEN", None, "Kitchen work", ""),
        ("DCW-KITCHEN", "Cocina", "Cocina", "Kitchen work"),
    ],
)
def test_the_certificate_of_a_partner_is_called_as_the_partner_calls_it(
    code: str, printed: str | None, title: str, known_as: str, client: Browser, sessions: Sessions, settings: Settings
) -> None:
    partner = believed(Partner(dated=now().replace(microsecond=0)), sessions, settings)
    text = partner.text(achievement=code, title=printed, status_list=3, status_index=1)

    page = check(client, text)
    file = check(client, text, **{"as": "csv"})

    [row] = re.findall(r"<tr role=\"row\" data-place.*?</tr>", page, re.DOTALL)
    assert "Digital skills" not in row
    assert f"<bdi>{title}</bdi>" in row
    assert known_as in row
    assert next(csv.DictReader(io.StringIO(file)))["Title"] == title
