"""The built add-on in a real Blender, against the fake server. Slow, so it is run by name:

    npm run addon:build && python3 -m unittest tests.addon.in_blender

Needs `blender`, and for the tests with a window `xvfb-run`, on the PATH. The environment variable `BLENDER` names another
Blender: a program, or a root folder that holds one.
"""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile

from .fake_server import LIMIT_S, TOKEN, FakeServer
from .fixtures import fixture

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ZIPS = sorted(glob.glob(os.path.join(ROOT, "dist", "busbar-addon-*.zip")), key=os.path.getmtime)
NAMED = os.environ.get("BLENDER") or shutil.which("blender") or ""
IN_ROOT = ["sh", os.path.join(ROOT, "scripts", "blender-in-root.sh")]
BLENDER = [*IN_ROOT, NAMED] if os.path.isdir(NAMED) else [NAMED] if NAMED else []

with open(os.path.join(ROOT, "tests", "fixtures", "install-addon.py"), encoding="utf-8") as _file:
    INSTALL = _file.read()


@unittest.skipUnless(BLENDER, "no blender on the PATH")
@unittest.skipUnless(ZIPS, "no add-on in dist: npm run addon:build")
class InBlender(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BUSBAR_")},
            "BLENDER_USER_RESOURCES": cls.folder,
            "BLENDER_USER_CONFIG": os.path.join(cls.folder, "config"),
            "BLENDER_USER_SCRIPTS": os.path.join(cls.folder, "scripts"),
            "BUSBAR_DATA_DIR": os.path.join(cls.folder, "data"),
            "BUSBAR_TOKEN": TOKEN,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "LC_ALL": "C.UTF-8",
        }
        # A Blender of another root sees this folder, and not the project's.
        copy = shutil.copy(ZIPS[-1], cls.folder)
        done = cls.run_blender("-b", "--python-exit-code", "3", "--python-expr", INSTALL, "--", copy)
        installed = re.search(r"^Installed as (\S+), beside (\S+)$", done.stdout, re.MULTILINE)
        if done.returncode != 0 or installed is None:
            raise AssertionError(done.stdout)
        cls.module, cls.eevee = installed.groups()

    @classmethod
    def run_blender(cls, *arguments, **environ):
        command = [*BLENDER, *arguments]
        merged = {**cls.environ, **environ}
        return subprocess.run(
            command, env=merged, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2 * LIMIT_S
        )

    def start(self, server, *arguments, window=False, **environ):
        command = [*(["xvfb-run", "-a"] if window else []), *BLENDER, *([] if window else ["-b"]), *arguments]
        if not window:
            command += ["--python-expr", "import bpy; bpy.ops.busbar.serve()"]
        environ = {**self.environ, "BUSBAR_URL": server.url, **environ}
        process = subprocess.Popen(
            command,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def run_code(self, server, job_id, code):
        server.deliver({"message_type": "job_dispatch", "job_id": job_id, "script": code, "description": f"Job {job_id}"})
        update = server.wait_final(job_id)
        return update["status"], json.loads(update["result"])["value"], update["error"]

    def run_command(self, server, job_id, command):
        server.deliver({"message_type": "command_dispatch", "job_id": job_id, "command": command})
        update = server.wait_final(job_id)
        self.assertEqual((update["status"], update["error"]), ("completed", ""))
        return json.loads(update["result"])

    def test_a_background_blender_that_serves(self):
        with FakeServer() as server:
            process = self.start(server, "--factory-startup", "--addons", self.module)
            server.wait_registered()
            facts = server.registrations()[0]
            self.assertEqual(sorted(facts), sorted(fixture("register-arguments")))
            self.assertEqual((facts["pid"], facts["label"]), (process.pid, "Unsaved file"))
            self.assertIn("headless", facts["capabilities"])

            self.assertEqual(
                self.run_code(server, "1", "bpy.ops.mesh.primitive_cube_add()\nbpy.context.object.name"),
                ("completed", "'Cube.001'", ""),
            )
            info = self.run_command(server, "2", "get_scene_info")
            # Without a window it depends on the version whether a script counts as a change.
            told = ("objects", "blender_version", "unsaved_changes")
            self.assertEqual(
                {name: info[name] for name in info if name not in told},
                {
                    "name": "Scene",
                    "frame_current": 1,
                    "frame_start": 1,
                    "frame_end": 250,
                    "fps": 24.0,
                    "unit_system": "METRIC",
                    "unit_scale": 1.0,
                    "object_count": 4,
                    "camera": "Camera",
                    "materials_count": 2,
                    "materials": ["Dots Stroke", "Material"],
                    "render_engine": self.eevee,
                    "resolution": [1920, 1080],
                    "blend_file": "",
                },
            )
            self.assertIn({"name": "Cube", "type": "MESH", "location": [0.0, 0.0, 0.0]}, info["objects"])
            self.assertEqual(self.run_command(server, "3", "ping")["pong"], True)

            path = os.path.join(self.folder, "shot.blend")
            self.run_code(server, "4", f"bpy.ops.wm.save_as_mainfile(filepath={path!r})")
            server.wait_for(lambda: server.registrations()[-1]["blend_file"] == path, "the new file name")
            self.assertEqual(server.registrations()[-1]["label"], "shot.blend")
            self.assertEqual(self.run_code(server, "5", "bpy.ops.wm.read_homefile()\nlen(bpy.data.objects)")[1], "3")
            server.wait_for(lambda: server.registrations()[-1]["blend_file"] == "", "the empty file name")
            # Even a job that takes the add-on away gets its answer out, and the Blender goes on.
            factory = "bpy.ops.wm.read_factory_settings(use_empty=True)\nlen(bpy.data.objects)"
            self.assertEqual(self.run_code(server, "6", factory)[1], "0")
            self.assertEqual(self.run_command(server, "7", "get_scene_info")["object_count"], 0)

            server.deliver({"message_type": "job_dispatch", "job_id": "8", "script": "while True: pass"})
            server.wait_for(lambda: server.updates("8"))
            process.send_signal(signal.SIGTERM)
            self.assertEqual(
                server.wait_final("8")["error"], "The job was interrupted: Blender was asked to end."
            )
            self.assertEqual(process.wait(LIMIT_S), 0)
            self.assertEqual(len(server.deleted), 1)

    def test_what_a_script_does_to_the_add_on_costs_neither_name_nor_file(self):
        with FakeServer() as server:
            self.start(server)
            server.wait_registered()
            mine = (
                f"prefs = bpy.context.preferences.addons[{self.module!r}].preferences\n"
                'prefs.label, prefs.group = "mine", "farm"'
            )
            self.assertEqual(self.run_code(server, "1", mine)[0], "completed")
            server.wait_for(lambda: server.registrations()[-1]["label"] == "mine", "the label")
            # Handlers and preferences go, and the file is saved under another name.
            path = os.path.join(self.folder, "after.blend")
            code = (
                "for each in (bpy.app.handlers.load_post, bpy.app.handlers.save_post): each.clear()\n"
                f"addons = bpy.context.preferences.addons\naddons.remove(addons[{self.module!r}])\n"
                f"bpy.ops.wm.save_as_mainfile(filepath={path!r})\nlen(addons)"
            )
            self.assertEqual(self.run_code(server, "2", code)[0], "completed")
            server.wait_for(lambda: server.registrations()[-1]["blend_file"] == path, "the new file name")
            facts = server.registrations()[-1]
            self.assertEqual((facts["label"], facts["group_id"]), ("mine", "farm"))

    @unittest.skipUnless(hasattr(os, "fork"), "no fork on this system")
    def test_a_forked_child_keeps_neither_the_identity_nor_the_connection(self):
        with FakeServer() as server:
            first = self.start(server)
            server.wait_registered(1)
            code = "import os, time\nchild = os.fork()\nif child == 0:\n    time.sleep(600)\n    os._exit(0)\nchild"
            status, child, _ = self.run_code(server, "fork", code)
            self.assertEqual(status, "completed")
            self.addCleanup(os.kill, int(child), signal.SIGKILL)
            first.kill()
            first.wait(LIMIT_S)
            self.start(server)
            server.wait_registered(2)
            before, after = (facts["client_uuid"] for facts in server.registrations())
            self.assertEqual(after, before)

    def test_a_newer_version_that_is_installed_over_the_enabled_one_runs_itself(self):
        newer = os.path.join(self.folder, "newer.zip")
        with zipfile.ZipFile(ZIPS[-1]) as old, zipfile.ZipFile(newer, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "busbar/version.py":
                    content = content.replace(b"ADDON_VERSION = \"", b"ADDON_VERSION = \"9.")
                new.writestr(name, content)
        module = self.module
        code = f"""
import bpy, sys
before = sys.modules[{module + ".facts"!r}].ADDON_VERSION
if bpy.app.version >= (4, 2, 0):
    bpy.ops.extensions.package_install_files(filepath={newer!r}, repo="user_default", enable_on_install=True)
else:
    bpy.ops.preferences.addon_install(overwrite=True, filepath={newer!r})
    bpy.ops.preferences.addon_enable(module={module!r})
print("VERSIONS", before, sys.modules[{module + ".facts"!r}].ADDON_VERSION, sys.modules[{module!r}].facts.ADDON_VERSION)
"""
        # Of its own: the other tests go on with the version that is there.
        folder = os.path.join(tempfile.mkdtemp(dir=self.folder), "user")
        shutil.copytree(self.folder, folder, ignore=lambda *_: [os.path.basename(os.path.dirname(folder))])
        done = self.run_blender(
            "-b", "--addons", module, "--python-exit-code", "3", "--python-expr", code,
            BLENDER_USER_RESOURCES=folder,
            BLENDER_USER_CONFIG=os.path.join(folder, "config"),
            BLENDER_USER_SCRIPTS=os.path.join(folder, "scripts"),
        )
        version = re.search(r"^VERSIONS (\S+) (\S+) (\S+)$", done.stdout, re.MULTILINE)
        self.assertIsNotNone(version, done.stdout)
        self.assertEqual(version.groups()[1:], ("9." + version[1], "9." + version[1]), done.stdout)

    def test_unregistered_means_the_end_of_serving(self):
        with FakeServer() as server:
            process = self.start(server)
            server.wait_registered()
            server.push(fixture("delivery-client-unregistered-without-block"))
            output, _ = process.communicate(timeout=LIMIT_S)
            self.assertIn("Serving has ended. You were unregistered by the operator.", output)
            self.assertEqual(process.returncode, 0)

    def test_two_at_once_and_a_restart_after_a_crash(self):
        with FakeServer() as server:
            first = self.start(server, BUSBAR_LABEL="one", BUSBAR_GROUP="farm")
            server.wait_registered(1)
            second = self.start(server)
            server.wait_registered(2)
            one, two = server.registrations()
            self.assertEqual((one["label"], one["group_id"]), ("one", "farm"))
            self.assertNotEqual(one["client_uuid"], two["client_uuid"])
            first.kill()
            first.wait(LIMIT_S)
            self.start(server)
            server.wait_registered(3)
            self.assertEqual(server.registrations()[2]["client_uuid"], one["client_uuid"])
            second.send_signal(signal.SIGINT)
            self.assertEqual(second.wait(LIMIT_S), 0)

    def test_a_background_blender_that_was_not_asked_stays_out(self):
        with FakeServer() as server:
            done = self.run_blender("-b", "--python-expr", "import time; time.sleep(1)", BUSBAR_URL=server.url)
            self.assertEqual((done.returncode, server.requests), (0, []))

    @unittest.skipUnless(shutil.which("xvfb-run"), "no xvfb-run on the PATH")
    def test_a_blender_with_a_window(self):
        with FakeServer() as server:
            process = self.start(server, "--window-geometry", "0", "0", "800", "600", window=True)
            server.wait_registered()
            self.assertIn("viewport", server.registrations()[0]["capabilities"])
            # Scripts override the context as they like, while the network threads are at work.
            code = (
                "window = bpy.context.window_manager.windows[0]\n"
                "area = next(a for a in window.screen.areas if a.type == 'VIEW_3D')\n"
                "for step in range(20):\n"
                "    with bpy.context.temp_override(window=window, area=area):\n"
                "        bpy.ops.mesh.primitive_cube_add()\n"
                "    report_progress(step / 20)\n"
                "len(bpy.data.objects)"
            )
            for number in range(5):
                answer = self.run_code(server, f"many-{number}", code)
                self.assertEqual(answer, ("completed", str(3 + 20 * (number + 1)), ""))
            # One undo step a job, as the artist would undo it.
            undo = "bpy.ops.ed.undo()\nlen(bpy.data.objects)"
            self.assertEqual(self.run_code(server, "undo", undo)[:2], ("completed", "83"))
            self.assertEqual(self.run_code(server, "exit", "quit()")[0], "completed")
            server.push({"jsonrpc": "2.0", "id": "p", "method": "ping"})
            server.wait_for(lambda: server.responses, "the answer to a ping")
            mine = (
                f"prefs = bpy.context.preferences.addons[{self.module!r}].preferences\n"
                'prefs.label, prefs.group = "mine", "farm"'
            )
            self.assertEqual(self.run_code(server, "mine", mine)[0], "completed")
            server.wait_for(lambda: server.registrations()[-1]["group_id"] == "farm", "the group")
            sent = len(server.registrations())
            # A script that loads factory settings takes every add-on away: this one comes back after it, as it was.
            factory = "bpy.ops.wm.read_factory_settings(use_empty=True)\nlen(bpy.data.objects)"
            self.assertEqual(self.run_code(server, "factory", factory), ("completed", "0", ""))
            server.wait_for(lambda: len(server.deleted) == 1, "the end of the first session")
            server.wait_registered(sent + 1)
            before, after = server.registrations()[0], server.registrations()[-1]
            self.assertEqual(after["client_uuid"], before["client_uuid"])
            self.assertEqual((after["label"], after["group_id"]), ("mine", "farm"))
            self.assertEqual(self.run_command(server, "again", "get_scene_info")["object_count"], 0)
            # Quits by itself, cleanly, and takes its session along.
            server.deliver(
                {"message_type": "job_dispatch", "job_id": "bye", "script": "bpy.app.timers.register("
                 "lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.5)"}
            )
            server.wait_final("bye")
            self.assertEqual(process.wait(LIMIT_S), 0)
            self.assertEqual(len(server.deleted), 2)


if __name__ == "__main__":
    unittest.main()
