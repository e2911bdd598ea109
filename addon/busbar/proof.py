"""Lets a server prove that it knows the token, before the token is sent to it. No bpy.

The address in endpoint.json may be out of date, and then anybody on this computer can listen there. So the server is
asked first: its answer is made with the token and holds for the connection's own address, and so it can't be guessed, and
can't be fetched from the real server. The wire is in docs/protocol.md, section 0.
"""

import hashlib
import hmac
import http.client
import ipaddress
import json
import secrets
import socket

from .mcp_errors import Unproven

MAX_ANSWER_BYTES = 4096


def token_id(token: str) -> str:
    """Names a token without telling anything about it: the first 8 hexadecimal digits of SHA-256(SHA-256(token))."""
    return hashlib.sha256(_key(token)).hexdigest()[:8]


def proof_for(token: str, nonce: str, address: str) -> str:
    """What a server that knows the token answers; `address` is its own, as `127.0.0.1:9877` or `[::1]:9877`."""
    return hmac.new(_key(token), f"{nonce} {address}".encode("ascii"), "sha256").hexdigest()


def far_end(sock: socket.socket) -> str:
    """The address that a connection was made to, as the server there writes it."""
    host, port = sock.getpeername()[:2]
    address = ipaddress.ip_address(host.split("%")[0])
    mapped = address.ipv4_mapped if address.version == 6 else None
    return f"{mapped or address}:{port}" if mapped or address.version == 4 else f"[{address}]:{port}"


def demand_proof(connection: http.client.HTTPConnection, token: str) -> None:
    """Asks the server at the other end of an open connection. The next request must use the same connection.

    Raises Unproven for every other answer than the right one, and OSError or HTTPException where none comes.
    """
    nonce = secrets.token_hex(16)
    address = far_end(connection.sock)
    # Never a second connection, which somebody else may answer.
    connection.auto_open = 0
    connection.request("GET", f"/healthz?nonce={nonce}&token_id={token_id(token)}", headers={"Accept": "application/json"})
    response = connection.getresponse()
    body = response.read(MAX_ANSWER_BYTES + 1)
    given = _proof_in(body) if len(body) <= MAX_ANSWER_BYTES else ""
    right = hmac.compare_digest(given.encode("utf-8", "replace"), proof_for(token, nonce, address).encode("ascii"))
    if not right or response.status != 200 or response.will_close:
        raise Unproven(
            f"Update Busbar. The program at {address} did not prove that it is your Busbar, so the token was not sent. "
            "If Busbar is up to date, restart it, and check the token in the add-on's preferences."
        )


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


def _proof_in(body: bytes) -> str:
    """The proof in an answer, or "" where there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    proof = answer.get("proof") if isinstance(answer, dict) else None
    return proof if isinstance(proof, str) else ""
