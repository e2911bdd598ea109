import json
import sys
import threading
import unittest

from busbar.script import ScriptOutcome, run_script


def run(code, **names):
    return run_script(code, dict(names), "job 1")


class RunScriptTest(unittest.TestCase):
    def test_output_and_the_value_of_the_last_expression(self):
        outcome = run("import sys\nprint('a')\nprint('b', file=sys.stderr)\nx = 2\nx * 21")
        self.assertEqual(outcome, ScriptOutcome("a\n", "b\n", "42", None))
        self.assertEqual(run("x = 1"), ScriptOutcome("", "", None, None))
        self.assertEqual(run(""), ScriptOutcome("", "", None, None))
        self.assertEqual(run("print('a')"), ScriptOutcome("a\n", "", None, None))

    def test_names_that_it_is_given(self):
        self.assertEqual(run("given + 1", given=1).value, "2")
        self.assertEqual(run("__name__").value, "'__main__'")

    def test_a_traceback_shows_the_script_and_nothing_else(self):
        outcome = run("print('before')\ndef f():\n    raise ValueError('no')\nf()")
        self.assertEqual(outcome.stdout, "before\n")
        lines = [line for line in outcome.error.splitlines() if "^" not in line and "~" not in line]
        self.assertEqual(
            lines,
            [
                "Traceback (most recent call last):",
                '  File "<job 1>", line 4, in <module>',
                "    f()",
                '  File "<job 1>", line 3, in f',
                "    raise ValueError('no')",
                "ValueError: no",
            ],
        )

    def test_a_syntax_error(self):
        error = run("x = (").error
        self.assertTrue(error.startswith('  File "<job 1>", line 1\n'), error)
        self.assertIn("SyntaxError: ", error)

    def test_leaving_does_not_leave(self):
        self.assertEqual(run("import sys\nprint(1)\nsys.exit()"), ScriptOutcome("1\n", "", None, None))
        self.assertEqual(run("raise SystemExit(0)").error, None)
        self.assertEqual(run("import sys\nsys.exit(3)").error, "The script ended with exit code 3.")
        self.assertEqual(run("raise SystemExit('why')").error, "The script ended with exit code why.")
        self.assertEqual(run("raise KeyboardInterrupt").error, "The job was interrupted: Blender was asked to end.")

    def test_output_and_errors_that_are_no_text_anybody_can_read(self):
        outcome = run("print('caf\\udce9', '\\ud83d')\n['caf\\udce9']")
        self.assertEqual(
            json.loads(outcome.to_json()),
            {"stdout": "caf\ufffd \ufffd\n", "stderr": "", "value": "['caf\\udce9']"},
        )
        outcome.to_json().encode("utf-8")
        self.assertTrue(run("raise ValueError('caf\\udce9')").error.endswith("ValueError: caf\ufffd"))
        self.assertEqual(run("raise SystemExit('\\ud83d')").error, "The script ended with exit code \ufffd.")

    def test_streams_are_restored(self):
        before = (sys.stdout, sys.stderr)
        run("import sys\nsys.stdout = None\n1/0")
        self.assertEqual((sys.stdout, sys.stderr), before)

    def test_a_flood_of_output_is_cut_and_counted(self):
        outcome = run("for _ in range(100): print('x' * 1_000_000)")
        self.assertEqual((len(outcome.stdout), outcome.stdout_lost), (1048576, 98951524))
        text = outcome.to_json()
        shown = json.loads(text)["stdout"]
        kept, _, marker = shown.partition("\n[... ")
        self.assertEqual(marker, f"{100_000_100 - shown.count('x') - shown.count(chr(10)) + 1} characters cut]")
        self.assertGreater(len(kept), 1_000_000)
        self.assertLessEqual(len(text), 1048576)

    def test_the_whole_result_fits_one_mebibyte_of_valid_json(self):
        for text in ("x", "\\u00e9", "\\x00", "\\ud800", "\\n\\\""):
            flood = f"import sys\nfor out in (sys.stdout, sys.stderr): print('{text}' * 3_000_000, file=out)\n"
            text = run(flood + "'a' * 3_000_000").to_json()
            self.assertLessEqual(len(text.encode("utf-8")), 1048576)
            result = json.loads(text)
            for part in ("stdout", "stderr", "value"):
                self.assertIn("characters cut]", result[part])

    def test_an_exception_without_a_readable_message(self):
        error = run("class E(Exception):\n    def __str__(self): raise ValueError\nraise E()").error
        self.assertRegex(error.splitlines()[-1], r"E: <(exception str\(\) failed|unprintable E object)>$")

    def test_a_value_that_cannot_be_shown_fails_the_job(self):
        outcome = run("class A:\n    def __repr__(self): raise ValueError('no repr')\nA()")
        self.assertIn("ValueError: no repr", outcome.error)

    def test_other_threads_of_the_add_on_do_not_write_into_the_job(self):
        def log_line():
            thread = threading.Thread(target=lambda: sys.stderr.write(""), name="busbar-sender")
            thread.start()
            thread.join()

        self.assertEqual(run("log_line()", log_line=log_line).stderr, "")


class ResultJsonTest(unittest.TestCase):
    def test_shape(self):
        self.assertEqual(
            ScriptOutcome("a\n", "", None, None).to_json(), '{"stdout":"a\\n","stderr":"","value":null}'
        )
