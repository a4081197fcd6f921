"""What takes long to make or to read is kept in the process, for as long as what it was made from stays the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Newest(Generic[Made]):
    """Keeps the values that were asked for last, `most` of them."""

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Made] = OrderedDict()

    def kept(self, made_from: Hashable, make: Callable[[], Made]) -> Made:
        """The value that was made from this, or a new one."""
        values = self._values.copy()  # another thread may be at it: each puts a whole one in place
        value = values.pop(made_from) if made_from in values else make()
        values[made_from] = value
        while len(values) > self._most:
            values.popitem(last=False)
        self._values = values
        return value
