import json
import random
import sys
import unittest

from busbar.json_text import dump_answer, dump_json, load_json, visible, well_formed
from busbar.names import find, name_of, readable

NAN, INF = float("nan"), float("inf")


def said(place, name):
    return f"{place} is {name}, which JSON has no number for: it is given as a text."


class WellFormedTest(unittest.TestCase):
    def test_halves_of_characters(self):
        self.assertEqual(well_formed("plain é \U0001f600"), "plain é \U0001f600")
        self.assertEqual(well_formed("caf\udce9.blend"), "caf\ufffd.blend")
        self.assertEqual(well_formed("cut off \ud83d"), "cut off \ufffd")
        self.assertEqual(well_formed("\ude00\ud83d\ude00\ud83dx\ud83d\ud83d"), "\ufffd\U0001f600\ufffdx\ufffd\ufffd")

    def test_control_characters_are_written_out(self):
        self.assertEqual(visible("a\nb\tc\x07\x85\udce9 é"), "a\\nb\\tc\\x07\\x85\ufffd é")

    def test_json_of_any_text_can_be_read_strictly(self):
        seed = random.randrange(2**32)
        chance = random.Random(seed)
        for _ in range(2000):
            units = [chance.choice((chance.randrange(0x110000), chance.randrange(0xD800, 0xE000))) for _ in range(8)]
            text = "".join(map(chr, units))
            read = json.loads(dump_json({text: [text]}).encode("utf-8").decode("utf-8"))
            self.assertEqual(read, {well_formed(text): [well_formed(text)]}, f"seed {seed}")
            self.assertEqual(load_json(json.dumps(text)), well_formed(text), f"seed {seed}")


class DumpAnswerTest(unittest.TestCase):
    def test_numbers_that_json_does_not_have(self):
        answer = {"location": (1.5, NAN), "deep": [{"size": INF}, -INF], "notes": ["first"], "fine": 2**70}
        self.assertEqual(
            json.loads(dump_answer(answer)),
            {
                "location": [1.5, "NaN"],
                "deep": [{"size": "Infinity"}, "-Infinity"],
                "notes": [
                    "first",
                    said("location[1]", "NaN"),
                    said("deep[0].size", "Infinity"),
                    said("deep[1]", "-Infinity"),
                ],
                "fine": 1180591620717411303424,
            },
        )
        self.assertEqual(json.loads(dump_answer([1, NAN])), {"value": [1, "NaN"], "notes": [said("value[1]", "NaN")]})
        self.assertEqual(json.loads(dump_answer(INF)), {"value": "Infinity", "notes": [said("value", "Infinity")]})

    def test_what_is_fine_stays_as_it_is(self):
        self.assertEqual(dump_answer({"a": [1, None, "é"], "n": 1915883588174806058}), '{"a":[1,null,"é"],"n":1915883588174806058}')
        self.assertRaises(TypeError, dump_answer, {1, 2})

    def test_there_are_only_so_many_notes(self):
        notes = json.loads(dump_answer({"a": [NAN] * 1000}))["notes"]
        self.assertEqual(notes, [*(said(f"a[{index}]", "NaN") for index in range(20)), "980 more numbers like this"])


class LoadJsonTest(unittest.TestCase):
    def test_whole_numbers_are_exact_or_stay_text(self):
        self.assertEqual(load_json("[1915883588174806058, 0.1, 1e400]"), [1915883588174806058, 0.1, INF])
        # More digits than Python makes a number of; an older one has no such bound.
        bounded = hasattr(sys, "get_int_max_str_digits")
        self.assertEqual(load_json("7" * 5000), "7" * 5000 if bounded else 7 * (10**5000 - 1) // 9)

    def test_halves_of_characters_in_either_spelling(self):
        self.assertEqual(load_json(b'{"\\ud83d":["\\uD83D\\uDE00","\\\\ud83d"]}'), {"\ufffd": ["\U0001f600", "\\ud83d"]})
        self.assertEqual(load_json('"\ud83d"'), "\ufffd")
        self.assertEqual(load_json(b'"caf\xe9"'), "caf\ufffd")
        self.assertRaises(ValueError, load_json, b"{")


class Named:
    """As Blender does it: what is not UTF-8 raises on reading."""

    def __init__(self, name):
        self.bytes = name

    @property
    def name(self):
        return self.bytes.decode("utf-8")


class Collection(list):
    def get(self, name):
        name.encode("utf-8")
        return next((item for item in self if item.bytes == name.encode("utf-8")), None)


class NamesTest(unittest.TestCase):
    def test_a_name_that_is_not_utf_8_is_shown_and_found(self):
        cube, broken = Named("Würfel".encode()), Named(b"caf\xe9")
        items = Collection([cube, broken])
        self.assertEqual([name_of(item) for item in items], ["Würfel", "caf\ufffd"])
        self.assertEqual(readable(lambda: broken.name), "caf\ufffd")
        found = [find(items, name) for name in ("Würfel", "caf\ufffd", "caf\udce9", "other\ufffd", "other")]
        self.assertEqual(found, [cube, broken, None, None, None])
