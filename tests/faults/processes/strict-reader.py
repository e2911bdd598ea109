"""Reads JSON-RPC answers as a strict client does: one a line, in base64, and says what it took out of each.

UTF-8 and JSON without any leniency, and everything that was read must be text that can be written again.
"""

import base64
import json
import sys


def strict(data: bytes):
    value = json.loads(data.decode("utf-8"), parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def refuse(name):
    raise ValueError(f"{name} is no JSON")


for line in sys.stdin:
    try:
        answer = strict(base64.b64decode(line))
        inner = strict(answer["result"]["content"][0]["text"].encode("utf-8"))
        said = {"clients": len(inner["persistent"]) + len(inner["ephemeral"])}
    except (ValueError, KeyError) as error:
        said = {"error": repr(error)}
    print(json.dumps(said), flush=True)
