"""One broken promise, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A finding prints as `file:line: VK001 message`, which editors and CI turn into a link."""

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}"
