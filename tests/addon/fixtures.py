"""The wire fixtures that the TypeScript tests share."""

import json
import os

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "wire")


def fixture(name):
    with open(os.path.join(_FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)
