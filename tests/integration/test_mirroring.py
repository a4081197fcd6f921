"""The mirrored files of partners: what is kept, what is not, and what one partner may cost all others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from assessor.certificates import checking, merkle
from assessor.certificates.trust import IssuedPlace, Key, StatusListPlace
from assessor.config import Settings
from assessor.credentials import foreign, mirrored, mirroring, partner_files, publishing
from assessor.credentials.models import MirroredDocument
from assessor.fetching.refusals import NoAnswer
from assessor.openbadges.documents import Fetch, Fetched
from tests.factories import NOW
from tests.integration.test_partners_in_trust import LATER, add, check, refresh
from tests.integration.theft import Sessions
from tests.partner import BEGUN, BUNDLE, HOST, ID, Partner, serving
from tests.unit.certificates.trusted import MemorySigner

PLACE = foreign.place_of(ID)


@pytest.mark.parametrize("file", ["c/trust/catalogue", "c/trust/withdrawals", "status/3.jwt"])
def test_a_file_that_does_not_hold_changes_nothing(
    file: str, session: Session, sessions: Sessions, settings: Settings
) -> None:
    given, url = Partner(dated=LATER), f"{HOST}/{file}"
    files = given.files
    add(session, settings, given)
    mirroring.refresh(sessions, settings, LATER, serving(files))
    before = stored(session)
    of_others = Partner(dated=LATER, issuer_changes={"id": "did:web:other.example"})
    wrong = {
        "damaged": files[url][:-1] + bytes([files[url][-1] ^ 1]),
        "too large": files[url] + bytes(8 << 20),
        "of another time": Partner(dated=NOW - timedelta(days=2)).files[url],
        "another file": of_others.files[f"{HOST}/status/3-suspension.jwt"],
    }

    for body in wrong.values():
        mirroring.refresh(sessions, settings, LATER, serving(files | {url: body}))
        assert stored(session) == before


def stored(session: Session) -> dict[tuple[str, str], tuple[bytes, Any]]:
    """Every mirrored file."""
    session.expire_all()
    found = session.scalars(select(MirroredDocument)).all()
    session.commit()
    return {(one.place, one.name): (one.body, one.fetched_at) for one in found}


def test_what_cannot_be_had_is_told_and_the_copy_stays(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    given = Partner(dated=LATER)
    add(session, settings, given)
    refresh(sessions, settings, given)
    before = stored(session)

    problems = mirroring.refresh(sessions, settings, LATER + timedelta(hours=1), serving({}))

    assert len(problems) == 4
    assert all(HOST in problem for problem in problems)
    assert stored(session) == before


def test_the_files_of_a_removed_partner_go(session: Session, sessions: Sessions, settings: Settings) -> None:
    given = Partner(dated=LATER)
    add(session, settings, given)
    refresh(sessions, settings, given)
    assert session.scalar(select(func.count()).select_from(MirroredDocument)) == 4
    session.commit()

    foreign.remove(session, ID, LATER)
    session.commit()
    refresh(sessions, settings, given)

    assert stored(session) == {}
    assert check(session, settings, given.text()).cause == "unknown_key"


# What one partner may cost the others


@dataclass
class Web:
    """Servers of which some never answer: whoever asks waits until the patience is over. Its clock is ours."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    time: float = 0.0
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda _url: None

    def clock(self) -> float:
        """Seconds."""
        return self.time

    def within(self, _most: int, seconds: float) -> Fetch:
        """As `asking.outside`."""

        def fetch(url: str, /) -> Fetched:
            self.asked.append(url)
            self.meanwhile(url)
            self.time += 0.05 if url in self.files else seconds
            if url not in self.files:
                raise NoAnswer(f"{url} cannot be reached.")
            return Fetched(self.files[url], url)

        return fetch


def another(name: str, **changes: Any) -> Partner:
    """A second partner on a server of its own."""
    host = f"https://{name}.example"
    root, signing, status = (MemorySigner((name * 32)[n:][:32].encode()) for n in range(3))
    values: dict[str, Any] = {
        "id": f"did:web:{name}.example",
        "keys": (Key(signing.public_key, ("certificate",), BEGUN), Key(status.public_key, ("status",), BEGUN)),
        "prefixes": (f"{host}/c",),
        "status_lists": (StatusListPlace(3, f"{host}/status/3", f"{host}/status/3-suspension"),),
        "catalogue_url": f"{host}/c/trust/catalogue",
        "withdrawals_url": f"{host}/c/trust/withdrawals",
    }
    return Partner(root=root, issuer_changes=values | changes)


def test_partners_that_never_answer_do_not_make_the_lists_of_others_old(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    add(session, settings, Partner(), BUNDLE)
    for name in ("one", "two", "three", "four"):
        add(session, settings, another(name), f"https://{name}.example/c/trust/bundle")

    for hour in (1, 2, 24, 72):
        now, web = NOW + timedelta(hours=hour), Web(Partner(dated=NOW + timedelta(hours=hour)).files)
        told = mirroring.refresh(sessions, settings, now, web.within, web.clock)
        web.time = 0.0

        session.expire_all()
        assert mirrored.document(session, PLACE, "status/3.jwt").fetched_at == now
        session.commit()
        assert len(told) == 8  # of each of four: the bundle, and one file of a server that does not answer
        assert sum("one.example" in url for url in web.asked) == 2


def test_a_round_lasts_a_minute_however_many_servers_a_partner_names(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    many = tuple(StatusListPlace(n, f"https://s{n}.one.example/{n}") for n in range(foreign.MOST_LISTS))
    add(session, settings, another("one", status_lists=many))
    add(session, settings, Partner())
    web = Web(Partner(dated=LATER).files)

    mirroring.refresh(sessions, settings, LATER, web.within, web.clock)

    assert web.time <= 60
    assert check(session, settings, Partner().text()).result == checking.GENUINE


def test_one_partner_cannot_fill_the_memory() -> None:
    stolen = tuple(
        Key(bytes([n]) * 32, ("certificate",), BEGUN, None, NOW + timedelta(days=n), place)
        for n, place in enumerate([IssuedPlace(f"{HOST}/a", b"1" * 32, merkle.MAX_LEAVES)] * 20)
    )
    issuer = replace(Partner().issuer, keys=(*Partner().issuer.keys, *stolen))

    files = [*partner_files.everything(issuer)]

    lists = [one for one in files if one.name.startswith("issued/")]
    assert [one.name for one in lists] == [partner_files.issued_name(key) for key in (stolen[-1], stolen[-2])]
    assert sum(one.most for one in files) < 140e6


def test_each_file_is_kept_as_it_comes_and_a_partner_of_meanwhile_keeps_its_own(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    add(session, settings, Partner(dated=LATER))
    counts = []

    def meanwhile(_url: str) -> None:
        with sessions.begin() as other:
            counts.append(other.scalar(select(func.count()).select_from(MirroredDocument)))
            if len(counts) == 1:
                offered = foreign.read(another("new").bundle, another("new").root.public_key)
                foreign.add(other, offered, publishing.own_issuer(other, settings), LATER)
                place = foreign.place_of("did:web:new.example")
                other.add(MirroredDocument(place=place, name="catalogue", body=b"new", dated=NOW, fetched_at=NOW))

    mirroring.mirror(sessions, settings, LATER, Web(Partner(dated=LATER).files, meanwhile=meanwhile).within)

    assert counts == [0, 2, 3, 4]
    assert len(stored(session)) == 5


def test_of_two_rounds_at_once_the_first_one_keeps_its_file(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    if not settings.database_url:
        pytest.skip("SQLite has one writer at a time")
    add(session, settings, Partner(dated=LATER))

    @event.listens_for(Session, "before_flush")
    def other_round(writing: Session, *_: object) -> None:
        for new in [one for one in writing.new if isinstance(one, MirroredDocument)]:
            row = {"place": new.place, "name": new.name, "body": b"other", "dated": LATER, "fetched_at": LATER}
            with sessions.begin() as other:
                other.execute(insert(MirroredDocument), [row])

    try:
        problems = mirroring.mirror(sessions, settings, LATER, serving(Partner(dated=LATER).files))
    finally:
        event.remove(Session, "before_flush", other_round)

    assert problems == []
    assert {body for body, _ in stored(session).values()} == {b"other"}


def test_what_nobody_foresaw_in_one_file_does_not_keep_the_others(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    add(session, settings, Partner())

    def break_down(url: str) -> None:
        if url.endswith("3.jwt"):
            raise OverflowError("date value out of range")

    problems = mirroring.mirror(sessions, settings, LATER, Web(Partner().files, meanwhile=break_down).within)

    assert problems == [f"{HOST}/status/3.jwt: OverflowError: date value out of range"]
    assert len(stored(session)) == 3


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_file_of_the_future_does_not_stand_in_the_way_of_the_true_one(
    kept_before: bool, session: Session, sessions: Sessions, settings: Settings
) -> None:
    wrong, true = Partner(dated=LATER + timedelta(days=3000)), Partner(dated=LATER)
    add(session, settings, true)
    if kept_before:
        mirroring.mirror(sessions, settings, LATER + timedelta(days=3000), serving(wrong.files))
    else:
        problems = refresh(sessions, settings, wrong)
        assert [one for one in problems if "still to come" in one] == problems
        assert len(problems) == 4

    assert refresh(sessions, settings, true) == []

    assert check(session, settings, true.text()).result == checking.GENUINE


def test_lists_of_what_was_issued_are_read_once(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners = []
    for name in ("one", "two"):
        listed = merkle.IssuedList.of([merkle.leaf(f"{name} {settings.instance}".encode())])
        [signing, status] = another(name).issuer.keys
        place = IssuedPlace(f"https://{name}.example/issued", listed.root, 1)
        stolen = replace(signing, compromised_since=NOW, issued=place)
        add(session, settings, another(name, keys=(stolen, status)))
        mirroring.mirror(sessions, settings, LATER, serving({place.url: listed.leaves}))
        partners.append(listed)
    bundle = publishing.bundle(session, settings, LATER)
    reads: list[bytes] = []
    read = merkle.read_list

    def counted(data: bytes, root: bytes, count: int) -> merkle.IssuedList:
        reads.append(root)
        return read(data, root, count)

    monkeypatch.setattr(merkle, "read_list", counted)

    found = [mirrored.issued_list(session, bundle, settings, one.root) for one in partners * 3]

    assert found == partners * 3
    assert len(reads) == 2
