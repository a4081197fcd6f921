"""Problems of a bank, each with file, line and reason, collected while the bank is read to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

_SHOWN = 20


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to repair or to look at. `line` counts from 1, which also stands for a file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class BrokenBank(Exception):
    """The bank cannot be used as it is; `problems` has everything that must be repaired."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = [str(problem) for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"… and {len(problems) - _SHOWN} more.")
        super().__init__("\n".join(lines))


@dataclass(slots=True)
class Findings:
    """Where the readers of a bank write down what they find."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, file: str, line: int, reason: str) -> None:
        """Note what makes the bank unusable."""
        self.errors.append(Problem(file, line, reason))

    def warning(self, file: str, line: int, reason: str) -> None:
        """Note what somebody should look at."""
        self.warnings.append(Problem(file, line, reason))
