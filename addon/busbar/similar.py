"""A hint for a name that does not exist. Its work is bounded, for the artist's Blender stands still meanwhile. No bpy."""

import difflib
import heapq
import itertools
import os.path
from typing import Iterable, List

# Names that are read at all, and of those the ones that are compared letter by letter.
MAX_READ = 20_000
MAX_COMPARED = 300
# Blender's names have at most 255 bytes.
MAX_NAME_CHARS = 255


def similar(name: str, known: Iterable[str]) -> str:
    """Names like it, or the first few there are. Of `known` no more than MAX_READ and one are taken."""
    names = list(itertools.islice(known, MAX_READ + 1))
    if not names:
        return "There are none."
    name = name[:MAX_NAME_CHARS]
    folded = name.casefold()
    close = difflib.get_close_matches(name, nearest(folded, names), n=3, cutoff=0.5)
    if not close and folded:
        close = [other for other in names if folded in other.casefold()][:5]
    if close:
        return f"Did you mean {', '.join(close)}?"
    return f"There are: {', '.join(names[:10])}{' and more' if len(names) > 10 else ''}."


def nearest(folded: str, names: List[str]) -> List[str]:
    """At most MAX_COMPARED of the names: those that begin or end like it, and are about as long, come first."""
    if len(names) <= MAX_COMPARED:
        return names
    backwards = folded[::-1]

    def likeness(other: str) -> int:
        other = other.casefold()
        alike = len(os.path.commonprefix((folded, other))) + len(os.path.commonprefix((backwards, other[::-1])))
        return 2 * alike - abs(len(folded) - len(other))

    return heapq.nlargest(MAX_COMPARED, names, key=likeness)
