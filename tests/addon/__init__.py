"""Tests of the Blender add-on's parts that need no Blender: `python3 -m unittest discover -s tests/addon -t .`"""

import logging
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "addon"))
logging.getLogger("busbar").setLevel(logging.CRITICAL)
