"""Text and JSON as every reader takes them: well-formed Unicode, and no numbers that JSON doesn't have. No bpy.

Python keeps bytes that are not UTF-8 as half surrogate pairs (`os.listdir`, paths in Blender), and JSON can spell half a
pair (`\\ud83d`). Neither has a UTF-8. Both become U+FFFD, the replacement character.
"""

import json
import math
from typing import Any, Dict, List

MAX_NOTES = 20


def well_formed(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair; two halves that belong together become their character."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def visible(text: str) -> str:
    """The text on one line: control characters as Python writes them (`\\n`). The bus takes none in names and paths."""
    return "".join(
        ascii(char)[1:-1] if char < " " or "\x7f" <= char <= "\x9f" else char for char in well_formed(text)
    )


def dump_json(value: Any) -> str:
    """Compact JSON that is always valid UTF-8. Raises TypeError or ValueError for what JSON can't hold."""
    return well_formed(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def dump_answer(answer: Any) -> str:
    """The same for the answer of a command, which may hold NaN and infinities.

    They become the texts `NaN`, `Infinity` and `-Infinity`. A list `notes` in the answer says where they are; an answer
    that is no object becomes the `value` of one. Raises TypeError or ValueError for what JSON can't hold.
    """
    notes: List[str] = []
    plain = _without_nan(answer, "", notes)
    if not notes:
        return dump_json(answer)
    fields: Dict[str, Any] = plain if isinstance(plain, dict) else {"value": plain}
    said = fields.get("notes")
    more = [f"{len(notes) - MAX_NOTES} more numbers like this"] if len(notes) > MAX_NOTES else []
    fields["notes"] = [*(said if isinstance(said, list) else []), *notes[:MAX_NOTES], *more]
    return dump_json(fields)


def load_json(text: Any) -> Any:
    """What JSON text or bytes say, with well-formed texts. Raises ValueError and RecursionError.

    A whole number is exact. One of more digits than Python reads (4,300) stays the text that it was.
    """
    spelled = well_formed(text) if isinstance(text, str) else bytes(text).decode("utf-8", "replace")
    value = json.loads(spelled, parse_int=_whole_number)
    return _whole(value) if "\\ud" in spelled or "\\uD" in spelled else value


def _whole_number(digits: str) -> Any:
    try:
        return int(digits)
    except ValueError:
        return digits


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(key): _whole(item) for key, item in value.items()}
    return value


def _without_nan(value: Any, place: str, notes: List[str]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        notes.append(f"{place or 'value'} is {name}, which JSON has no number for: it is given as a text.")
        return name
    if isinstance(value, (list, tuple)):
        return [_without_nan(item, f"{place or 'value'}[{index}]", notes) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            key: _without_nan(item, f"{place}.{key}" if place else str(key), notes) for key, item in value.items()
        }
    return value
