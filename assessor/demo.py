"""Fill an installation: questions, badges, keys, the first organisation and a group to try it with.

Every step looks first whether its work is done, so running it again changes nothing.
"""

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import access
from assessor.accounts import cards, staff
from assessor.accounts.models import Account
from assessor.assessments import designing
from assessor.banks import releases
from assessor.certificates.template_reading import LAYOUTS
from assessor.config import Settings, key_secrets
from assessor.credentials import achievements, keys, status
from assessor.credentials.models import StatusList
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.organisations import groups, roles
from assessor.organisations.models import Group, Organisation
from assessor.sittings import invigilation

ROOT = Path(__file__).resolve().parent.parent
BANK = "digcomp-first-steps"
ACHIEVEMENT = "DIGI-FIRST-STEPS"
DEMO_GROUP = "Thursday evening"
DEMO_NAMES = (
    *("Samira", "Olena", "Bilal", "Rahel", "Thuy", "Kwame"),
    *("Nadia", "Prakash", "Fatou", "Maryna", "Yusuf", "Rosa"),
)
#: Three items of each competence, so that every bar of the learner's map says something. The test ends when the award
#: is decided, or when the questions left would hardly change it; how precise the estimate is does not matter by itself.
#: The prior is that of people who begin: mean -1, in the middle of the two bands that the bank can award. With the mean
#: of 0 that other designs have, of the beginners (true mean -1) given Intermediate only 85 of 100 had it; now 90.
RULES = {
    "estimator": {"prior_mean": -1.0, "prior_sd": 1.2},
    "stopping": {"minimum_per_competence": 3, "standard_error": None, "curtailment": 0.95},
}
FIRST_SIGN_IN = "first-sign-in.txt"
#: Holds the id of the group made here. A group is known by it alone: staff may give its name to a group of real people.
DEMO_NOTE = "demo-group.txt"


@dataclass(frozen=True)
class Installed:
    """What a person needs to begin.

    ``password`` is empty once it was changed; ``card_secret`` where no invented learner's card was made here.
    """

    organisation: Organisation
    login: str
    password: str
    card_secret: str


def load_data(session: Session, settings: Settings, now: datetime) -> list[str]:
    """Load every bank and badge template that is new, and make missing keys. Returns what was done, in words."""
    done = [f"made a key for {key.use}" for key in keys.make_missing(session, key_secrets(settings), now)]
    for folder in _folders(ROOT / "question_banks"):
        release, is_new = releases.load(session, source.load_bank(folder, digcomp_3_0.levels_by_outcome()), now)
        if is_new:
            done.append(f"loaded {release.bank_code}, edition {release.number}")
    badges = [folder for folder in _folders(ROOT / "badge_templates") if folder.name != LAYOUTS]
    achievements.refuse_doubles(badges)
    for folder in badges:
        try:
            achievement, is_new = achievements.load(session, folder, settings, now)
        except achievements.TemplateInUse as kept:
            done.append(f"kept the badge as people hold it: {kept}")
            continue
        if is_new:
            done.append(f"loaded badge {achievement.code}")
            paper = achievements.find(session, achievement.code, settings).certificate
            done += [f"the layout of {achievement.code} leaves out some of its {part}" for part in paper.left_out]
    if session.scalar(select(StatusList.number).limit(1)) is None:
        status.add_list(session, settings, now)
        done.append("made a status list")
    return done


def install(session: Session, settings: Settings, secret_key: str, now: datetime, rng: Random) -> Installed:
    """Everything for a first look: organisation, manager, design, a group of twelve with an open session."""
    organisation = roles.found(session, "demo", settings.organisation, settings.country, settings.project, now)
    login, password = _first_manager(session, organisation, settings.instance, now)
    if not designing.designs_of(session, organisation.id):
        release = releases.latest(session, BANK)
        designing.create(session, organisation.id, "Digital skills: first steps", release.id, ACHIEVEMENT, now, RULES)
    note = settings.instance / DEMO_NOTE
    if not groups.groups_of(session, organisation.id, most=1):
        _write_note(note, str(_demo_group(session, organisation, secret_key, now, rng).id))
    return Installed(organisation, login, password, _demo_card(session, organisation, note, secret_key))


def _demo_group(session: Session, organisation: Organisation, secret_key: str, now: datetime, rng: Random) -> Group:
    group = groups.create_group(session, organisation.id, DEMO_GROUP, DEMO_NAMES, "ar", secret_key, now, rng)
    manager = session.scalars(select(Account).order_by(Account.created_at).limit(1)).one()
    design = designing.designs_of(session, organisation.id)[0]
    invigilation.open_for(session, organisation.id, group.id, design.id, manager.id, True, now)
    return group


def _demo_card(session: Session, organisation: Organisation, note: Path, secret_key: str) -> str:
    """The secret of an invented learner's card, or nothing when this folder's installation made none."""
    with contextlib.suppress(OSError, ValueError, cards.CardOfAnotherKey):
        group = session.get(Group, (organisation.id, uuid.UUID(note.read_text(encoding="ascii").strip())))
        if group is not None:
            return cards.secret_of(groups.places(session, group)[0].card, secret_key)
    return ""


def _write_note(note: Path, text: str) -> None:
    note.touch(mode=0o600)
    note.write_text(text + "\n", encoding="ascii")


def _first_manager(session: Session, organisation: Organisation, instance: Path, now: datetime) -> tuple[str, str]:
    """The first account and its one-time password, which is kept in a file until it is changed."""
    note = instance / FIRST_SIGN_IN
    account = session.scalar(select(Account).order_by(Account.created_at).limit(1))
    if account is None:
        account, password = staff.create(session, "olu", "Olu Adeyemi", now)
        roles.grant(session, organisation.id, account.id, access.ROLES)
        _write_note(note, password)
        return account.login, password
    if account.must_change_password and note.exists():
        return account.login, note.read_text(encoding="ascii").strip()
    note.unlink(missing_ok=True)
    return account.login, ""


def _folders(parent: Path) -> Sequence[Path]:
    return sorted(folder for folder in parent.iterdir() if folder.is_dir()) if parent.is_dir() else []
