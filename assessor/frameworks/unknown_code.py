"""The refusal that all frameworks share."""


class UnknownCode(LookupError):
    """A framework has nothing under this code."""

    def __init__(self, framework: str, kind: str, code: object) -> None:
        super().__init__(f"{framework} has no {kind} {code!r}.")
        self.framework = framework
        self.kind = kind
        self.code = code
