import itertools
import signal
import sys
import threading
import time
import types
import unittest

from busbar.executor import Command, Executor
from busbar.interrupt import DOES_NOT_STOP, IN_ANOTHER_ADDON, IN_ONE_CALL, Interrupted, Interrupter
from busbar.jobs import JobDesk, Outbox
from busbar.messages import CancelRequest, Job
from busbar.script import run_script

from .test_jobs import drain

CAUGHT_FOR_EVER = """
import time
while True:
    try:
        started.set()
        time.sleep(0.01)
    except BaseException:
        pass
"""
CAUGHT_AT_EVERY_LEVEL = """
import time
def inner():
    while True:
        try:
            started.set()
            time.sleep(0.01)
        except BaseException:
            pass
while True:
    try:
        while True:
            try:
                inner()
            except BaseException:
                pass
    except BaseException:
        pass
"""
# No line of the script itself runs in between: the interpreter takes exceptions from __del__ for itself.
CAUGHT_BY_THE_INTERPRETER = """
import collections, itertools, time
class Deaf:
    def __del__(self):
        started.set()
        time.sleep(1)
collections.deque(itertools.starmap(Deaf, itertools.repeat((), 22)), maxlen=0)
"""
ENDS_OF_SCRIPTS = {
    "a loop": "started.set()\nwhile True: pass",
    "a comprehension": "started.set()\n[each for each in iter(int, 1)]",
    "a sort": "started.set()\nsorted(range(10 ** 6), key=lambda each: [None for _ in range(10 ** 5)])",
    "a sleep": "import time\nstarted.set()\ntime.sleep(600)",
    "a sleep of its own": "from time import sleep\nstarted.set()\nsleep(600.0)",
    "output": "while True:\n    print('x')\n    started.set()",
    "progress": "while True:\n    report_progress(0.5)\n    started.set()",
    "an outer try": "try:\n    started.set()\n    while True: pass\nexcept BaseException: pass",
    "a try in a loop": CAUGHT_FOR_EVER,
    "a try around everything": CAUGHT_AT_EVERY_LEVEL,
    "another exception": "try:\n    started.set()\n    while True: pass\nfinally:\n    1/0",
    "code of its own": "started.set()\nexec('while True: pass')",
}


class InterruptTest(unittest.TestCase):
    use_signal = True

    def setUp(self):
        self.desk = JobDesk(Outbox())
        self.started = threading.Event()
        self.kinds = {}
        self.numbers = itertools.count()
        self.undo_steps = []
        self.interrupter = Interrupter(self.desk.say, lambda frame: self.kinds.get(frame.f_code.co_name), self.use_signal)
        self.executor = Executor(
            self.desk,
            {"execute_code": Command(self.execute, mutates=True), "draw": Command(self.draw)},
            self.undo_steps.append,
            interrupter=self.interrupter,
        )
        self.handler = signal.getsignal(signal.SIGURG)
        self.sleep = time.sleep
        self.addCleanup(self.assert_restored)

    def assert_restored(self):
        self.assertEqual(signal.getsignal(signal.SIGURG), self.handler)
        self.assertIs(time.sleep, self.sleep)
        self.assertIsNone(sys.gettrace())
        self.assertIsNone(Interrupted.gone)

    def execute(self, params, report_progress, job):
        names = {"started": self.started, "report_progress": report_progress, "test": self}
        return run_script(params["code"], {**names, **params["names"]}, "job", self.interrupter)

    def draw(self, params, report_progress, job):
        self.started.set()
        time.sleep(0.2)
        report_progress.check()
        return "a picture"

    def run_job(self, code, names=None, command="execute_code", cancel=True):
        """Runs a script and cancels it once it has begun; its updates after the first."""
        self.started.clear()
        self.desk.offer(Job("j", "m", command, {"code": code, "names": names or {}}, "", 6, "llm-1", f"{next(self.numbers)}"))

        def cancel_it():
            self.started.wait()
            self.desk.cancel(CancelRequest("j", interrupt=True))

        thread = threading.Thread(target=cancel_it)
        if cancel:
            thread.start()
        self.assertTrue(self.executor.run_next())
        self.started.set()
        if cancel:
            thread.join()
        return drain(self.desk.outbox)[1:]

    def test_every_kind_of_script_ends_as_cancelled(self):
        for name, code in ENDS_OF_SCRIPTS.items():
            with self.subTest(name):
                *_, last = self.run_job(code)
                self.assertEqual((last["status"], last["error"][:22]), ("cancelled", "Cancelled while it ran"))
                self.assert_restored()

    def test_the_answer_says_where_it_was_and_what_it_had_printed(self):
        updates = self.run_job("print('begun')\nstarted.set()\nwhile True:\n    pass")
        self.assertEqual(
            [{**update, "error": update["error"].replace("line 4", "line 3")} for update in updates],
            [
                {
                    "job_id": "j",
                    "status": "cancelled",
                    "result": '{"stdout":"begun\\n","stderr":"","value":null}',
                    "error": "Cancelled while it ran, in line 3.",
                }
            ],
        )
        self.assertEqual([step for step in self.undo_steps], ["Busbar: print('begun')"])
        self.assertEqual(self.executor.history[-1].status, "cancelled")

    def test_an_exception_that_it_made_of_the_interrupt_is_told(self):
        (last,) = self.run_job(ENDS_OF_SCRIPTS["another exception"])
        self.assertIn("Cancelled while it ran. It ended with:\n", last["error"])
        self.assertTrue(last["error"].endswith("ZeroDivisionError: division by zero"), last["error"])

    def test_a_script_may_put_things_in_order(self):
        done = []
        code = (
            "try:\n    started.set()\n    while True: pass\n"
            "finally:\n    for _ in range(1000): done.append(1)"
        )
        (last,) = self.run_job(code, {"done": done})
        self.assertEqual((last["status"], len(done)), ("cancelled", 1000))

    def test_one_that_catches_all_is_left_alone(self):
        # Nothing is printed to the test's own output.
        code = "import sys\nsys.unraisablehook = lambda _: None\n" + CAUGHT_BY_THE_INTERPRETER
        hook = sys.unraisablehook
        self.addCleanup(setattr, sys, "unraisablehook", hook)
        said, last = self.run_job(code)
        self.assertEqual(
            said,
            {"job_id": "j", "status": "running", "result": "", "error": "", "progress_message": DOES_NOT_STOP},
        )
        self.assertEqual(DOES_NOT_STOP, "Does not stop: the script caught 20 interrupts and goes on.")
        # It went on to its end.
        self.assertEqual((last["status"], last["error"]), ("completed", ""))

    def test_it_waits_for_a_handler_and_says_so(self):
        log = []
        code = (
            "def handler():\n    started.set()\n    until = time.monotonic() + 1.5\n"
            "    while time.monotonic() < until: pass\n    log.append('whole')\n"
        )
        module = types.ModuleType("handlers")
        module.__dict__.update(started=self.started, time=time, log=log)
        exec(compile(code, "handlers.py", "exec"), module.__dict__)
        for kind in ("handler", "addon"):
            with self.subTest(kind):
                self.kinds = {"handler": kind}
                said, last = self.run_job("handler()\nwhile True: pass", {"handler": module.handler})
                self.assertEqual((said["progress_message"], last["status"]), (IN_ANOTHER_ADDON, "cancelled"))
                self.assertEqual(log.pop(), "whole")

    def test_an_operator_that_the_script_called_is_interrupted_with_all_that_it_calls(self):
        module = types.ModuleType("importer")
        module.__dict__.update(started=self.started)
        code = "def parse():\n    started.set()\n    while True: pass\ndef execute(): parse()"
        exec(compile(code, "importer.py", "exec"), module.__dict__)
        self.kinds = {"parse": "addon", "execute": "operator"}
        (last,) = self.run_job("execute()", {"execute": module.execute})
        self.assertEqual((last["status"], last["error"]), ("cancelled", "Cancelled while it ran, in line 1."))

    def test_what_is_one_long_call_says_so_and_ends_as_cancelled(self):
        code = (
            "import hashlib\nstarted.set()\nhashlib.pbkdf2_hmac('sha256', b'', b'', 10_000_000)\nwhile True: pass"
        )
        said, last = self.run_job(code)
        self.assertEqual((said["progress_message"], last["status"]), (IN_ONE_CALL, "cancelled"))

    def test_a_command_that_is_no_script_is_cancelled_where_it_looks(self):
        self.assertEqual(
            self.run_job("", command="draw"),
            [{"job_id": "j", "status": "cancelled", "result": "", "error": "Cancelled while it ran."}],
        )

    def test_a_script_that_ended_before_the_interrupt_is_completed(self):
        (last,) = self.run_job("started.set()\n1 + 1")
        self.assertIn(last["status"], ("completed", "cancelled"))
        (after,) = self.run_job("sum(range(1000))", cancel=False)
        self.assertEqual((after["status"], after["error"]), ("completed", ""))

    def test_one_that_was_taken_and_not_begun_does_not_begin(self):
        ran = []
        executor = Executor(
            self.desk,
            {"execute_code": Command(lambda params, report_progress, job: ran.append(1))},
            self.undo_steps.append,
            # Called when the job was taken, and before its work begins.
            settle=lambda: self.desk.cancel(CancelRequest("j", interrupt=True)),
            interrupter=self.interrupter,
        )
        self.desk.offer(Job("j", "m", "execute_code", {}, "", 6, "llm-1", "f"))
        executor.run_next()
        self.assertEqual(
            (drain(self.desk.outbox)[1:], ran),
            ([{"job_id": "j", "status": "cancelled", "result": "", "error": "Cancelled before it started."}], []),
        )

    def test_without_interrupt_it_goes_on(self):
        code = "test.desk.cancel(CancelRequest('j'))\nsum(range(100000))"
        (last,) = self.run_job(code, {"CancelRequest": CancelRequest}, cancel=False)
        self.assertEqual((last["status"], last["error"]), ("completed", ""))

    def test_none_comes_after_the_end(self):
        """Interrupts at about the end of a script never reach what comes after it."""
        escaped = []
        after = []

        def spin():
            for _ in range(200):
                after.append(1)

        self.executor = Executor(
            self.desk,
            {"execute_code": Command(self.execute, mutates=True)},
            lambda name: spin(),
            interrupter=self.interrupter,
        )
        for number in range(300):
            code = f"started.set()\nfor _ in range({number * 40}): pass"
            try:
                *_, last = self.run_job(code)
            except BaseException as error:
                escaped.append(error)
            else:
                self.assertIn((last["status"], last["error"][:9]), (("completed", ""), ("cancelled", "Cancelled")))
        self.assertEqual((escaped, len(after)), ([], 300 * 200))

    def test_what_the_script_puts_in_place_stays(self):
        mine = lambda number, frame: None  # noqa: E731
        self.addCleanup(signal.signal, signal.SIGURG, self.handler)
        self.run_job("import signal\nsignal.signal(signal.SIGURG, mine)", {"mine": mine}, cancel=False)
        self.assertIs(signal.getsignal(signal.SIGURG), mine)
        signal.signal(signal.SIGURG, self.handler)

    def test_a_handler_of_somebody_else_is_back_afterwards_and_hears_nothing(self):
        heard = []
        mine = lambda number, frame: heard.append(number)  # noqa: E731
        before = signal.signal(signal.SIGURG, mine)
        self.addCleanup(signal.signal, signal.SIGURG, before)
        self.handler = mine
        self.run_job("started.set()\nwhile True: pass")
        self.assertEqual((signal.getsignal(signal.SIGURG), heard), (mine, []))
        signal.signal(signal.SIGURG, before)
        self.handler = before

    def test_a_script_that_sets_the_handler_itself_is_interrupted_all_the_same(self):
        self.addCleanup(signal.signal, signal.SIGURG, self.handler)
        code = "import signal\nsignal.signal(signal.SIGURG, signal.SIG_IGN)\nstarted.set()\nwhile True: pass"
        (last,) = self.run_job(code)
        self.assertEqual(last["status"], "cancelled")
        signal.signal(signal.SIGURG, self.handler)

    def test_output_of_another_thread_of_the_script_is_not_interrupted(self):
        code = (
            "import threading\nerrors = []\ngo_on = threading.Event()\n"
            "def write():\n"
            "    try:\n"
            "        while not go_on.is_set(): print('x')\n"
            "    except BaseException as error:\n"
            "        errors.append(error)\n"
            "thread = threading.Thread(target=write)\nthread.start()\n"
            "try:\n    started.set()\n    while True: pass\n"
            "finally:\n    go_on.set()\n    thread.join()\n    seen.extend(errors)"
        )
        seen = []
        (last,) = self.run_job(code, {"seen": seen})
        self.assertEqual((last["status"], seen), ("cancelled", []))

    def test_being_unplugged_interrupts(self):
        code = "test.desk.drop_all()\ntest.desk.outbox.add({'job_id': 'j', 'status': 'running', 'result': '', 'error': ''})"
        (last,) = self.run_job(code + "\nwhile True: pass", cancel=False)
        self.assertEqual((last["status"], last["error"]), ("cancelled", "Cancelled while it ran, in line 3."))


@unittest.skipUnless(hasattr(signal, "pthread_kill"), "the same as above here")
class WithoutSignalsTest(InterruptTest):
    """As where signals can't interrupt: by pending calls and a sleep in slices."""

    use_signal = False

    def test_the_sleep_in_slices_is_a_sleep(self):
        code = (
            "import time\nbegan = time.monotonic()\ntime.sleep(0.12)\ntime.sleep(0)\nslept = time.monotonic() - began\n"
            "errors = []\n"
            "for wrong in (-1, 'a', None):\n"
            "    try: time.sleep(wrong)\n"
            "    except (ValueError, TypeError) as error: errors.append(type(error).__name__)\n"
            "found.extend([slept >= 0.12, errors, time.sleep.__name__])"
        )
        found = []
        self.run_job(code, {"found": found}, cancel=False)
        self.assertEqual(found, [True, ["ValueError", "TypeError", "TypeError"], "sleep"])


if __name__ == "__main__":
    unittest.main()
