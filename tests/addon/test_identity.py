import itertools
import os
import subprocess
import sys
import tempfile
import unittest

from busbar import identity

HOLDER = """
import sys
sys.path.insert(0, sys.argv[1])
from busbar import identity
mine = identity.acquire(sys.argv[2])
print(mine.uuid, flush=True)
sys.stdin.read()
"""


class IdentityTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        numbers = itertools.count(1)
        self.new_uuid = lambda: f"{next(numbers):032x}"

    def acquire(self):
        mine = identity.acquire(self.folder, self.new_uuid)
        self.addCleanup(mine.release)
        return mine

    def test_one_each_and_taken_up_again(self):
        first, second = self.acquire(), self.acquire()
        self.assertEqual((first.uuid, second.uuid), ("blender-" + "0" * 31 + "1", "blender-" + "0" * 31 + "2"))
        first.release()
        self.assertEqual(self.acquire().uuid, first.uuid)
        self.assertEqual(self.acquire().uuid, "blender-" + "0" * 31 + "3")

    @unittest.skipUnless(hasattr(os, "fork"), "no fork on this system")
    def test_a_forked_child_does_not_keep_the_identity(self):
        first = self.acquire()
        reader, writer = os.pipe()
        begun, begins = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.write(begins, b"x")
            os.read(reader, 1)
            os._exit(0)
        os.close(reader)
        try:
            os.read(begun, 1)
            first.release()
            self.assertEqual(self.acquire().uuid, first.uuid)
        finally:
            os.close(writer)
            os.waitpid(child, 0)
            os.close(begun)
            os.close(begins)

    def test_a_killed_process_frees_its_identity(self):
        addon = os.path.dirname(os.path.dirname(os.path.abspath(identity.__file__)))
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, addon, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            theirs = holder.stdout.readline().strip()
            meanwhile = self.acquire()
            self.assertNotEqual(meanwhile.uuid, theirs)
        finally:
            holder.kill()
            holder.communicate()
        self.assertEqual(self.acquire().uuid, theirs)

    def test_a_damaged_file_is_replaced(self):
        first = self.acquire()
        first.release()
        path = next(
            os.path.join(folder, name)
            for folder, _, names in os.walk(self.folder)
            for name in names
            if name.endswith(".uuid")
        )
        for damage in (b"", b"\xff\xfe", b"blender-1\n../x"):
            with open(path, "wb") as file:
                file.write(damage)
            mine = self.acquire()
            self.assertRegex(mine.uuid, r"^blender-[0-9a-f]{32}$")
            self.assertTrue(mine.sticky)
            mine.release()

    def test_without_a_folder_it_lasts_for_this_run(self):
        blocked = os.path.join(self.folder, "file")
        open(blocked, "w").close()
        mine = identity.acquire(blocked, self.new_uuid)
        self.assertFalse(mine.sticky)
        self.assertEqual(mine.uuid, "blender-" + "0" * 31 + "1")
