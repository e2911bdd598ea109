import base64
import json
import os
import struct
import subprocess
import sys
import unittest
import zlib

from busbar.pictures import DEFAULT_MAX_SIDE, MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, picture, within
from busbar.png import encode_png, is_black, png_size
from busbar.stdout_tap import StdoutTap, render_fraction


class PngTest(unittest.TestCase):
    def test_a_picture_of_two_by_two(self):
        # As OpenGL hands them out: the lower row first. Alpha goes.
        lower, upper = b"\x01\x02\x03\xff\x04\x05\x06\x00", b"\x11\x12\x13\xff\x14\x15\x16\x80"
        data = encode_png(2, 2, lower + upper)
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(data[8:16], b"\0\0\0\x0dIHDR")
        self.assertEqual(struct.unpack(">IIBBBBB", data[16:29]), (2, 2, 8, 2, 0, 0, 0))
        length = struct.unpack(">I", data[33:37])[0]
        rows = zlib.decompress(data[41 : 41 + length])
        self.assertEqual(rows, b"\0\x11\x12\x13\x14\x15\x16" + b"\0\x01\x02\x03\x04\x05\x06")
        for start, end in ((12, 29), (37, 41 + length)):
            self.assertEqual(struct.unpack(">I", data[end : end + 4])[0], zlib.crc32(data[start:end]))
        self.assertEqual(data[-12:], bytes.fromhex("0000000049454e44ae426082"))
        self.assertEqual(png_size(data), (2, 2))

    def test_black_is_black_whatever_its_alpha(self):
        black = b"\0\0\0\xff\3\3\3\0"
        self.assertEqual([is_black(black), is_black(b""), is_black(black + b"\0\4\0\0")], [True, True, False])

    def test_what_is_none(self):
        with self.assertRaises(ValueError):
            encode_png(2, 2, b"\0" * 15)
        with self.assertRaises(ValueError):
            png_size(b"\xff\xd8\xff" + b"\0" * 40)


class PictureTest(unittest.TestCase):
    def test_the_largest_one_fits_an_answer(self):
        result = picture(b"\xff" * MAX_PICTURE_BYTES, "image/png", 4096, 4096, "n" * 500, source="viewport")
        self.assertEqual(len(base64.b64decode(result["image"]["data"])), MAX_PICTURE_BYTES)
        # As the server answers it: the picture as a block of its own, and the rest as JSON in a text.
        block = {"type": "image", "data": result["image"]["data"], "mimeType": "image/png"}
        facts = json.dumps({**result, "image": {"mime_type": "image/png", "bytes": MAX_PICTURE_BYTES}})
        answer = {"content": [{"type": "text", "text": facts}, block]}
        self.assertLess(len(json.dumps(answer)), 921_600 - 8 * 1024)
        self.assertGreater(MAX_PICTURE_BYTES, 650_000)

    def test_sizes(self):
        self.assertEqual((DEFAULT_MAX_SIDE, MAX_PICTURE_SIDE), (1568, 4096))

    def test_shape_is_kept(self):
        self.assertEqual(within(1920, 1080, 800), (800, 450))
        self.assertEqual(within(100, 200, 50), (25, 50))
        self.assertEqual(within(10_000, 1, 100), (100, 1))


class RenderFractionTest(unittest.TestCase):
    def test_what_blender_writes(self):
        cases = {
            b"Fra:1 Mem:9.75M | Time:00:00.02 | Scene, ViewLayer | Sample 12/64\n": 0.1875,
            b"Fra:1 | Rendered 1/4 Tiles, Sample 32/64\n": 0.375,
            b"Fra:1 Mem:11.59M (Peak 12.70M) | Time:00:11.61 | Rendering 26 / 64 samples\n": 0.40625,
            b"Sample 1/8\nSample 8/8\nFra:1 | Finished\n": 1.0,
            b"Updating Lights\n": None,
            b"Sample 3/0\n": None,
            b"": None,
        }
        for text, fraction in cases.items():
            self.assertEqual(render_fraction(text), fraction, text)


class StdoutTapTest(unittest.TestCase):
    def test_it_reads_along_and_passes_on(self):
        script = (
            "import os\n"
            "from busbar.stdout_tap import StdoutTap\n"
            "os.write(1, b'before ')\n"
            "with StdoutTap() as tap:\n"
            "    os.write(1, b'first ')\n"
            "    assert tap.read() == b'first '\n"
            "    assert tap.read() == b''\n"
            "    os.write(1, b'second ')\n"
            "os.write(1, b'after')\n"
        )
        addon = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "addon")
        done = subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": addon}, capture_output=True, timeout=30
        )
        self.assertEqual((done.stdout, done.stderr), (b"before first second after", b""))

    def test_an_output_that_cannot_be_redirected_is_left_alone(self):
        tap = StdoutTap()
        self.assertEqual(tap.read(), b"")
