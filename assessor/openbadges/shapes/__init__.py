"""The shapes of what we sign: one example each, with every member that our builders can write.

The term tables are learned from these (`term_table`). They hold no meaning of their own: their values are examples,
and a test compares their members with what the builders write.
"""

import json
from functools import cache
from importlib.resources import files

from assessor.openbadges.strict_json import JsonObject


@cache
def examples() -> tuple[JsonObject, ...]:
    """A badge, a status list, and the options of a proof in the vocabulary of each."""
    documents = (_read("credential.json"), _read("status_list.json"))
    return (*documents, *({**_read("proof.json"), "@context": document["@context"]} for document in documents))


def _read(name: str) -> JsonObject:
    document: JsonObject = json.loads(files(__name__).joinpath(name).read_bytes())
    return document
