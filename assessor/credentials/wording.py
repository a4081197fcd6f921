"""What the badge and the paper say of the conditions and of the certainty, in the language of the certificate."""

from collections.abc import Callable, Mapping
from typing import Any

from babel import Locale

from assessor.certificates.words import english, words_of
from assessor.credentials import standing
from assessor.credentials.models import Award
from assessor.credentials.standing import LevelChance, Standing
from assessor.locale import sentence

#: By level, 0 being the one below Basic.
LEVELS = ("Below Basic", "Basic", "Intermediate", "Advanced", "Highly advanced")
OR_HIGHER = {1: "Basic or higher", 2: "Intermediate or higher", 3: "Advanced or higher"}
#: Half the width of the range that holds the true value in 9 of 10 cases, in standard errors.
NINE_OF_TEN = 1.645


def conditions(award: Award, language: str, words: Mapping[str, str] | None = None) -> str:
    """One line for the paper: supervised or not, device, number of tasks, languages, aids.

    ``words``: those of the badge's paper in this language; None = those that are alike for all badges.
    """
    words = words or _words(language)
    return _conditions(award, language, words, lambda number: words["tasks_done"].format(number=number))


def evidence_name(language: str) -> str:
    """The title of the evidence."""
    return _say(language, "Test conditions")


def evidence(award: Award, language: str) -> str:
    """The evidence narrative of the badge: what was done, how, and how precisely it was measured."""
    facts = award.conditions
    # The badge's own English has been signed many times: it stays as it is where the paper says it shorter.
    parts = [_conditions(award, "en", english(), _tasks) if language == "en" else conditions(award, language)]
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


def certainty(award: Award, language: str, words: Mapping[str, str] | None = None) -> str:
    """One sentence for paper and pages: how sure the awarded level is. Empty where the award does not say.

    ``words``: as in `conditions`.
    """
    sure = stated_certainty(award)
    return "" if sure is None else (words or _words(language))["certainty"].format(percent=sure)


def stated_certainty(award: Award) -> str | None:
    """How sure the awarded level is at least, such as “90 %”, or None where the award does not say."""
    found = stated_standing(award)
    # The sign stays on the line of its number.
    return None if found is None else percent(found.certainty).replace(" ", "\u00a0")


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


def _conditions(award: Award, language: str, words: Mapping[str, str], tasks: Callable[[int], str]) -> str:
    facts = award.conditions
    if not facts:
        return words["conditions_unknown"]
    said = [
        words["supervised" if facts["supervised"] else "unsupervised"],
        words[f"device_{facts['device']}"],
        tasks(facts["items"]),
        _languages(language, words, facts),
        *(words[word] for fact, word in (("sound", "with_sound"), ("helper", "with_helper")) if facts[fact]),
    ]
    return " ".join(said)


def _words(language: str) -> Mapping[str, str]:
    """The words of paper that are alike for all badges, in English where we have none."""
    ours = words_of(language)
    return ours.texts if ours else english()


def _languages(language: str, words: Mapping[str, str], facts: dict[str, Any]) -> str:
    test = language_name(facts["test_language"], language)
    if facts["home_language_help"] and facts["help_language"]:
        return words["in_language_with_help"].format(test=test, help=language_name(facts["help_language"], language))
    return words["in_language"].format(test=test)


def _tasks(number: int) -> str:
    return "1 task." if number == 1 else f"{number} tasks."


def language_name(code: str, language: str) -> str:
    """The name of a language in another one, else in English, else its code."""
    spoken = Locale.parse(code, sep="-")
    return spoken.get_language_name(language) or spoken.get_language_name("en") or code


def _say(language: str, message: str) -> str:
    return sentence(language, message)
