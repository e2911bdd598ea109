"""What the connection is doing, in words for a person. No bpy."""

import time
from dataclasses import dataclass
from typing import Optional

# off          not started, or stopped by the artist
# searching    no server is known yet
# connecting   on the way in
# connected    registered, and listening
# waiting      the server is away; another try comes by itself
# refused      the server said no (wrong token, no room ...); another try comes by itself, slowly
# unproven     the server did not prove itself, and was not sent the token; another try comes by itself, slowly
# unregistered the operator unregistered this Blender; it stays away until somebody connects it again
STATES = ("off", "searching", "connecting", "connected", "waiting", "refused", "unproven", "unregistered")
# States in which no more tries will follow.
ENDED = frozenset({"off", "unregistered"})


@dataclass(frozen=True)
class Status:
    """`retry_at` is the `time.monotonic()` of the next try, in seconds, or None when none is planned."""

    state: str
    text: str
    url: str = ""
    retry_at: Optional[float] = None

    def retry_in_s(self, now: float) -> Optional[int]:
        """Whole seconds until the next try, or None."""
        return None if self.retry_at is None else max(0, round(self.retry_at - now))


def unregistered_text(reason: str, by: str, blocked_until: Optional[float], now: float) -> str:
    """The sentence for a client that was unregistered; times are Unix seconds."""
    text = "You were unregistered by " + ("the operator" if by == "operator" else by)
    text += f": {reason.rstrip('.')}." if reason else "."
    if blocked_until is not None and blocked_until > now:
        text += f" This Blender is blocked until {time.strftime('%H:%M on %d %B', time.localtime(blocked_until))}."
    return text
