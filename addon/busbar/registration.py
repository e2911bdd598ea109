"""What a Blender registers with, and what it makes of a refusal or a notice that it was unregistered. No bpy."""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Optional

from .endpoint import Endpoint
from .mcp_client import McpClient
from .mcp_errors import Refused
from .messages import UnregisteredNotice
from .status import unregistered_text


@dataclass(frozen=True)
class Registration:
    """The facts that this Blender registers with. `metadata` values are strings or numbers."""

    uuid: str
    capabilities: tuple = ()
    group_id: Optional[str] = None
    metadata: Dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> Dict[str, Any]:
        """The arguments of `blender_register_client`."""
        return {
            "client_uuid": self.uuid,
            "client_type": "blender",
            "is_persistent": True,
            "capabilities": list(self.capabilities),
            "group_id": self.group_id,
            **self.metadata,
        }


class Unregistered(Exception):
    """Ends the worker: this client must stay away. Carries the sentence to show.

    `session_ended`: the server ends the session of a client that a person unregisters, and of no other.
    """

    def __init__(self, text: str, session_ended: bool = False) -> None:
        super().__init__(text)
        self.session_ended = session_ended


def register(client: McpClient, registration: Registration, unix_time: Callable[[], float]) -> None:
    """Puts this Blender on the bus, or updates its record. Raises Unregistered (it is blocked) and McpError."""
    answer = client.call_tool("blender_register_client", registration.arguments())
    if not answer.is_error and answer.data.get("status") == "ok":
        return
    message = str(answer.data.get("message", ""))[:500]
    if answer.data.get("error") == "blocked":
        raise _blocked(answer.data, unix_time())
    raise Refused(message or "The server refused to register this Blender.", 200)


def unregistered_by_refusal(error: Refused, now: float) -> Optional[Unregistered]:
    """What an HTTP refusal means where it is a block of this computer, program or token; else None."""
    return _blocked(error.data, now) if error.data.get("error") == "blocked" else None


def _blocked(data: Dict[str, Any], now: float) -> Unregistered:
    until = data.get("blocked_until")
    if isinstance(until, (int, float)) and not isinstance(until, bool):
        return Unregistered(unregistered_text("", "operator", float(until), now))
    text = unregistered_text("", "operator", None, now)
    return Unregistered(text + " This Blender is blocked until the operator lifts it.")


def unregistered_by_notice(notice: UnregisteredNotice, now: float) -> Unregistered:
    """What a notice means; `now` is in Unix seconds."""
    text = unregistered_text(notice.reason, notice.by, notice.blocked_until, now)
    return Unregistered(text, session_ended=notice.by == "operator")


def token_text(endpoint: Endpoint) -> str:
    """What to do about a token that was refused."""
    if not endpoint.token:
        return "Busbar asks for a token. Copy it from Busbar into the add-on's preferences."
    return f"Busbar did not accept the token from the {endpoint.source}. Copy the right one from Busbar."
