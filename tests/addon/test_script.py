import contextlib
import io
import json
import os
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

    def test_the_streams_are_what_scripts_expect(self):
        code = """
import codecs, faulthandler, io, sys
out = sys.stdout
out.reconfigure(encoding="utf-8", errors="replace", newline=None, line_buffering=True, write_through=False)
out.buffer.write("caf\\u00e9 ".encode("utf-8")[:4])
out.buffer.write(memoryview("caf\\u00e9 ".encode("utf-8")[4:]))
out.buffer.write(b"\\xff\\n")
sys.stderr.buffer.write(bytearray(b"oh"))
out.flush(); out.buffer.flush()
faults = open(os.devnull, "w")
was_on = faulthandler.is_enabled()
faulthandler.enable()
if not was_on: faulthandler.disable()
print("more", file=io.TextIOWrapper(out.buffer, "utf-8", write_through=True))
(out.errors, out.encoding, out.name, sys.stderr.name, out.mode, out.isatty(), out.line_buffering, out.writable(),
 out.readable(), out.fileno() == out.buffer.fileno() == fd, sys.stderr.fileno())
"""
        with open(os.devnull, "w") as real, contextlib.redirect_stdout(real), open(os.devnull, "w") as complaints:
            with contextlib.redirect_stderr(complaints):
                outcome = run(code, os=os, fd=real.fileno())
                expected = ("replace", "utf-8", "<stdout>", "<stderr>", "w", False, True, True, False, True, complaints.fileno())
        self.assertEqual(outcome, ScriptOutcome("caf\u00e9 \ufffd\nmore\n", "oh", repr(expected), None))

    def test_an_unknown_encoding_is_refused_as_a_real_stream_does(self):
        self.assertIn("LookupError: unknown encoding: nope", run("import sys\nsys.stdout.reconfigure(encoding='nope')").error)

    def test_whoever_asks_for_input_gets_the_end_of_the_file_at_once(self):
        before = sys.stdin
        outcome = run("input('Name? ')")
        self.assertEqual(outcome.stdout, "Name? ")
        self.assertTrue(outcome.error.endswith("EOFError: EOF when reading a line"), outcome.error)
        self.assertIn("BdbQuit", run("import pdb\npdb.set_trace()\nx = 1").error)
        self.assertEqual(run("import sys\nsys.stdin.read(), sys.stdin.buffer.read(), sys.stdin.isatty()").value, "('', b'', False)")
        self.assertIs(sys.stdin, before)

    def test_a_thread_left_over_from_an_earlier_script_writes_into_no_later_answer(self):
        # One begun by `threading`, one not, and one that the first begins during the later script.
        code = """
import _thread, sys, threading
def later(name, go, done):
    begun.release()
    go.wait()
    sys.stdout.write(name + "\\n")
    done.set()
def starts():
    begun.release()
    go.wait()
    thread = threading.Thread(target=later, args=("third", go, ends[2]))
    thread.start()
    later("first", go, ends[0])
threading.Thread(target=starts, daemon=True).start()
_thread.start_new_thread(later, ("second", go, ends[1]))
for _ in range(2): begun.acquire()
print("mine")
"""
        go, ends = threading.Event(), [threading.Event() for _ in range(3)]
        real = io.StringIO()
        start = threading.Thread.start
        with contextlib.redirect_stdout(real):
            begun = threading.Semaphore(0)
            self.assertEqual(run(code, go=go, ends=ends, begun=begun).stdout, "mine\n")
            wait = """
import threading
own = threading.Thread(target=print, args=("own",))
own.start(); own.join()
go.set()
for each in ends: each.wait(60)
print("second job")
"""
            self.assertEqual(run(wait, go=go, ends=ends), ScriptOutcome("own\nsecond job\n", "", None, None))
        self.assertEqual(sorted(real.getvalue().split()), ["first", "second", "third"])
        self.assertIs(threading.Thread.start, start)

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
