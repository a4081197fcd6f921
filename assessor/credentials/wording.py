"""What the badge and the paper say of the conditions, in the language of the certificate."""

from typing import Any

from babel import Locale

from assessor.credentials.models import Award
from assessor.locale import sentence, sentences

SUPERVISED = "Supervised by staff."
UNSUPERVISED = "Not supervised."
DEVICES = {
    "phone": "On a phone.",
    "tablet": "On a tablet.",
    "computer": "On a computer.",
    "unknown": "The device was not recorded.",
}


def conditions(award: Award, language: str) -> str:
    """One line for the paper: supervised or not, device, number of tasks, languages, aids."""
    facts = award.conditions
    if not facts:
        return _say(language, "The test conditions are not stated.")
    presence, device = SUPERVISED if facts["supervised"] else UNSUPERVISED, DEVICES[facts["device"]]
    parts = [
        _say(language, presence),
        _say(language, device),
        _tasks(language, facts["items"]),
        _languages(language, facts),
    ]
    if facts["sound"]:
        parts.append(_say(language, "With sound."))
    if facts["helper"]:
        parts.append(_say(language, "A helper read or typed for the person."))
    return " ".join(parts)


def evidence_name(language: str) -> str:
    """The title of the evidence."""
    return _say(language, "Test conditions")


def evidence(award: Award, language: str) -> str:
    """The evidence narrative of the badge: what was done, how, and how precisely it was measured."""
    facts = award.conditions
    parts = [conditions(award, language)]
    if facts.get("test"):
        parts.append(
            _say(language, "Adaptive test “%(test)s”, edition %(release)s.")
            % {"test": facts["test"], "release": facts["release"]}
        )
    if facts.get("standard_error") is not None:
        parts.append(
            _say(language, "Standard error of the estimate: %(error)s of a standard deviation.")
            % {"error": f"{facts['standard_error']:.2f}"}
        )
    return " ".join(parts)


def _languages(language: str, facts: dict[str, Any]) -> str:
    test = _language_name(facts["test_language"], language)
    if facts["home_language_help"] and facts["help_language"]:
        return _say(language, "In %(test)s, with help in %(help)s.") % {
            "test": test,
            "help": _language_name(facts["help_language"], language),
        }
    return _say(language, "In %(test)s.") % {"test": test}


def _tasks(language: str, number: int) -> str:
    return sentences(language, "%(number)s task.", "%(number)s tasks.", number) % {"number": number}


def _language_name(code: str, language: str) -> str:
    return Locale.parse(code, sep="-").get_language_name(language) or code


def _say(language: str, message: str) -> str:
    return sentence(language, message)
