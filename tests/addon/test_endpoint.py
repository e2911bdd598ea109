import json
import os
import tempfile
import unittest

from busbar.endpoint import (
    Endpoint,
    EndpointFinder,
    EndpointNotFound,
    default_data_dir,
    is_loopback,
    normalise_url,
    other_data_dirs,
)


class DataDirTest(unittest.TestCase):
    def test_the_folder_on_each_platform(self):
        cases = [
            ("linux", {}, "/home/a/.local/share/busbar"),
            ("linux", {"XDG_DATA_HOME": "/data"}, "/data/busbar"),
            ("darwin", {}, "/home/a/Library/Application Support/busbar"),
            ("win32", {}, "/home/a/AppData/Local/busbar/Data"),
            ("win32", {"LOCALAPPDATA": "/local"}, "/local/busbar/Data"),
            ("win32", {"LOCALAPPDATA": "local"}, "/home/a/AppData/Local/busbar/Data"),
            ("linux", {"XDG_DATA_HOME": ""}, "/home/a/.local/share/busbar"),
            ("linux", {"XDG_DATA_HOME": "data"}, "/home/a/.local/share/busbar"),
            ("linux", {"BUSBAR_DATA_DIR": "/elsewhere", "XDG_DATA_HOME": "/data"}, "/elsewhere"),
            ("linux", {"BUSBAR_DATA_DIR": ""}, "/home/a/.local/share/busbar"),
        ]
        for platform, environ, expected in cases:
            self.assertEqual(default_data_dir(environ, platform, "/home/a"), expected)

    def test_where_a_server_may_have_left_its_file_too(self):
        sandboxes = [
            "/home/a/.var/app/org.blender.Blender/data/busbar",
            "/home/a/.var/app/com.visualstudio.code/data/busbar",
            "/home/a/.var/app/com.vscodium.codium/data/busbar",
            "/home/a/snap/blender/current/.local/share/busbar",
            "/home/a/snap/code/current/.local/share/busbar",
            "/home/a/snap/codium/current/.local/share/busbar",
        ]
        usual = "/home/a/.local/share/busbar"
        self.assertEqual(other_data_dirs({}, "linux", "/home/a"), sandboxes)
        own = {"XDG_DATA_HOME": "/home/a/.var/app/org.blender.Blender/data"}
        self.assertEqual(other_data_dirs(own, "linux", "/home/a"), [usual, *sandboxes[1:]])
        snap = {"SNAP_REAL_HOME": "/home/a", "XDG_DATA_HOME": "/home/a/snap/blender/12/.local/share"}
        self.assertEqual(other_data_dirs(snap, "linux", "/home/a/snap/blender/12"), [usual, *sandboxes])
        for platform, environ in (("linux", {"BUSBAR_DATA_DIR": "/x"}), ("darwin", {}), ("win32", {})):
            self.assertEqual(other_data_dirs(environ, platform, "/home/a"), [])

    @unittest.skipIf(os.name != "posix", "HOME is what POSIX systems have")
    def test_a_home_that_is_none(self):
        import pwd

        kept = pwd.getpwuid(os.getuid()).pw_dir
        for home in ("", "relative"):
            found = default_data_dir({"HOME": home}, "linux")
            self.assertEqual(found, os.path.join(kept, ".local", "share", "busbar"))


class UrlTest(unittest.TestCase):
    def test_what_people_type(self):
        cases = {
            "127.0.0.1:9877": "http://127.0.0.1:9877/mcp",
            " http://127.0.0.1:9877/ ": "http://127.0.0.1:9877/mcp",
            "https://render.example/bus/mcp": "https://render.example/bus/mcp",
            "[::1]:9877": "http://[::1]:9877/mcp",
        }
        for typed, expected in cases.items():
            self.assertEqual(normalise_url(typed), expected)

    def test_what_is_no_address(self):
        for typed in ("", "ftp://a/mcp", "http://", "http://a b/", "http://a:port/", "http://me:secret@host/", "http://a\n"):
            with self.subTest(typed=typed), self.assertRaises(EndpointNotFound):
                normalise_url(typed + ("" if typed != "http://a\n" else "b"))

    def test_loopback(self):
        cases = {"http://127.0.0.1/mcp": True, "http://[::1]:1/mcp": True, "http://localhost/mcp": True}
        cases.update({"http://127.evil.example/mcp": False, "http://10.0.0.1/mcp": False})
        self.assertEqual({url: is_loopback(url) for url in cases}, cases)


class EndpointFinderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def finder(self, url="", token="", environ=None, **more):
        return EndpointFinder(url, token, data_dir=self.folder, environ=environ or {}, **more)

    def write(self, content):
        with open(os.path.join(self.folder, "endpoint.json"), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))

    def test_preferences_before_environment_before_file(self):
        self.write({"url": "http://127.0.0.1:1/mcp", "token": "file", "pid": 5})
        environ = {"BUSBAR_URL": "127.0.0.1:2", "BUSBAR_TOKEN": "env"}
        self.assertEqual(self.finder().find(), Endpoint("http://127.0.0.1:1/mcp", "file", "endpoint file"))
        self.assertEqual(self.finder(environ=environ).find(), Endpoint("http://127.0.0.1:2/mcp", "env", "environment"))
        self.assertEqual(
            self.finder("127.0.0.1:3", "mine", environ).find(), Endpoint("http://127.0.0.1:3/mcp", "mine", "preferences")
        )

    def test_the_server_that_started_last_of_all_folders_whatever_its_process_id(self):
        others = [os.path.join(self.folder, name) for name in ("usual", "sandbox", "none")]
        finder = self.finder(other_data_dirs=others)
        before = finder.fingerprint()
        for number, folder in enumerate(others[:2]):
            os.mkdir(folder)
            with open(os.path.join(folder, "endpoint.json"), "w", encoding="utf-8") as file:
                # No process has such an id here: the file is of another sandbox.
                json.dump(
                    {"url": f"http://127.0.0.1:{number}/mcp", "token": f"t{number}", "pid": 2**22 + 1, "started_at": 5 + number},
                    file,
                )
        self.assertEqual((before, len(finder.fingerprint().splitlines())), ("", 2))
        self.assertEqual(finder.find(), Endpoint("http://127.0.0.1:1/mcp", "t1", "endpoint file"))
        self.write({"url": "http://127.0.0.1:7/mcp", "token": "t7", "started_at": 6})
        self.assertEqual(finder.find(), Endpoint("http://127.0.0.1:7/mcp", "t7", "endpoint file"))
        # An address that a person set gets the token of its own file.
        named = self.finder("127.0.0.1:1", other_data_dirs=others)
        self.assertEqual(named.find(), Endpoint("http://127.0.0.1:1/mcp", "t1", "preferences"))

    def test_the_token_on_file_goes_only_to_the_server_on_file(self):
        self.write({"url": "http://127.0.0.1:1/mcp", "token": "file"})
        self.assertEqual(self.finder("http://127.0.0.1:1").find().token, "file")
        self.assertEqual(self.finder("http://127.0.0.1:2").find().token, "")
        self.assertEqual(self.finder("http://other.example:1").find().token, "")

    def test_no_server(self):
        for content in (None, "", "{", "[]", {"token": "x"}, {"url": 5}):
            if content is not None:
                self.write(content)
            with self.assertRaisesRegex(EndpointNotFound, "No Busbar found on this computer"):
                self.finder().find()

    def test_a_file_without_a_token_leads_nowhere(self):
        self.write({"url": "http://127.0.0.1:1/mcp"})
        with self.assertRaises(EndpointNotFound) as caught:
            self.finder().find()
        self.assertEqual(str(caught.exception), "The file that says where Busbar is holds no token. Restart Busbar.")

    def test_only_an_address_from_the_file_needs_a_proof(self):
        self.write({"url": "http://127.0.0.1:1/mcp", "token": "file"})
        environ = {"BUSBAR_URL": "127.0.0.1:1"}
        found = [self.finder(), self.finder(environ={"BUSBAR_TOKEN": "env"}), self.finder(token="mine")]
        self.assertEqual([finder.find().needs_proof for finder in found], [True, True, True])
        self.assertEqual(
            [finder.find().needs_proof for finder in (self.finder(environ=environ), self.finder("127.0.0.1:1"))],
            [False, False],
        )

    def test_another_computer_only_when_blender_may_go_online(self):
        with self.assertRaisesRegex(EndpointNotFound, "online access is off"):
            self.finder("http://render.example/mcp", allow_remote=False).find()
        self.assertEqual(self.finder("http://127.0.0.1:1/mcp", allow_remote=False).find().source, "preferences")

    def test_a_token_that_would_break_the_header(self):
        with self.assertRaises(EndpointNotFound) as caught:
            self.finder("127.0.0.1:1", "se\r\ncret").find()
        self.assertNotIn("cret", str(caught.exception))

    def test_repr_hides_the_token(self):
        self.assertEqual(repr(Endpoint("http://a/mcp", "secret", "s")), "Endpoint(url='http://a/mcp', source='s')")

    def test_the_fingerprint_follows_the_file(self):
        finder = self.finder()
        self.assertEqual(finder.fingerprint(), "")
        self.write({"url": "http://127.0.0.1:1/mcp"})
        first = finder.fingerprint()
        self.write({"url": "http://127.0.0.1:11/mcp"})
        self.assertNotEqual(first, "")
        self.assertNotEqual(first, finder.fingerprint())
