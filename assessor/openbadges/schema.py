"""Our own reading of the Open Badges 3.0 data model (`data_model`), as checks that name what is wrong and where.

The official JSON schema is the witness in tests. This table is as strict about content, and kinder about form
where JSON-LD sees no difference: `type` as one text, one object where a list is usual.

    >>> from assessor.openbadges.schema import problems_of
    >>> problems_of({"type": ["VerifiableCredential"]})[0]
    '“id” is missing'
"""

import re
from collections.abc import Callable
from typing import Any

from assessor.openbadges.data_model import CLASSES, CLOSED
from assessor.openbadges.grammar import is_iri, read_timestamp
from assessor.openbadges.recurring import Recurring
from assessor.openbadges.strict_json import JsonObject

MAX_PROBLEMS = 20

_EXTENSION = re.compile(r"ext:[A-Za-z0-9|._-]+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)
_JWS = re.compile(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+", re.ASCII)
_HASH = re.compile(r"(sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})", re.ASCII)


def _one_of(words: str) -> Callable[[Any], bool]:
    known = frozenset(words.split())
    return lambda value: isinstance(value, str) and (value in known or _EXTENSION.fullmatch(value) is not None)


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "a text"),
    "iri": (lambda value: isinstance(value, str) and is_iri(value), "a full address"),
    "time": (lambda value: read_timestamp(value) is not None, "a time with its zone"),
    "types": (lambda value: isinstance(value, str) or _is_text_list(value), "a type or a list of types"),
    "truth": (lambda value: isinstance(value, bool), "true or false"),
    "number": (lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number"),
    "language": (_matches(_LANGUAGE), "a language tag"),
    "jws": (_matches(_JWS), "a compact JWS"),
    "achievement type": (
        _one_of(
            "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge "
            "BachelorDegree Certificate CertificateOfCompletion Certification CommunityService Competency "
            "Course CoCurricular Degree Diploma DoctoralDegree Fieldwork GeneralEducationDevelopment "
            "JourneymanCertificate LearningProgram License Membership ProfessionalDoctorate "
            "QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential ResearchDoctorate "
            "SecondarySchoolDiploma"
        ),
        "a kind of achievement",
    ),
    "identifier type": (
        _one_of(
            "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber "
            "isbn issn lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId "
            "ltiToolId ltiPlatformId ltiUserId identifier"
        ),
        "a kind of identifier",
    ),
    "result type": (
        _one_of(
            "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result "
            "RubricCriterion RubricCriterionLevel RubricScore ScaledScore Status"
        ),
        "a kind of result",
    ),
    "result status": (
        _one_of("Completed Enrolled Failed InProgress OnHold Provisional Withdrew"),
        "a result status",
    ),
    "target type": (
        _one_of("ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"),
        "a kind of alignment",
    ),
}

# Classes whose objects stand in many badges, and the common parts of those in which nothing was wrong.
_RECURRING = frozenset({"Achievement", "Profile"})
_sound_parts: Recurring[str, bool] = Recurring(lambda _kind, _members: True)


def problems_of(document: JsonObject) -> list[str]:
    """What is wrong with an AchievementCredential, each with the path of the member; empty = nothing."""
    problems: list[str] = []
    _CHECK_CREDENTIAL(document, None, problems)
    return problems[:MAX_PROBLEMS]


def problems_of_endorsement(document: JsonObject) -> list[str]:
    """What is wrong with an EndorsementCredential, each with the path of the member; empty = nothing."""
    problems: list[str] = []
    _CHECK_ENDORSEMENT(document, None, problems)
    return problems[:MAX_PROBLEMS]


def problems_of_holder(document: JsonObject) -> list[str]:
    """What is wrong with the way a credential names its holder; empty = nothing."""
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        return ["the badge is not about exactly one holder"]
    identifiers = _listed(subject.get("identifier", []))
    if "id" not in subject and not identifiers:
        return ["the badge names no holder"]
    for entry in identifiers:
        value = entry.get("identityHash") if isinstance(entry, dict) else None
        if not isinstance(value, str) or not value.strip():
            return ["the holder's name is empty"]
        if entry.get("hashed") is True and _HASH.fullmatch(value) is None:
            return ["the hash of the holder's name is not a hash"]
    return []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# A place in the document, written out only where something is wrong with it: what it is in, and its name or number.
_Place = tuple[Any, str] | None
_Check = Callable[[Any, _Place, list[str]], None]
_Holds = Callable[[Any], bool]


def _written(place: _Place) -> str:
    if place is None:
        return ""
    around, name = place
    before = _written(around)
    return f"{before}.{name}" if before and not name.startswith("[") else f"{before}{name}"


def _compiled() -> dict[str, _Check]:
    """The table as functions, made once, because badges are checked by the thousand. Classes may hold each other."""
    members: dict[str, dict[str, _Check]] = {kind: {} for kind in CLASSES}
    classes = {kind: _object_check(kind, members[kind]) for kind in CLASSES}
    classes["Issuer"] = _issuer_check(classes["Profile"])
    for kind, demands in CLASSES.items():
        for name, demand in demands.items():
            members[kind][name] = _check_of(demand.removesuffix("!"), classes)
    return classes


def _check_of(demand: str, classes: dict[str, _Check]) -> _Check:
    if demand.startswith("type "):
        return _type_check(demand.removeprefix("type "))
    if demand.startswith("["):
        return _list_check(_check_of(demand[1:-1], classes))
    return _kind_check(*_KINDS[demand]) if demand in _KINDS else classes[demand]


def _type_check(kind: str) -> _Check:
    def check(value: Any, place: _Place, problems: list[str]) -> None:
        names = _listed(value)
        if kind not in names or not all(isinstance(name, str) for name in names):
            problems.append(f"“{_written(place)}” does not say {kind}")

    return check


def _list_check(check_entry: _Check) -> _Check:
    def check(value: Any, place: _Place, problems: list[str]) -> None:
        for number, entry in enumerate(_listed(value)):
            check_entry(entry, (place, f"[{number}]"), problems)

    return check


def _kind_check(holds: _Holds, description: str) -> _Check:
    def check(value: Any, place: _Place, problems: list[str]) -> None:
        if not holds(value):
            problems.append(f"“{_written(place)}” is not {description}")

    return check


def _object_check(kind: str, members: dict[str, _Check]) -> _Check:
    required = [name for name, demand in CLASSES[kind].items() if demand.endswith("!")]
    is_closed = kind in CLOSED

    def check(value: Any, place: _Place, problems: list[str]) -> None:
        if not isinstance(value, dict):
            problems.append(f"“{_written(place)}” is not an object")
            return
        for name in required:
            if name not in value:
                problems.append(f"“{_written((place, name))}” is missing")
        for name, member in value.items():
            if name in members:
                members[name](member, (place, name), problems)
        if is_closed and (unknown := value.keys() - members.keys()):
            problems.append(f"“{_written((place, min(unknown)[:40]))}” is not a member of {kind}")

    return _recurring_check(kind, check, members) if kind in _RECURRING else check


def _recurring_check(kind: str, check_all: _Check, members: dict[str, _Check]) -> _Check:
    """The same check, without looking again at what was found right in another object of the same id."""
    required = {name for name, demand in CLASSES[kind].items() if demand.endswith("!")}

    def is_sound(value: JsonObject) -> bool:
        known = _sound_parts.known(kind, value)
        if known is None or not required <= value.keys():
            return False
        found: list[str] = []
        for name, member in known[1].items():
            if name in members:
                members[name](member, None, found)
        return not found

    def check(value: Any, place: _Place, problems: list[str]) -> None:
        if type(value) is dict and is_sound(value):
            return
        before = len(problems)
        check_all(value, place, problems)  # which also says where something is wrong
        if len(problems) == before:
            _sound_parts.note(kind, value)

    return check


def _issuer_check(check_profile: _Check) -> _Check:
    check_address = _kind_check(*_KINDS["iri"])

    def check(value: Any, place: _Place, problems: list[str]) -> None:
        (check_address if isinstance(value, str) else check_profile)(value, place, problems)

    return check


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, str) for entry in value)


_COMPILED = _compiled()
_CHECK_CREDENTIAL, _CHECK_ENDORSEMENT = _COMPILED["Credential"], _COMPILED["Endorsement"]
