"""Where staff can go from any of their pages: the places that their roles open."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A place in the menu; ``label`` in English, ``blueprints`` are those whose pages belong to it."""

    endpoint: str
    role: str
    icon: str
    label: str
    blueprints: tuple[str, ...]


PLACES = (
    Place("invigilation.home", "invigilator", "people", "Groups", ("invigilation", "organisations")),
    Place("certificates.awards", "issuer", "certificate", "Certificates", ("certificates", "printing")),
    Place("banks.translations", "reviewer", "globe", "Translations", ("banks",)),
)


def places_of(mine: frozenset[str]) -> list[Place]:
    """Where somebody with these roles can go; the first is where they begin."""
    return [place for place in PLACES if place.role in mine]
