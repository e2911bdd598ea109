import unittest

from busbar import params as read
from busbar.executor import CommandError


class ParamsTest(unittest.TestCase):
    def refused(self, function, *arguments):
        with self.assertRaises(CommandError) as caught:
            function(*arguments)
        return str(caught.exception)

    def test_text(self):
        self.assertEqual(read.text({"name": "Cube"}, "name"), "Cube")
        self.assertEqual(read.text({}, "name", ""), "")
        self.assertEqual(read.text({"name": ""}, "name", ""), "")
        self.assertEqual(self.refused(read.text, {}, "name"), "The parameter name is needed: a text.")
        self.assertEqual(self.refused(read.text, {"name": 3}, "name", ""), "The parameter name is needed: a text.")
        self.assertEqual(self.refused(read.text, {"name": ""}, "name"), "The parameter name must not be empty.")
        self.assertIn("at most 4096 characters", self.refused(read.text, {"name": "x" * 4097}, "name"))
        self.assertIn("no null character", self.refused(read.text, {"name": "a\0b"}, "name"))

    def test_integer(self):
        self.assertEqual(read.integer({"steps": 3}, "steps", 1, 1, 50), 3)
        self.assertEqual(read.integer({"steps": 3.0}, "steps", 1, 1, 50), 3)
        self.assertEqual(read.integer({"steps": None}, "steps", 1, 1, 50), 1)
        self.assertIsNone(read.integer({}, "frame", None, 1, 50))
        for value in (0, 51, 1.5, "3", True, [], float("nan"), float("inf")):
            self.assertEqual(
                self.refused(read.integer, {"steps": value}, "steps", 1, 1, 50),
                "The parameter steps must be a whole number from 1 to 50.",
            )

    def test_flag(self):
        self.assertIs(read.flag({"overwrite": True}, "overwrite"), True)
        self.assertIs(read.flag({}, "overwrite"), False)
        for value in (1, "true", []):
            self.assertEqual(
                self.refused(read.flag, {"overwrite": value}, "overwrite"),
                "The parameter overwrite must be true or false.",
            )

    def test_pages(self):
        items = list(range(7))
        page = read.Page({"page": 2, "page_size": 3})
        self.assertEqual(page.of(items), [3, 4, 5])
        self.assertEqual(page.facts(7), {"total": 7, "page": 2, "page_size": 3, "pages": 3})
        self.assertEqual(read.Page({"page": 9}).of(items), [])
        self.assertEqual(read.Page({}).facts(0), {"total": 0, "page": 1, "page_size": 50, "pages": 0})
        self.assertIn("page_size must be a whole number from 1 to 500", self.refused(read.Page, {"page_size": 501}))
