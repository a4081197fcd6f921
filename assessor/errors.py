"""Four families of refusal. Every situation has its own class below one of them, named after what happened.

    Refusal
    ├── NotFound     there is nothing here (404)
    ├── NotAllowed   it is there, and not for you (403)
    ├── Conflict     it cannot be done now (409)
    └── Invalid      what was given cannot be used (422)

``message`` tells the person what happened and what to do next, in plain words that are translated when shown.
"""


class Refusal(Exception):
    """Something was asked that is not done, with a sentence for the person who asked."""

    status = 400
    title = "This does not work"
    #: Where to go on: endpoint and words of a link on the page; empty = nowhere in particular.
    way_on: tuple[str, str] | None = None

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(Refusal):
    """There is nothing at this address, or nothing that this person may know of."""

    status = 404
    title = "Not found"


class NotAllowed(Refusal):
    """The person is known, and may not do this."""

    status = 403
    title = "Not allowed"


class Conflict(Refusal):
    """The state of things forbids it now."""

    status = 409
    title = "Not now"


class Invalid(Refusal):
    """The given values cannot be used; the message names which."""

    status = 422
    title = "Please look again"


class TooMany(Refusal):
    """Too many tries; the message says how long to wait."""

    status = 429
    title = "Please wait"
