"""What the QR code of an award says, and what of it has no room there."""

from collections.abc import Mapping
from typing import Any

from assessor.certificates import qr
from assessor.certificates.summary import Conditions, Device, Summary, TextNotPrintable
from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.credentials.names import NameNotUsable
from assessor.psychometrics.standards.bands import NOT_ASSESSED


def summary(decided: Award) -> Summary:
    """What the QR code of this award says."""
    return Summary(
        number=decided.number,
        issued=decided.awarded_at,
        expires=decided.valid_until,
        name=decided.holder_name,
        second_spelling=decided.second_name,
        achievement=decided.achievement_code,
        title=decided.title,
        level=decided.level,
        area_scores=tuple(None if score == NOT_ASSESSED else score for score in decided.area_scores),
        status_list=decided.status_list,
        status_index=decided.status_index,
        conditions=_conditions(decided.conditions) if decided.conditions else None,
        languages=_languages(decided.conditions) if decided.conditions else None,
    )


def fit(decided: Award, settings: Settings) -> tuple[str, ...]:
    """Take away what the code has no room for; it is not printed either. Returns its names."""
    try:
        fitting, dropped = qr.fit(summary(decided), settings.verification_prefix)
    except (TextNotPrintable, qr.SummaryTooLarge) as error:
        raise NameNotUsable("This name cannot be printed. Write it in letters, shorter than 90 signs.") from error
    decided.second_name, decided.title = fitting.second_spelling, fitting.title
    return dropped


def _conditions(stored: Mapping[str, Any]) -> Conditions:
    flags = ("supervised", "helper", "paper", "home_language_help", "sound")
    return Conditions(
        items=stored["items"],
        device=Device[stored["device"].upper()],
        **{name: bool(stored[name]) for name in flags},
    )


def _languages(stored: Mapping[str, Any]) -> str:
    helped = stored["home_language_help"] and stored["help_language"]
    return f"{stored['test_language']}+{stored['help_language']}" if helped else str(stored["test_language"])
