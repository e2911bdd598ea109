import unittest

from busbar.messages import CancelRequest, Job, MalformedJob, UnregisteredNotice, parse_notification

from .fixtures import fixture


def parse(message):
    return parse_notification(message["method"], message["params"])


def with_payload(payload, **data):
    message = fixture("delivery-command-dispatch")
    message["params"]["data"].update(payload=payload, **data)
    return message


class ParseTest(unittest.TestCase):
    maxDiff = None

    def test_jobs(self):
        command = parse(fixture("delivery-command-dispatch"))
        self.assertEqual(
            command, Job("job-1", "message-1", "get_scene_info", {}, "", 6, "llm-1", command.fingerprint)
        )
        script = parse(fixture("delivery-job-dispatch"))
        code = {"code": "import bpy\nlen(bpy.data.objects)"}
        self.assertEqual(
            script,
            Job("job-2", "message-2", "execute_code", code, "Count the objects", 4, "llm-1", script.fingerprint),
        )
        self.assertNotEqual(command.fingerprint, script.fingerprint)

    def test_a_look_says_so(self):
        payload = {"message_type": "command_dispatch", "job_id": "j", "command": "get_viewport_screenshot"}
        self.assertEqual([parse(with_payload({**payload, **more})).look for more in ({"look": True}, {"look": 1}, {})],
                         [True, False, False])

    def test_the_name_that_people_know_its_sender_by(self):
        payload = {"message_type": "command_dispatch", "job_id": "j", "command": "undo"}
        names = ({"from_label": "Claude Code"}, {"from_label": 7}, {}, {"from_label": "x" * 101})
        self.assertEqual([parse(with_payload({**payload, **more})).from_label for more in names],
                         ["Claude Code", "", "", "x" * 100])

    def test_what_other_blenders_have_open(self):
        payload = {"message_type": "command_dispatch", "job_id": "j", "command": "save_file"}
        files = [{"label": "B", "path": "/a.blend"}, {"label": 7}, "x"]
        self.assertEqual(parse(with_payload({**payload, "open_elsewhere": files})).open_elsewhere,
                         (("B", "/a.blend"), ("", "")))
        self.assertEqual([parse(with_payload({**payload, "open_elsewhere": odd})).open_elsewhere for odd in (None, {}, "ab")],
                         [(), (), ()])

    def test_without_a_job_id_the_message_id_serves(self):
        self.assertEqual(parse(fixture("delivery-job-without-id")).job_id, "message-3")

    def test_cancel_and_unregistered(self):
        self.assertEqual(parse(fixture("delivery-job-cancel")), CancelRequest("job-1"))
        self.assertEqual(
            parse(fixture("delivery-client-unregistered")),
            UnregisteredNotice("The render farm needs this machine.", "operator", 1706207389.5),
        )
        self.assertEqual(
            parse(with_payload({"message_type": "client_replaced", "reason": "Taken.", "by": "another program"})),
            UnregisteredNotice("Taken.", "another program", None),
        )
        self.assertEqual(
            parse(fixture("delivery-client-unregistered-without-block")), UnregisteredNotice("", "operator", None)
        )

    def test_jobs_that_cannot_run_name_their_problem(self):
        cases = [
            ({"message_type": "command_dispatch", "job_id": "j"}, "The job names no command."),
            ({"message_type": "command_dispatch", "job_id": "j", "command": 5}, "The job names no command."),
            (
                {"message_type": "command_dispatch", "job_id": "j", "command": "ping", "params": []},
                "The job's params must be an object.",
            ),
            ({"message_type": "job_dispatch", "job_id": "j", "script": None}, "The job has no script."),
        ]
        for payload, problem in cases:
            self.assertEqual(parse(with_payload(payload)), MalformedJob("j", problem))

    def test_an_interrupt_is_only_asked_for_by_true(self):
        for given, expected in ((True, True), (False, False), (1, False), ("true", False), (None, False)):
            payload = {"message_type": "job_cancel", "job_id": "j", "interrupt": given}
            self.assertEqual(parse(with_payload(payload)), CancelRequest("j", expected))

    def test_what_is_none_of_a_blenders_business(self):
        other_logger = fixture("delivery-command-dispatch")
        other_logger["params"]["logger"] = "app"
        other_method = fixture("delivery-command-dispatch")
        other_method["method"] = "notifications/progress"
        no_ids = with_payload({"message_type": "job_cancel"}, message_id=None)
        no_data = fixture("delivery-command-dispatch")
        no_data["params"]["data"] = "text"
        payloads = [with_payload(payload) for payload in ({}, [1], {"kind": "job_update"})]
        for message in (other_logger, other_method, no_ids, no_data, *payloads):
            self.assertIsNone(parse(message))

    def test_priority(self):
        payload = {"message_type": "command_dispatch", "command": "ping"}
        cases = [((0, "info"), 0), ((7, "info"), 7), ((9, "error"), 3), ((None, "debug"), 7), ((True, "?"), 6)]
        for (number, level), expected in cases:
            message = with_payload(payload, priority=number)
            message["params"]["level"] = level
            self.assertEqual(parse(message).priority, expected)
