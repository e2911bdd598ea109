"""Reading what an MCP server answers, every failure turned into a McpError. No bpy."""

import http.client
import json
import socket
import time
from typing import Any, Dict, Iterator, Optional

from .json_text import load_json
from .mcp_errors import BadAnswer, RpcError, Unreachable
from .sse import SseOverflow, SseParser

MAX_ANSWER_BYTES = 16 * 1024 * 1024

Message = Dict[str, Any]


def read_events(
    response: http.client.HTTPResponse, parser: SseParser, deadline: Optional[float] = None
) -> Iterator[Message]:
    """JSON-RPC messages until the stream ends.

    Raises BadAnswer, and Unreachable, also past `deadline` (in `time.monotonic()` seconds).
    """
    while True:
        try:
            chunk = response.read1(65536)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            # ValueError and AttributeError: http.client's own, when the socket is closed under a reader.
            raise Unreachable(describe(error)) from error
        if not chunk:
            return
        try:
            events = parser.feed(chunk)
        except SseOverflow as error:
            raise BadAnswer("The server sent an event that is too large.") from error
        for event in events:
            if event.event == "message" and event.data:
                yield parse_object(event.data.encode("utf-8"))
        if deadline is not None and time.monotonic() > deadline:
            raise Unreachable("The server did not answer in time.")


def read_body(response: http.client.HTTPResponse) -> bytes:
    """A whole answer, up to MAX_ANSWER_BYTES. Raises Unreachable, BadAnswer."""
    try:
        body = response.read(MAX_ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(describe(error)) from error
    if len(body) > MAX_ANSWER_BYTES:
        raise BadAnswer("The server's answer is too large.")
    return body


def parse_object(body: bytes) -> Message:
    """One JSON-RPC message. Raises BadAnswer."""
    try:
        message = load_json(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("The server's answer is not JSON.") from error
    if not isinstance(message, dict):
        raise BadAnswer("The server's answer is not a JSON-RPC message.")
    return message


def result_of(message: Message, request_id: int) -> Message:
    """The `result` of the answer to `request_id`. Raises RpcError, BadAnswer."""
    error = message.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        raise RpcError(str(error.get("message", "unknown error"))[:500], code if isinstance(code, int) else 0)
    result = message.get("result")
    if message.get("id") != request_id or not isinstance(result, dict):
        raise BadAnswer("The server's answer does not belong to the request.")
    return result


def first_text(result: Message) -> str:
    """The first text block of a tool's result, or ""."""
    content = result.get("content")
    for block in content if isinstance(content, list) else []:
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str):
            return block["text"]
    return ""


def error_of(response: http.client.HTTPResponse) -> "tuple[str, Dict[str, Any]]":
    """The message and the data in an error body, as far as it is JSON that has them."""
    try:
        body = json.loads(response.read(4096))
    except (OSError, http.client.HTTPException, ValueError):
        return "", {}
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    data = error.get("data") if isinstance(error, dict) else None
    return message[:200].rstrip(".") if isinstance(message, str) else "", data if isinstance(data, dict) else {}


def describe(error: Exception) -> str:
    """A sentence for a failure of the network."""
    if isinstance(error, TimeoutError):
        return "The server does not answer."
    if isinstance(error, ConnectionRefusedError):
        return "Nothing answers at this address."
    if isinstance(error, socket.gaierror):
        return "The server's name is unknown."
    if isinstance(error, OSError):
        return f"The connection failed ({error.strerror or type(error).__name__})."
    return f"The connection broke ({type(error).__name__})."
