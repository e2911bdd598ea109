"""Reading the parameters of a command: every fault becomes a sentence that names the parameter. No bpy."""

from typing import Any, Dict, Optional

from .executor import CommandError

MAX_TEXT_CHARS = 4096


def text(params: Dict[str, Any], name: str, default: Optional[str] = None) -> str:
    """A text; with no default it must be there and not be empty. Raises CommandError."""
    value = params.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise CommandError(f"The parameter {name} is needed: a text.")
    if not value and default is None:
        raise CommandError(f"The parameter {name} must not be empty.")
    if len(value) > MAX_TEXT_CHARS or "\0" in value:
        raise CommandError(f"The parameter {name} must have at most {MAX_TEXT_CHARS} characters and no null character.")
    return value


def integer(
    params: Dict[str, Any], name: str, default: Optional[int], low: int, high: int
) -> Optional[int]:
    """A whole number from `low` to `high`, or the default where none is given. Raises CommandError."""
    value = params.get(name)
    if value is None:
        return default
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise CommandError(f"The parameter {name} must be a whole number from {low} to {high}.")
    return value


def flag(params: Dict[str, Any], name: str) -> bool:
    """True or false; false where it is not given. Raises CommandError."""
    value = params.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise CommandError(f"The parameter {name} must be true or false.")
    return value


class Page:
    """Which part of a long list was asked for: `page` from 1, `page_size` from 1 to 500."""

    def __init__(self, params: Dict[str, Any]) -> None:
        self.number = integer(params, "page", 1, 1, 1_000_000) or 1
        self.size = integer(params, "page_size", 50, 1, 500) or 50

    def of(self, items: list) -> list:
        start = (self.number - 1) * self.size
        return items[start : start + self.size]

    def facts(self, total: int) -> Dict[str, int]:
        """What the answer says about itself."""
        return {"total": total, "page": self.number, "page_size": self.size, "pages": -(-total // self.size)}
