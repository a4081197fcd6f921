"""What the badge and the paper say of the conditions and of the certainty, in the language of the certificate."""

from typing import Any

from babel import Locale

from assessor.credentials import standing
from assessor.credentials.models import Award
from assessor.credentials.standing import LevelChance, Standing
from assessor.locale import sentence, sentences

SUPERVISED = "Supervised by staff."
UNSUPERVISED = "Not supervised."
DEVICES = {
    "phone": "On a phone.",
    "tablet": "On a tablet.",
    "computer": "On a computer.",
    "unknown": "The device was not recorded.",
}
#: By level, 0 being the one below Basic.
LEVELS = ("Below Basic", "Basic", "Intermediate", "Advanced", "Highly advanced")
OR_HIGHER = {1: "Basic or higher", 2: "Intermediate or higher", 3: "Advanced or higher"}
#: Half the width of the range that holds the true value in 9 of 10 cases, in standard errors.
NINE_OF_TEN = 1.645


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
    found = stated_standing(award)
    if found is not None:
        parts += [*_method(facts, language), *_certainty_of_levels(found, award, language)]
    if facts.get("standard_error") is not None:
        parts.append(_precision(facts, language))
    return " ".join(parts)


def stated_standing(award: Award) -> Standing | None:
    """Where the person stood on the levels, or None: awards of before, or results from elsewhere, do not say."""
    facts = award.conditions
    return standing.read(facts.get("standing"), facts.get("highest_band"))


def certainty(award: Award, language: str) -> str:
    """One sentence for paper and pages: how sure the awarded level is. Empty where the award does not say."""
    found = stated_standing(award)
    if found is None:
        return ""
    sure = percent(found.certainty)
    return _say(language, "The level was reached with at least %(percent)s certainty.") % {"percent": sure}


def level_name(chance: LevelChance) -> str:
    """The English name of a level, a sentence of the catalogues."""
    return OR_HIGHER[chance.level] if chance.or_higher else LEVELS[chance.level]


def percent(probability: float) -> str:
    """A probability in whole per cent."""
    return f"{round(100 * probability)} %"


def chance_in_words(language: str, probability: float) -> str:
    """A probability in whole per cent; what is nearly impossible or nearly certain is not called 0 or 100."""
    if probability < 0.01:
        return _say(language, "under %(percent)s") % {"percent": percent(0.01)}
    if probability > 0.99:
        return _say(language, "over %(percent)s") % {"percent": percent(0.99)}
    return percent(probability)


def _method(facts: dict[str, Any], language: str) -> list[str]:
    parts = [_say(language, "Each question was chosen from the answers before it.")]
    if facts.get("hierarchical"):
        parts.append(
            _say(language, "A hierarchical model measured all competences together: each answer informs all of them.")
        )
    return parts


def _certainty_of_levels(found: Standing, award: Award, language: str) -> list[str]:
    band = _say(language, LEVELS[(award.level + 1) // 2])
    reached = _say(
        language,
        "The band %(band)s was reached with at least %(percent)s certainty: the ability lies in this band or above it.",
    )
    chances = "; ".join(
        f"{_say(language, level_name(one))} {chance_in_words(language, one.probability)}" for one in found.chances
    )
    return [
        reached % {"band": band, "percent": percent(found.certainty)},
        _say(language, "Probability of each level: %(chances)s.") % {"chances": chances},
    ]


def _precision(facts: dict[str, Any], language: str) -> str:
    error = facts["standard_error"]
    if not facts.get("cuts"):
        text = _say(language, "Standard error of the estimate: %(error)s of a standard deviation.")
        return text % {"error": f"{error:.2f}"}
    text = _say(
        language,
        "Precision: the standard error is %(error)s on the scale on which the four bands begin at %(cuts)s; "
        "in 9 of 10 cases the true value lies within %(range)s of the estimate.",
    )
    return text % {
        "error": f"{error:.2f}",
        "cuts": ", ".join(f"{cut:g}" for cut in facts["cuts"]).replace("-", "−"),
        "range": f"{NINE_OF_TEN * error:.2f}",
    }


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
