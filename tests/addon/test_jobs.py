import dataclasses
import unittest

from busbar.jobs import MAX_OUTBOX_CHARS, MAX_REMEMBERED_CHARS, JobDesk, Outbox
from busbar.messages import CancelRequest, Job, MalformedJob

from .fixtures import fixture


def job(job_id, priority=6, message_id=None, fingerprint=None):
    return Job(job_id, message_id or "m-" + job_id, "ping", {}, "", priority, "llm-1", fingerprint or "f-" + job_id)


def drain(outbox):
    updates = []
    while outbox.peek() is not None:
        updates.append(outbox.peek())
        outbox.done(updates[-1])
    return updates


def states(outbox):
    return [(update["job_id"], update["status"]) for update in drain(outbox)]


class DeskTest(unittest.TestCase):
    def setUp(self):
        self.outbox = Outbox()
        self.desk = JobDesk(self.outbox)

    def run_all(self):
        order = []
        while (taken := self.desk.take()) is not None:
            order.append(taken.job_id)
            self.desk.finish(taken, "completed", "{}", "")
        return order

    def test_most_urgent_first_then_oldest(self):
        for name, priority in (("a", 6), ("b", 6), ("c", 0), ("d", 7), ("e", 4), ("f", 6)):
            self.desk.offer(job(name, priority))
        self.assertEqual(self.run_all(), ["c", "e", "a", "b", "f", "d"])

    def test_what_the_sender_hears(self):
        self.desk.offer(job("job-1"))
        taken = self.desk.take()
        self.desk.progress(taken, 0.25, "")
        self.desk.progress(taken, 0.5, "Half of it")
        self.assertEqual(drain(self.outbox), [fixture("job-update-running"), fixture("job-update-progress")])
        self.desk.finish(taken, "completed", fixture("job-update-completed")["result"], "")
        self.assertEqual(drain(self.outbox), [fixture("job-update-completed")])

    def test_large_answers_are_sent_again_while_they_are_kept(self):
        large = "x" * (MAX_REMEMBERED_CHARS // 2)
        for name in ("a", "b", "c"):
            self.desk.offer(job(name))
            self.desk.finish(self.desk.take(), "completed", large, "")
        drain(self.outbox)
        for name in ("a", "c"):
            self.desk.offer(job(name))
            self.assertIsNone(self.desk.take())
        forgotten, kept = drain(self.outbox)
        self.assertEqual(
            forgotten,
            {
                "job_id": "a",
                "status": "failed",
                "result": "",
                "error": "This job ran before, and its answer is no longer kept. It was not run again.",
            },
        )
        self.assertEqual((kept["job_id"], kept["status"], len(kept["result"])), ("c", "completed", 16777216))

    def test_a_repeat_never_runs_twice(self):
        self.desk.offer(job("a"))
        self.desk.offer(job("a", message_id="other"))
        taken = self.desk.take()
        self.desk.offer(job("a"))
        self.assertEqual(self.desk.waiting, 0)
        self.desk.finish(taken, "completed", "{}", "")
        self.assertEqual(states(self.outbox), [("a", "running"), ("a", "completed")])
        self.desk.offer(job("a"))
        self.assertIsNone(self.desk.take())
        self.assertEqual(states(self.outbox), [("a", "completed")])

    def test_a_reused_id_for_other_work_runs(self):
        self.desk.offer(job("a"))
        self.run_all()
        self.desk.offer(job("a", fingerprint="something else"))
        self.assertEqual(self.run_all(), ["a"])

    def test_cancel_before_the_start(self):
        self.desk.offer(job("job-1"))
        self.desk.cancel(CancelRequest("job-1"))
        self.assertIsNone(self.desk.take())
        self.assertEqual(drain(self.outbox), [fixture("job-update-cancelled")])
        self.desk.cancel(CancelRequest("job-1"))
        self.desk.cancel(CancelRequest("never heard of"))
        self.assertEqual(len(self.outbox), 0)

    def test_a_job_that_is_held_back_says_so_once_and_lets_others_pass(self):
        self.desk.offer(job("held", 0))
        self.desk.offer(job("free"))
        reasons = {"held": "Waits for the artist's stroke to end"}

        def hold(waiting):
            return reasons.get(waiting.job_id)

        self.assertEqual(self.desk.take(hold=hold).job_id, "free")
        self.desk.finish(self.desk.running, "completed", "{}", "")
        self.assertIsNone(self.desk.take(hold=hold))
        self.assertEqual((self.desk.waiting, self.desk.running), (1, None))
        reasons["held"] = "Waits for the artist's render to end"
        self.assertIsNone(self.desk.take(hold=hold))
        reasons.clear()
        self.assertEqual(self.desk.take(hold=hold).job_id, "held")
        running = {"status": "running", "result": "", "error": ""}
        self.assertEqual(
            drain(self.outbox),
            [
                {"job_id": "held", **running, "progress_message": "Waits for the artist's stroke to end"},
                {"job_id": "free", **running},
                {"job_id": "free", "status": "completed", "result": "{}", "error": ""},
                {"job_id": "held", **running, "progress_message": "Waits for the artist's render to end"},
                {"job_id": "held", **running, "progress_message": ""},
            ],
        )

    def test_a_job_that_is_held_back_has_not_started_and_can_be_withdrawn(self):
        self.desk.offer(job("job-1"))
        self.assertIsNone(self.desk.take(hold=lambda waiting: "Waits"))
        self.desk.cancel(CancelRequest("job-1"))
        self.assertIsNone(self.desk.take())
        self.assertEqual(drain(self.outbox)[1:], [fixture("job-update-cancelled")])

    def test_a_running_job_goes_on_unless_it_is_to_be_interrupted(self):
        interrupted = []
        self.desk.on_interrupt(interrupted.append)
        self.desk.offer(job("a"))
        taken = self.desk.take()
        drain(self.outbox)
        self.desk.cancel(CancelRequest("a"))
        self.desk.cancel(CancelRequest("other", interrupt=True))
        self.assertEqual((drain(self.outbox), interrupted), ([], []))
        self.desk.cancel(CancelRequest("a", interrupt=True))
        self.assertEqual((drain(self.outbox), interrupted), ([], [taken]))
        self.assertIs(self.desk.running, taken)

    def test_word_about_the_job_that_runs_and_about_no_other(self):
        self.desk.offer(job("a"))
        taken = self.desk.take()
        drain(self.outbox)
        self.desk.say(taken, "Does not stop")
        self.desk.finish(taken, "completed", "{}", "")
        self.desk.say(taken, "Does not stop")
        self.assertEqual(
            drain(self.outbox),
            [
                {"job_id": "a", "status": "running", "result": "", "error": "", "progress_message": "Does not stop"},
                {"job_id": "a", "status": "completed", "result": "{}", "error": ""},
            ],
        )

    def test_while_paused_every_job_is_refused_and_what_runs_goes_on(self):
        self.desk.offer(job("runs"))
        self.desk.offer(job("waits"))
        taken = self.desk.take()
        drain(self.outbox)
        self.desk.pause("the artist at shot.blend")
        self.desk.offer(job("comes"))
        refused = {"status": "failed", "result": "", "error": "paused: the artist at shot.blend"}
        self.assertEqual(drain(self.outbox), [{"job_id": "waits", **refused}, {"job_id": "comes", **refused}])
        self.desk.finish(taken, "completed", "{}", "")
        self.assertEqual(states(self.outbox), [("runs", "completed")])
        # A look shows a person what is there.
        self.desk.offer(dataclasses.replace(job("look"), look=True))
        self.assertEqual(self.run_all(), ["look"])
        self.desk.pause(None)
        for name in ("waits", "comes"):
            self.desk.offer(job(name))
        self.assertEqual(self.run_all(), ["waits", "comes"])

    def test_malformed_jobs_are_answered(self):
        self.desk.refuse(MalformedJob("a", "The job has no script."))
        self.assertEqual(
            drain(self.outbox), [{"job_id": "a", "status": "failed", "result": "", "error": "The job has no script."}]
        )

    def test_a_full_queue_answers(self):
        for number in range(1001):
            self.desk.offer(job(str(number)))
        self.assertEqual(self.desk.waiting, 1000)
        self.assertEqual(
            drain(self.outbox)[0]["error"], "This Blender already has 1000 jobs waiting. Try again later."
        )

    def test_leaving_by_itself_and_being_unregistered(self):
        self.desk.offer(job("a"))
        self.desk.cancel_all("Bye.")
        self.assertEqual([update["error"] for update in drain(self.outbox)], ["Bye."])
        self.desk.offer(job("b"))
        self.desk.refuse(MalformedJob("c", "?"))
        self.desk.drop_all()
        self.assertEqual((self.desk.take(), len(self.outbox)), (None, 0))


class OutboxTest(unittest.TestCase):
    def test_it_is_bounded_and_keeps_the_newest(self):
        outbox = Outbox()
        for number in range(5):
            outbox.add({"job_id": str(number), "status": "completed", "result": "x" * (MAX_OUTBOX_CHARS // 3), "error": ""})
        self.assertEqual([update["job_id"] for update in drain(outbox)], ["3", "4"])

    def test_an_update_that_was_replaced_while_it_was_sent(self):
        outbox = Outbox()
        outbox.add({"job_id": "a", "status": "running", "result": "", "error": "", "progress": 0.1})
        sent = outbox.peek()
        outbox.add({"job_id": "a", "status": "running", "result": "", "error": "", "progress": 0.2})
        outbox.done(sent)
        self.assertEqual([update["progress"] for update in drain(outbox)], [0.2])
        self.assertTrue(outbox.wait_empty(0))
