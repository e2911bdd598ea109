import json
import unittest

from busbar.executor import Command, CommandError, Executor, JobRecord
from busbar.jobs import JobDesk, Outbox
from busbar.messages import Job
from busbar.script import run_script

from .test_jobs import drain


def fails(problem):
    def run(params, report_progress, job):
        raise problem

    return Command(run)


class ExecutorTest(unittest.TestCase):
    def setUp(self):
        self.desk = JobDesk(Outbox())
        self.undo_steps = []
        self.now = 100.0
        self.settled = 0
        self.commands = {
            "execute_code": Command(
                lambda params, report, job: run_script(params["code"], {"report_progress": report, "test": self}, "job"),
                mutates=True,
            ),
            "echo": Command(lambda params, report, job: params),
            "huge": Command(lambda params, report, job: "x" * 1024 * 1024),
            "not_json": Command(lambda params, report, job: {1, 2}),
            "refuses": fails(CommandError("There is no object named Cube.")),
            "breaks": fails(RuntimeError("bug")),
            "exits": fails(SystemExit(3)),
            "interrupted": fails(KeyboardInterrupt()),
        }
        self.executor = Executor(self.desk, self.commands, self.undo_steps.append, self.settle, lambda: self.now)

    def settle(self):
        self.settled += 1

    def run_job(self, command, params=None, description=""):
        self.desk.offer(Job("j", "m", command, params or {}, description, 6, "llm-1", repr((command, params))))
        self.assertTrue(self.executor.run_next())
        self.assertIsNone(self.desk.running)
        first, *others = drain(self.desk.outbox)
        self.assertEqual((first["status"], first.get("progress")), ("running", None))
        return others

    def test_nothing_to_do(self):
        self.assertFalse(self.executor.run_next())

    def test_a_command_answers_json(self):
        self.assertEqual(
            self.run_job("echo", {"a": [1, None, "é"]}),
            [{"job_id": "j", "status": "completed", "result": '{"a":[1,null,"é"]}', "error": ""}],
        )
        self.assertEqual(self.undo_steps, [])

    def test_what_is_no_text_is_told_in_characters(self):
        self.commands["refuses"] = fails(CommandError("There is no caf\udce9."))
        refused = {"job_id": "j", "status": "failed", "result": "", "error": "There is no caf\ufffd."}
        self.assertEqual(self.run_job("refuses"), [refused])
        completed = {"job_id": "j", "status": "completed", "result": '{"path":"caf\ufffd"}', "error": ""}
        self.assertEqual(self.run_job("echo", {"path": "caf\udce9"}), [completed])

    def test_a_job_whose_description_is_cut_inside_a_character_runs_and_is_completed(self):
        def strict(name):
            name.encode("utf-8")
            self.undo_steps.append(name)

        executor = Executor(self.desk, self.commands, strict, self.settle, lambda: self.now)
        self.desk.offer(Job("j", "m", "execute_code", {"code": "1"}, "cut off \ud83d", 6, "llm-1", "f"))
        self.assertTrue(executor.run_next())
        self.assertEqual([update["status"] for update in drain(self.desk.outbox)], ["running", "completed"])
        self.assertEqual(self.undo_steps, ["Busbar: cut off \ufffd"])
        self.assertEqual(list(executor.history), [JobRecord("cut off \ufffd", "completed", 0.0)])

    def test_an_undo_step_that_fails_is_not_the_jobs_failure(self):
        def refuses(name):
            raise TypeError("no step")

        executor = Executor(self.desk, self.commands, refuses, self.settle, lambda: self.now)
        self.desk.offer(Job("j", "m", "execute_code", {"code": "1"}, "", 6, "llm-1", "f"))
        self.assertTrue(executor.run_next())
        self.assertEqual([update["status"] for update in drain(self.desk.outbox)], ["running", "completed"])

    def test_a_look_leaves_nothing_behind_and_waits_for_nothing(self):
        for _ in range(2):
            self.desk.offer(Job("l", "m", "echo", {}, "", 7, "server:local", "f", look=True))
            self.assertTrue(self.executor.run_next())
        # Asked twice it runs twice: the answer was not kept.
        self.assertEqual([update["status"] for update in drain(self.desk.outbox)], ["running", "completed"] * 2)
        self.assertEqual((len(self.executor.history), self.settled), (0, 0))

    def test_what_changes_something_waits_for_the_artist_and_what_reads_does_not(self):
        busy = ["Waits for the artist's stroke to end"]
        commands = {
            "read": Command(lambda params, report, job: "read", reads=True),
            "write": Command(lambda params, report, job: "written"),
        }
        executor = Executor(
            self.desk, commands, self.undo_steps.append, self.settle, lambda: self.now, lambda: busy[0]
        )
        for name in ("write", "read", "unknown"):
            self.desk.offer(Job(name, "m", name, {}, "", 6, "", name))
        ran = [executor.run_next(), executor.run_next(), executor.run_next()]
        self.assertEqual(ran, [True, True, False])
        busy[0] = None
        self.assertTrue(executor.run_next())
        self.assertEqual(
            [(update["job_id"], update["status"], update["result"]) for update in drain(self.desk.outbox)],
            [
                ("write", "running", ""),
                ("read", "running", ""),
                ("read", "completed", '"read"'),
                ("unknown", "running", ""),
                ("unknown", "failed", ""),
                ("write", "running", ""),
                ("write", "completed", '"written"'),
            ],
        )

    def test_what_changes_something_starts_once_it_is_shown_and_nothing_passes_it(self):
        asked, shown = [], []
        commands = {
            "read": Command(lambda params, report, job: "read", reads=True),
            "write": Command(lambda params, report, job: [report(2.0), report(0.5)]),
        }

        def ready(job):
            asked.append(job.job_id)
            return len(asked) > 2

        executor = Executor(
            self.desk, commands, self.undo_steps.append, self.settle, lambda: self.now, ready=ready,
            show_progress=shown.append,
        )
        for name in ("write", "read"):
            self.desk.offer(Job(name, "m", name, {}, "", 6, "", name))
        self.assertEqual([executor.run_next() for _ in range(5)], [False, False, True, True, False])
        self.assertEqual(asked, ["write", "write", "write"])
        # The second report came too soon after the first.
        self.assertEqual(shown, [1.0])
        self.assertEqual(
            [(update["job_id"], update["status"]) for update in drain(self.desk.outbox) if "progress" not in update],
            [("write", "running"), ("write", "completed"), ("read", "running"), ("read", "completed")],
        )

    def test_progress_from_another_thread_of_the_script_is_not_shown_by_that_thread(self):
        shown = []
        code = "import threading\nthread = threading.Thread(target=report_progress, args=(0.5,))\nthread.start(); thread.join()"
        executor = Executor(
            self.desk, self.commands, self.undo_steps.append, self.settle, lambda: self.now, show_progress=shown.append
        )
        self.desk.offer(Job("j", "m", "execute_code", {"code": code}, "", 6, "", "f"))
        executor.run_next()
        self.assertEqual(shown, [])

    def test_a_script_makes_one_undo_step_named_after_the_job(self):
        self.run_job("execute_code", {"code": "\n  \nx = 1\nx"}, "Make it blue")
        self.run_job("execute_code", {"code": "\n\nx = 1\nx"})
        self.run_job("execute_code", {"code": "1/0"})
        self.assertEqual(self.undo_steps, ["Busbar: Make it blue", "Busbar: x = 1", "Busbar: 1/0"])
        self.assertEqual(self.executor.history[-1], JobRecord("1/0", "failed", 0.0))

    def test_a_script_that_changes_nothing_makes_no_undo_step(self):
        changed, seen = [True, False, True], []

        def watch(job):
            seen.append(job.job_id)
            return lambda: changed.pop(0)

        executor = Executor(
            self.desk, self.commands, self.undo_steps.append, self.settle, lambda: self.now, watch_changes=watch
        )
        for number, (command, code) in enumerate([("execute_code", "1"), ("execute_code", "2"), ("echo", ""), ("execute_code", "1/0")]):
            self.desk.offer(Job(f"j{number}", "m", command, {"code": code}, "", 6, "", "f"))
            executor.run_next()
        self.assertEqual((self.undo_steps, seen), (["Busbar: 1", "Busbar: 1/0"], ["j0", "j1", "j3"]))

    def test_where_changes_cannot_be_watched_a_script_makes_its_undo_step(self):
        def watch(job):
            raise RuntimeError("no window")

        executor = Executor(
            self.desk, self.commands, self.undo_steps.append, self.settle, lambda: self.now, watch_changes=watch
        )
        self.desk.offer(Job("j", "m", "execute_code", {"code": "1"}, "", 6, "", "f"))
        executor.run_next()
        self.assertEqual(self.undo_steps, ["Busbar: 1"])
        self.assertEqual([update["status"] for update in drain(self.desk.outbox)], ["running", "completed"])

    def test_a_failed_script_still_carries_its_output(self):
        (update,) = self.run_job("execute_code", {"code": "print('a')\n1/0"})
        self.assertEqual((update["status"], json.loads(update["result"])["stdout"]), ("failed", "a\n"))
        self.assertTrue(update["error"].endswith("ZeroDivisionError: division by zero"))

    def test_every_way_to_fail_ends_in_one_answer(self):
        errors = {
            "refuses": "There is no object named Cube.",
            "huge": "The answer is larger than 1 MiB. Ask for less at a time.",
            "interrupted": "The job was interrupted: Blender was asked to end.",
        }
        for command, error in errors.items():
            self.assertEqual(
                self.run_job(command), [{"job_id": "j", "status": "failed", "result": "", "error": error}]
            )
        self.assertIn("RuntimeError: bug", self.run_job("breaks")[0]["error"])
        self.assertIn("SystemExit: 3", self.run_job("exits")[0]["error"])
        self.assertIn("not JSON serializable", self.run_job("not_json")[0]["error"])
        self.assertEqual(
            self.run_job("nope")[0]["error"],
            "This Blender does not know the command 'nope'. It knows: breaks, echo, execute_code, exits, huge,"
            " interrupted, not_json, refuses.",
        )

    def test_progress_is_clamped_and_throttled(self):
        code = (
            "for step in range(1000): report_progress(step / 1000)\n"
            "test.now += 1\nreport_progress(7, 'over')\nreport_progress(-1)\nreport_progress(float('nan'))"
        )
        sent = []
        self.desk.outbox.on_change(lambda: sent.append(self.desk.outbox.peek()) or drain(self.desk.outbox))
        self.desk.offer(Job("j", "m", "execute_code", {"code": code}, "", 6, "", "f"))
        self.executor.run_next()
        self.assertEqual([update.get("progress") for update in sent], [None, 0.0, 1.0, None])
        self.assertEqual(sent[2]["progress_message"], "over")
        self.assertIn("ValueError: report_progress needs a number from 0 to 1.", sent[3]["error"])
        self.assertEqual(self.settled, 3)

    def test_progress_from_a_thread_beside_waits_for_nothing(self):
        answers = []
        aside = Command(
            lambda params, report, job: answers.extend([report.aside(0.5, "half"), report.aside(0.6), report.aside(1.0)])
        )
        executor = Executor(self.desk, {"aside": aside}, self.undo_steps.append, self.settle, lambda: self.now)
        sent = []
        self.desk.outbox.on_change(lambda: sent.append(self.desk.outbox.peek()) or drain(self.desk.outbox))
        self.desk.offer(Job("j", "m", "aside", {}, "", 6, "", "f"))
        executor.run_next()
        self.assertEqual(answers, [True, False, True])
        self.assertEqual([update.get("progress") for update in sent], [None, 0.5, 1.0, None])
        self.assertEqual(self.settled, 1)
