"""Pictures and sounds of questions, as browsers fetch them."""

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.fixtures import Browser


def test_a_picture_is_kept_for_ever_and_can_do_nothing(session: Session, client: Browser) -> None:
    name, sha256 = next((n, s) for n, s in factories.edition(session).media.items() if n.endswith(".svg"))
    session.commit()

    answer = client.get(f"/media/{sha256}")

    assert name
    assert answer.mimetype == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"/media/{sha256}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_part_of_a_sound_can_be_asked_for(session: Session, client: Browser) -> None:
    sha256 = next(iter(factories.edition(session).media.values()))
    session.commit()

    answer = client.get(f"/media/{sha256}", headers={"Range": "bytes=0-9"})

    assert answer.status_code == 206
    assert len(answer.data) == 10


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fetc%2fpasswd"])
def test_what_is_no_media_is_not_found(client: Browser, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404
