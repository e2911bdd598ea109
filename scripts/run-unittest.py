"""Runs unittest and writes its counts as JSON: python3 run-unittest.py MODULE_OR_FOLDER REPORT"""

import json
import os
import sys
import unittest

module, report = sys.argv[1:3]
sys.path.insert(0, os.getcwd())
loader = unittest.defaultTestLoader
if os.path.isdir(module):
    suite = loader.discover(module, top_level_dir=os.getcwd())
else:
    suite = loader.loadTestsFromName(module)
result = unittest.TextTestRunner(verbosity=2).run(suite)
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
skipped = len(result.skipped)
with open(report, "w", encoding="utf-8") as file:
    json.dump({"passed": result.testsRun - failed - skipped, "failed": failed, "skipped": skipped}, file)
sys.exit(1 if failed else 0)
