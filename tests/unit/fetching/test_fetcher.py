"""One document at a time, from servers that want nothing good: every trick has its own refusal."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assessor.fetching.fetcher import Fetcher, Limits
from assessor.fetching.refusals import (
    AddressRefused,
    NoAnswer,
    NotADocument,
    TooLarge,
    TooManyAtOnce,
    TooOften,
    TooSlow,
)
from assessor.openbadges.errors import DocumentGone, DocumentUnavailable
from tests.unit.fetching.server import PUBLIC, Behaviour, Server, Web, leads, make_certificate, says, sends, serving

URL = "https://badges.example/a"
DOCUMENT = b'{"id":"https://badges.example/a"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def web(server: Server) -> Web:
    server.asked.clear()
    server.answers = {"/a": says(DOCUMENT)}
    return Web(server)


def test_a_document_is_got_from_an_address_that_was_looked_at(web: Web) -> None:
    found = web.fetcher()(URL)

    assert (found.content, found.url) == (DOCUMENT, URL)
    assert web.dialled == [(PUBLIC, 443)]
    assert web.server.asked == [("badges.example", "/a")]


def test_a_fragment_is_not_asked_for_and_a_port_is_kept(web: Web) -> None:
    web.fetcher()("https://badges.example:8443/a#key-1")

    assert web.dialled == [(PUBLIC, 8443)]
    assert web.server.asked == [("badges.example:8443", "/a")]


@pytest.mark.parametrize(
    "kind", ["application/ld+json; charset=utf-8", "application/vc+jwt", "text/plain", "image/png"]
)
def test_kinds_of_documents_are_taken(web: Web, kind: str) -> None:
    web.server.answers["/a"] = says(DOCUMENT, kind=kind)

    assert web.fetcher()(URL).content == DOCUMENT


def test_who_asks_for_another_kind_gets_it_and_nobody_else(web: Web) -> None:
    web.server.answers["/a"] = says(DOCUMENT, kind="application/cose")
    limits = Limits(seconds=1.0, kinds=frozenset({"application/cose"}))

    assert web.fetcher(limits=limits)(URL).content == DOCUMENT
    with pytest.raises(NotADocument):
        web.fetcher()(URL)


def test_a_packed_document_is_unpacked(web: Web) -> None:
    web.server.answers["/a"] = says(gzip.compress(DOCUMENT), Content_Encoding="gzip")

    assert web.fetcher()(URL).content == DOCUMENT


def test_an_answer_in_chunks_is_put_together(web: Web) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    web.server.answers["/a"] = sends(head, b"2\r\n{}\r\n", b"1\r\n \r\n", b"0\r\n\r\n")

    assert web.fetcher()(URL).content == b"{} "


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        [PUBLIC, "10.0.0.1"],
        ["fe80::1%eth0"],
        ["no address"],
        [],
    ],
)
def test_a_name_that_leads_inside_is_refused_before_any_connection(web: Web, addresses: Sequence[str]) -> None:
    web.addresses["badges.example"] = addresses

    with pytest.raises(AddressRefused):
        web.fetcher()(URL)

    assert web.dialled == []


def test_a_name_that_answers_differently_the_next_time_changes_nothing(web: Web) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    asked = []

    def rebinding(host: str) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    fetcher = web.fetcher(resolve=rebinding)

    assert fetcher(URL).content == DOCUMENT
    assert asked == ["badges.example"]
    assert web.dialled == [(PUBLIC, 443)]
    with pytest.raises(AddressRefused):
        fetcher(URL)
    assert web.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_told(web: Web, status: int) -> None:
    web.server.answers["/old"] = leads("https://other.example/a", status)

    found = web.fetcher()("https://badges.example/old")

    assert (found.content, found.url) == (DOCUMENT, "https://other.example/a")
    assert web.resolved == ["badges.example", "other.example"]


def test_a_redirect_on_the_same_host_is_looked_at_again(web: Web) -> None:
    web.server.answers["/old"] = leads("/a")

    assert web.fetcher()("https://badges.example/old").url == URL
    assert web.resolved == ["badges.example", "badges.example"]


@pytest.mark.parametrize(
    "to",
    [
        "https://inside.example/a",
        "http://badges.example/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[/a",
        "file:///etc/passwd",
        "https://badges.example:25/a",
        "//localhost/a",
    ],
)
def test_a_redirect_to_what_is_not_asked_is_refused(web: Web, to: str) -> None:
    web.addresses["inside.example"] = ["192.168.0.1"]
    web.server.answers["/old"] = leads(to)

    with pytest.raises(AddressRefused):
        web.fetcher()("https://badges.example/old")

    assert web.dialled == [(PUBLIC, 443)]


def test_redirects_in_a_ring_end(web: Web) -> None:
    web.server.answers["/ring"] = leads("/ring")

    with pytest.raises(NotADocument, match="from one address to the next"):
        web.fetcher()("https://badges.example/ring")

    assert len(web.server.asked) == 4


def _dripping(text: bytes, after: bytes = b"") -> Behaviour:
    def behave(connection: ssl.SSLSocket) -> None:
        connection.sendall(after)
        for sign in text:
            connection.sendall(bytes([sign]))
            time.sleep(0.05)

    return behave


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        _dripping(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60 + b"\r\n"),
        _dripping(b"x" * 99, after=HEAD + b"Content-Length: 99\r\n\r\n"),
        _dripping(b"1\r\nx\r\n" * 20, after=HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        lambda _connection: time.sleep(5),
        _dripping(b"HTTP/1.1 100 Continue\r\n\r\n" * 4),
    ],
    ids=["head", "body", "chunks", "silence", "continue"],
)
def test_a_slow_server_is_left_when_the_time_is_over(web: Web, behaviour: Behaviour) -> None:
    web.server.answers["/a"] = behaviour
    began = time.monotonic()

    with pytest.raises(TooSlow):
        web.fetcher(limits=Limits(seconds=0.3))(URL)

    assert time.monotonic() - began < 2  # each of them goes on for 4 at least


def test_a_server_that_does_not_shake_hands_is_left(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        fetcher = web.fetcher(
            limits=Limits(seconds=0.3),
            dial=lambda _address, _port, seconds: socket.create_connection(("127.0.0.1", port), seconds),
        )

        with pytest.raises(TooSlow):
            fetcher(URL)


def test_a_resolver_that_hangs_is_left(web: Web) -> None:
    released = threading.Event()

    def hanging(_host: str) -> Sequence[str]:
        released.wait(5)
        return [PUBLIC]

    began = time.monotonic()
    with pytest.raises(TooSlow):
        web.fetcher(limits=Limits(seconds=0.2), resolve=hanging)(URL)
    released.set()

    assert time.monotonic() - began < 4


def test_while_three_are_waited_for_one_more_is_refused_at_once_and_afterwards_it_is_asked(web: Web) -> None:
    waiting, released, answers = threading.Semaphore(0), threading.Event(), []

    def hanging(_host: str) -> Sequence[str]:
        waiting.release()
        assert released.wait(60)
        return [PUBLIC]

    fetcher = web.fetcher(limits=Limits(seconds=60.0), resolve=hanging)
    slow = [threading.Thread(target=lambda: answers.append(fetcher(URL).content), daemon=True) for _ in range(3)]
    for one in slow:
        one.start()
    assert all(waiting.acquire(timeout=60) for _ in slow)

    with pytest.raises(TooManyAtOnce, match=r"is asking many others at the moment\. Try again in a minute\."):
        fetcher.together(60.0)(URL)

    released.set()
    for one in slow:
        one.join()
    assert fetcher(URL).content == DOCUMENT
    assert answers == [DOCUMENT] * 3


def test_what_could_not_be_had_is_not_waited_for_any_more(web: Web) -> None:
    fetcher = web.fetcher(limits=Limits(seconds=60.0, at_once=1))
    for address in ("https://127.0.0.1/", "https://nowhere.example/"):
        with pytest.raises((AddressRefused, NoAnswer)):
            fetcher(address)

    assert fetcher(URL).content == DOCUMENT


def test_the_second_address_is_tried_when_the_first_does_not_answer(web: Web) -> None:
    web.addresses["badges.example"] = ["2606:2800:21f:cb07::1", PUBLIC]

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        if ":" in address:
            raise TimeoutError
        return web.dial(address, port, seconds)

    assert web.fetcher(dial=dial)(URL).content == DOCUMENT


def test_several_documents_share_one_clock(web: Web) -> None:
    now = 0.0
    fetch = web.fetcher(clock=lambda: now).together(5.0)

    now = 4.5
    assert fetch(URL).content == DOCUMENT

    now = 5.5
    with pytest.raises(TooSlow):
        fetch(URL)


@pytest.mark.parametrize(
    ("behaviour", "refusal"),
    [
        (says(b"x" * 1001), TooLarge),
        (says(b"", Content_Length="999999999"), TooLarge),
        (sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n"), TooLarge),
        (sends(HEAD + b"\r\n" + b"x" * 2000), TooLarge),
        (says(gzip.compress(bytes(1001)), Content_Encoding="gzip"), TooLarge),
        (says(gzip.compress(gzip.compress(bytes(10**6))), Content_Encoding="gzip, gzip"), NotADocument),
        (says(b"x", Content_Encoding="br"), NotADocument),
        (says(b"not packed", Content_Encoding="gzip"), NotADocument),
        (says(gzip.compress(DOCUMENT)[:-4], Content_Encoding="gzip"), NotADocument),
        (says(gzip.compress(DOCUMENT) + gzip.compress(DOCUMENT), Content_Encoding="gzip"), NotADocument),
        (sends(HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n"), TooLarge),
        (sends(HEAD + b"X: y\r\n" * 200 + b"\r\n"), NoAnswer),
        (sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 70_000 + b"\r\nx\r\n"), NoAnswer),
    ],
)
def test_more_than_a_document_is_refused(web: Web, behaviour: Behaviour, refusal: type[DocumentUnavailable]) -> None:
    web.server.answers["/a"] = behaviour

    with pytest.raises(refusal):
        web.fetcher(limits=Limits(seconds=1.0, most_bytes=1000))(URL)


def test_a_bomb_costs_no_more_than_its_first_megabyte(web: Web) -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    web.server.answers["/a"] = says(bomb, Content_Encoding="gzip")
    began = time.process_time()

    with pytest.raises(TooLarge, match="unpacked"):
        web.fetcher()(URL)

    assert time.process_time() - began < 0.2


@pytest.mark.parametrize(
    ("behaviour", "refusal"),
    [
        (says(b"", status="404 Not Found"), NotADocument),
        (says(b"", status="500 Oops"), NotADocument),
        (says(b"", status="204 Nothing"), NotADocument),
        (says(b"", status="302 Elsewhere"), NotADocument),
        (says(DOCUMENT, status="206 Part"), NotADocument),
        (says(b"<html>", kind="text/html"), NotADocument),
        (says(DOCUMENT, kind=""), NotADocument),
        (says(DOCUMENT, kind="application/octet-stream"), NotADocument),
        (says(b"{}", Content_Length="50"), NoAnswer),
        (sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n{}"), NoAnswer),
        (sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n{}"), NoAnswer),
        (sends(b"220 mail.example ESMTP\r\n"), NoAnswer),
        (sends(b""), NoAnswer),
        (says(b"", status="410 Gone"), DocumentGone),
    ],
)
def test_an_answer_that_is_no_document_is_refused(
    web: Web, behaviour: Behaviour, refusal: type[DocumentUnavailable]
) -> None:
    web.server.answers["/a"] = behaviour

    with pytest.raises(refusal):
        web.fetcher()(URL)


def test_a_server_without_a_certificate_for_its_name_is_refused(web: Web, tmp_path: Path) -> None:
    web.addresses["bank.example"] = [PUBLIC]

    with pytest.raises(NoAnswer, match=r"cannot prove that it is bank\.example"):
        web.fetcher()("https://bank.example/a")

    make_certificate(tmp_path, ["badges.example"])
    stranger = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    with pytest.raises(NoAnswer, match="cannot prove"):
        web.fetcher(tls=stranger)(URL)


def test_a_host_that_does_not_exist_is_no_answer(web: Web) -> None:
    with pytest.raises(NoAnswer, match=r"no host nowhere\.example"):
        web.fetcher()("https://nowhere.example/")


def test_a_host_that_refuses_connections_is_no_answer(web: Web) -> None:
    def refusing(_address: str, _port: int, _seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    with pytest.raises(NoAnswer, match="cannot be reached"):
        web.fetcher(dial=refusing)(URL)


def test_one_host_is_asked_so_often_a_minute(web: Web) -> None:
    now = 0.0
    fetcher = web.fetcher(limits=Limits(seconds=5.0, a_minute=2), clock=lambda: now)
    web.addresses["other.example"] = ["9.9.9.9"]

    fetcher(URL)
    fetcher(URL)
    with pytest.raises(TooOften):
        fetcher(URL)
    assert fetcher("https://other.example/a").content == DOCUMENT

    now = 61.0
    assert fetcher(URL).content == DOCUMENT


def test_many_names_of_one_machine_are_one_machine(web: Web) -> None:
    fetcher = web.fetcher(limits=Limits(seconds=5.0, a_minute=2), clock=lambda: 0.0)

    fetcher(URL)
    fetcher("https://other.example/a")
    with pytest.raises(TooOften):
        fetcher("https://eve.example/a")


def test_the_systems_own_fetcher_believes_the_systems_authorities_and_nobody_else(web: Web) -> None:
    fetcher = Fetcher(resolve=web.resolve, dial=web.dial)

    with pytest.raises(NoAnswer, match="cannot prove"):
        fetcher(URL)
