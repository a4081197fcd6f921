"""From the items of a bank to what adaptive testing draws from; sittings and simulations share it."""

from assessor.items.item import Item, chance
from assessor.psychometrics.adaptive import PoolItem
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.standards.bands import Band


def parameters(item: Item, a: float, b: float, se_a: float, se_b: float) -> ItemParameters:
    """The parameters an item is scored with: its 2PL parameters above the chance of a blind choice.

    The chance is counted from the item's options and never estimated. Without it, 19 % of people who tap at random
    would be given a band (300 simulated with digcomp-first-steps); with it, none.
    """
    return ItemParameters(a, b, se_a, se_b, chance(item))


def pool_item(item: Item, known: ItemParameters) -> PoolItem:
    """An item as the adaptive core sees it."""
    return PoolItem(
        id=item.id,
        parameters=known,
        competence=item.competence,
        band=Band.of_level(item.level),
        family=item.family,
        enemies=item.enemies,
        reading_load=item.reading_load,
        media=media(item),
    )


def media(item: Item) -> str:
    """What an item is made of, by which a design can limit it: a simulation, a picture with words, or words alone."""
    if item.simulation is not None:
        return "simulation"
    return "text" if item.picture is None else "picture"
