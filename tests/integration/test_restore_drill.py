"""What to do when the machine is gone: a copy of the database and the passphrase are enough to go on."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from assessor.config import Settings, key_secrets, load_settings
from assessor.credentials import awarding, finding, issuing, keys
from assessor.openbadges.checks import Result
from assessor.verification import verifying
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE, Installations

LATER = NOW + timedelta(days=1)


@pytest.fixture
def settings(installations: Installations, tmp_path: Path) -> Settings:
    """An installation whose database is a file; a copy of a PostgreSQL database is that program's own affair."""
    return installations.filled("sqlite", tmp_path / "instance")


@pytest.fixture
def signed(session: Session, settings: Settings) -> tuple[bytes, bytes, bytes]:
    """The number, the badge and the paper of a certificate of before."""
    award = factories.award(session, settings)
    session.add(issuing.sign(session, award, settings, NOW))
    session.flush()
    badge, paper = (issuing.export(session, award, form, settings).content for form in ("json", "pdf"))
    session.commit()
    return award.number, badge, paper


def restored(settings: Settings, folder: Path, passphrase: str = PASSPHRASE) -> Settings:
    """A new instance folder with a copy of the database, the passphrase and the address, and nothing else."""
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "passphrase").write_text(passphrase + "\n", encoding="utf-8")
    for file in settings.instance.glob("assessor.db*"):
        shutil.copy(file, folder)
    return load_settings({"ASSESSOR_INSTANCE": str(folder), "ASSESSOR_PUBLIC_URL": settings.public_url})


def result(session: Session, settings: Settings, badge: bytes) -> Result:
    """What the restored installation says of a badge or paper."""
    own = verifying.own_data(session, settings, LATER)
    trust, source = verifying.trust_of(own.did_document), own.lists
    return verifying.verify_badge(badge, trust, source, LATER).result


def test_a_restored_copy_verifies_old_certificates_and_signs_new_ones(
    settings: Settings, signed: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    number, badge, paper = signed

    again = restored(settings, tmp_path / "restored")
    shutil.rmtree(settings.instance)

    engine = create_engine(again.database)
    with Session(engine) as session:
        assert (result(session, again, badge), result(session, again, paper)) == (Result.GENUINE, Result.GENUINE)
        code = verifying.check_number(session, number, again, LATER).answer
        assert code is not None
        assert code.result == Result.GENUINE
        award = factories.award(session, again, LATER, source="after the restore")
        session.add(issuing.sign(session, award, again, LATER))
        session.flush()
        assert result(session, again, issuing.export(session, award, "json", again).content) is Result.GENUINE
        awarding.revoke(session, finding.find_by_number(session, number) or award, "other", again, LATER)
        assert result(session, again, badge) is Result.WITHDRAWN
    engine.dispose()


def test_without_the_passphrase_old_certificates_verify_and_nothing_is_signed(
    settings: Settings, signed: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    _number, badge, _paper = signed

    again = restored(settings, tmp_path / "restored", "another passphrase")

    engine = create_engine(again.database)
    with Session(engine) as session:
        assert result(session, again, badge) is Result.GENUINE
        with pytest.raises(keys.KeyNotOpened, match="ASSESSOR_KEY_PASSPHRASE"):
            keys.signer(session, "badge", key_secrets(again))
    engine.dispose()
