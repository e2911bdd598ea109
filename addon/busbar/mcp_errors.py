"""What can go wrong between this Blender and an MCP server, as types that the connection can act on. No bpy."""

from typing import Any, Dict, Optional


class McpError(Exception):
    """The base of all of them; its text is one sentence that a person can read."""


class Unreachable(McpError):
    """No usable answer came: refused, timed out, dropped, or not HTTP."""


class Aborted(McpError):
    """This side closed the client while the call was under way."""


class Unauthorized(McpError):
    """HTTP 401: the token is missing or wrong."""


class Unproven(McpError):
    """The server did not prove that it knows the token: nothing but the question was sent to it."""


class SessionGone(McpError):
    """HTTP 404 for a request with a session id: start over with initialize (MCP 2025-06-18, Session Management)."""


class Refused(McpError):
    """Any other HTTP status that says no. `status` is the number, `data` what the server's error says besides."""

    def __init__(self, message: str, status: int, data: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.status = status
        self.data = data or {}


class BadAnswer(McpError):
    """The answer arrived and is not what MCP says."""


class RpcError(McpError):
    """The server answered with a JSON-RPC error. `code` is its number."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
