"""What can be earned: an Open Badges Achievement, and its file `badge_templates/<badge>/achievement.json`.

The file holds the members of an Achievement under their Open Badges names, without `@context`, `type` and the
achievement's own `id`. Names of its parts are fragments (`#band-basic`): loading puts the achievement's
address before them, so the same template serves every installation. The addresses of the achievement and of
its picture are given when it is loaded.

    >>> from assessor.openbadges.achievement import load_achievement
    >>> text = b'{"name": "A", "description": "B", "criteria": {"id": "#criteria", "narrative": "C"}}'
    >>> load_achievement(text, url="https://badges.example/achievements/a").criteria.id
    'https://badges.example/achievements/a#criteria'
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from assessor.openbadges.errors import InvalidBadge, Unreadable
from assessor.openbadges.grammar import required_iri, required_text
from assessor.openbadges.strict_json import JsonObject, read_json

T = TypeVar("T")


def _text_members(**values: str) -> JsonObject:
    """The members that are not empty, each checked as printable text."""
    return {name: required_text(value, name) for name, value in values.items() if value}


def _objects(**values: Sequence[Any]) -> JsonObject:
    """The lists that are not empty, as documents."""
    return {name: [value.document() for value in entries] for name, entries in values.items() if entries}


@dataclass(frozen=True)
class Image:
    """A picture on the web; an empty caption = the name beside it says the same."""

    id: str
    caption: str = ""

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {"id": required_iri(self.id, "image"), "type": "Image", **_text_members(caption=self.caption)}


@dataclass(frozen=True)
class Endorsed:
    """What others said in favour of something, as they signed it: credentials with a proof, and tokens."""

    credentials: tuple[JsonObject, ...] = ()
    tokens: tuple[str, ...] = ()

    def document(self) -> JsonObject:
        """The members of the standard; none where nobody endorsed."""
        return {
            **({"endorsement": list(self.credentials)} if self.credentials else {}),
            **({"endorsementJwt": list(self.tokens)} if self.tokens else {}),
        }


NOT_ENDORSED = Endorsed()


@dataclass(frozen=True)
class Profile:
    """An issuer, an assessor or a creator. Empty members are left out."""

    id: str
    name: str
    url: str = ""
    description: str = ""
    email: str = ""
    image: Image | None = None
    endorsed: Endorsed = NOT_ENDORSED

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        document: JsonObject = {
            "id": required_iri(self.id, "The issuer's id"),
            "type": ["Profile"],
            "name": required_text(self.name, "The issuer's name"),
        }
        if self.url:
            document["url"] = required_iri(self.url, "The issuer's address")
        document |= _text_members(description=self.description, email=self.email)
        return document | ({"image": self.image.document()} if self.image else {}) | self.endorsed.document()


@dataclass(frozen=True)
class Alignment:
    """A competence in a framework. Empty members are left out: no code, no type of the standard's list."""

    target_name: str
    target_url: str
    target_framework: str = ""
    target_code: str = ""
    target_description: str = ""
    target_type: str = ""

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            "type": ["Alignment"],
            "targetName": required_text(self.target_name, "targetName"),
            "targetUrl": required_iri(self.target_url, "targetUrl"),
            **_text_members(
                targetFramework=self.target_framework,
                targetCode=self.target_code,
                targetDescription=self.target_description,
                targetType=self.target_type,
            ),
        }


@dataclass(frozen=True)
class Criteria:
    """What somebody does to earn the achievement; `id` is the page that says so, empty = no page."""

    narrative: str
    id: str = ""

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        page = {"id": required_iri(self.id, "criteria")} if self.id else {}
        return {**page, "narrative": required_text(self.narrative, "criteria.narrative")}


@dataclass(frozen=True)
class RubricLevel:
    """One level of a rubric, for example a band; `level` is its short mark."""

    id: str
    name: str
    description: str = ""
    level: str = ""
    points: str = ""
    alignment: tuple[Alignment, ...] = ()

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            "id": required_iri(self.id, "The id of a rubric level"),
            "type": ["RubricCriterionLevel"],
            "name": required_text(self.name, "The name of a rubric level"),
            **_text_members(description=self.description, level=self.level, points=self.points),
            **_objects(alignment=self.alignment),
        }


@dataclass(frozen=True)
class ResultDescription:
    """A result that a credential may carry: its scale or its rubric levels, lowest first."""

    id: str
    name: str
    result_type: str
    value_min: str = ""
    value_max: str = ""
    required_level: str = ""
    rubric_levels: tuple[RubricLevel, ...] = ()
    alignment: tuple[Alignment, ...] = ()

    def document(self) -> JsonObject:
        """The JSON of the standard. Made once, for thousands of badges say the same: read it, and do not change it."""
        return self._document

    @cached_property
    def _document(self) -> JsonObject:
        required = {"requiredLevel": required_iri(self.required_level, "requiredLevel")} if self.required_level else {}
        return {
            "id": required_iri(self.id, "The id of a result description"),
            "type": ["ResultDescription"],
            "name": required_text(self.name, "The name of a result description"),
            "resultType": required_text(self.result_type, "resultType"),
            **_text_members(valueMin=self.value_min, valueMax=self.value_max),
            **required,
            **_objects(rubricCriterionLevel=self.rubric_levels, alignment=self.alignment),
        }

    def level_named(self, level_id: str) -> RubricLevel | None:
        """The rubric level with this id, or None."""
        return next((level for level in self.rubric_levels if level.id == level_id), None)


@dataclass(frozen=True)
class Achievement:
    """What can be earned. Empty members are left out; `human_code` stands on certificates and in QR codes."""

    id: str
    name: str
    description: str
    criteria: Criteria
    achievement_type: str = ""
    human_code: str = ""
    version: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    alignment: tuple[Alignment, ...] = ()
    result_descriptions: tuple[ResultDescription, ...] = ()
    image: Image | None = None
    creator: Profile | None = None
    endorsed: Endorsed = NOT_ENDORSED

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            "id": required_iri(self.id, "The id of the achievement"),
            "type": ["Achievement"],
            "name": required_text(self.name, "The name of the achievement"),
            "description": required_text(self.description, "The description of the achievement"),
            "criteria": self.criteria.document(),
            **_text_members(
                achievementType=self.achievement_type,
                humanCode=self.human_code,
                version=self.version,
                inLanguage=self.language,
            ),
            **({"tag": [required_text(tag, "tag") for tag in self.tags]} if self.tags else {}),
            **_objects(alignment=self.alignment, resultDescription=self.result_descriptions),
            **({"image": self.image.document()} if self.image else {}),
            **({"creator": self.creator.document()} if self.creator else {}),
            **self.endorsed.document(),
        }

    def result_description(self, description_id: str) -> ResultDescription | None:
        """The result description with this id, or None."""
        return next((entry for entry in self.result_descriptions if entry.id == description_id), None)


def load_achievement(data: bytes, *, url: str, image_url: str = "", creator: Profile | None = None) -> Achievement:
    """Read an achievement file.

    `url`: the achievement's address, its id; fragments in the file are put behind it. `image_url`: where its
    picture is served, empty = no picture. Raises `InvalidBadge` naming the member and what is wrong with it.
    """
    try:
        members = _Members(read_json(data), "achievement.json", required_iri(url, "The id of the achievement"))
    except Unreadable as error:
        raise InvalidBadge(f"achievement.json: {error}") from error
    caption = members.optional_text("imageCaption")
    achievement = Achievement(
        id=url,
        name=members.text("name"),
        description=members.text("description"),
        criteria=members.object("criteria", _read_criteria),
        achievement_type=members.optional_text("achievementType"),
        human_code=members.optional_text("humanCode"),
        version=members.optional_text("version"),
        language=members.optional_text("inLanguage"),
        tags=members.texts("tag"),
        alignment=members.objects("alignment", _read_alignment),
        result_descriptions=members.objects("resultDescription", _read_result_description),
        image=Image(image_url, caption) if image_url else None,
        creator=creator,
    )
    members.refuse_rest()
    _check_ids(achievement)
    achievement.document()
    return achievement


def _check_ids(achievement: Achievement) -> None:
    """Every part has its own name, and required levels exist."""
    ids = [achievement.id]
    for description in achievement.result_descriptions:
        ids += [description.id, *(level.id for level in description.rubric_levels)]
        if description.required_level and description.level_named(description.required_level) is None:
            raise InvalidBadge(f"achievement.json: {description.name}: requiredLevel names no level of its rubric.")
    for entry in ids:
        if ids.count(entry) > 1:
            raise InvalidBadge(f"achievement.json: the id {entry} is used twice.")


class _Members:
    """The members of one object, taken out one by one; what remains at the end was not expected."""

    def __init__(self, members: JsonObject, path: str, base: str) -> None:
        self._rest = dict(members)
        self._path = path
        self._base = base

    def text(self, name: str) -> str:
        value = self._rest.pop(name, None)
        if not isinstance(value, str):
            raise InvalidBadge(f"{self._path}: “{name}” is missing or not a text.")
        return required_text(value, f"{self._path}: “{name}”")

    def optional_text(self, name: str) -> str:
        return self.text(name) if name in self._rest else ""

    def iri(self, name: str) -> str:
        """An address; a fragment is completed with the achievement's own."""
        value = self.text(name)
        return required_iri(self._base + value if value.startswith("#") else value, f"{self._path}: “{name}”")

    def optional_iri(self, name: str) -> str:
        return self.iri(name) if name in self._rest else ""

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._rest.pop(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InvalidBadge(f"{self._path}: “{name}” must be a list of texts.")
        return tuple(values)

    def object(self, name: str, read: Callable[["_Members"], T]) -> T:
        value = self._rest.pop(name, None)
        if not isinstance(value, dict):
            raise InvalidBadge(f"{self._path}: “{name}” is missing or not an object.")
        return self._read(value, f"{self._path}: {name}", read)

    def objects(self, name: str, read: Callable[["_Members"], T]) -> tuple[T, ...]:
        values = self._rest.pop(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise InvalidBadge(f"{self._path}: “{name}” must be a list of objects.")
        return tuple(self._read(value, f"{self._path}: {name}[{place}]", read) for place, value in enumerate(values))

    def refuse_rest(self) -> None:
        if self._rest:
            raise InvalidBadge(f"{self._path}: “{min(self._rest)}” is not a member that is known here.")

    def _read(self, value: JsonObject, path: str, read: Callable[["_Members"], T]) -> T:
        members = _Members(value, path, self._base)
        result = read(members)
        members.refuse_rest()
        return result


def _read_criteria(members: _Members) -> Criteria:
    return Criteria(narrative=members.text("narrative"), id=members.optional_iri("id"))


def _read_alignment(members: _Members) -> Alignment:
    return Alignment(
        target_name=members.text("targetName"),
        target_url=members.iri("targetUrl"),
        target_framework=members.optional_text("targetFramework"),
        target_code=members.optional_text("targetCode"),
        target_description=members.optional_text("targetDescription"),
        target_type=members.optional_text("targetType"),
    )


def _read_level(members: _Members) -> RubricLevel:
    return RubricLevel(
        id=members.iri("id"),
        name=members.text("name"),
        description=members.optional_text("description"),
        level=members.optional_text("level"),
        points=members.optional_text("points"),
        alignment=members.objects("alignment", _read_alignment),
    )


def _read_result_description(members: _Members) -> ResultDescription:
    return ResultDescription(
        id=members.iri("id"),
        name=members.text("name"),
        result_type=members.text("resultType"),
        value_min=members.optional_text("valueMin"),
        value_max=members.optional_text("valueMax"),
        required_level=members.optional_iri("requiredLevel"),
        rubric_levels=members.objects("rubricCriterionLevel", _read_level),
        alignment=members.objects("alignment", _read_alignment),
    )
