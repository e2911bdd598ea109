import json
import os
import tempfile
import threading
import time
import unittest

from busbar.connection import Connection
from busbar.registration import Registration
from busbar.endpoint import EndpointFinder
from busbar.jobs import JobDesk, Outbox
from busbar.messages import Job

from .fake_server import LIMIT_S, TOKEN, FakeServer, QuietServer
from .fixtures import fixture

UUID = "blender-0123456789abcdef0123456789abcdef"
FACTS = {
    "label": "Unsaved file",
    "pid": 4242,
    "hostname": "workstation",
    "blend_file": "",
    "blender_version": "3.4.1",
    "addon_version": "0.1.0",
}
REGISTRATION = Registration(UUID, ("python_execution", "scene_info", "headless", "rendering"), None, FACTS)


class ConnectionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.desk = JobDesk(Outbox())

    def connect(self, url="", token=TOKEN, **options):
        finder = EndpointFinder(url, token, data_dir=self.folder, environ={})
        options.setdefault("jitter", lambda low, high: 0.05)
        connection = Connection(finder, self.desk, REGISTRATION, **options)
        self.addCleanup(connection.stop)
        connection.start()
        return connection

    def wait(self, condition, what="the condition"):
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what} never came")
            time.sleep(0.01)

    def wait_state(self, connection, state):
        self.wait(lambda: connection.status.state == state, state)
        return connection.status

    def serve(self, **options):
        server = FakeServer(**options)
        server.__enter__()
        self.addCleanup(server.close)
        return server

    def run_job(self, server, job_id, result="{}"):
        server.deliver({"message_type": "command_dispatch", "job_id": job_id, "command": "ping"})
        self.wait(lambda: self.desk.waiting == 1, "the job")
        taken = self.desk.take()
        self.desk.finish(taken, "completed", result, "")
        return server.wait_final(job_id)

    def test_order_of_the_handshake_and_its_headers(self):
        server = self.serve()
        connection = self.connect(server.url)
        server.wait_registered()
        self.wait_state(connection, "connected")
        self.assertEqual(connection.status.text, f"Connected to {server.url}.")
        order = [(r["verb"], r["body"] and r["body"]["method"]) for r in server.requests]
        self.assertEqual(
            order,
            [("POST", "initialize"), ("POST", "notifications/initialized"), ("GET", None), ("POST", "tools/call")],
        )
        self.assertEqual(server.registrations(), [fixture("register-arguments")])
        first, *others = [r["headers"] for r in server.requests]
        self.assertNotIn("Mcp-Session-Id", first)
        session = next(iter(server.sessions))
        for headers in others:
            self.assertEqual(
                (headers["Mcp-Session-Id"], headers["MCP-Protocol-Version"], headers["Authorization"]),
                (session, "2025-11-25", "Bearer fake-token"),
            )
        self.assertEqual(server.requests[0]["body"]["params"]["clientInfo"], {"name": "busbar-blender", "version": "0.1.0"})

    def test_every_kind_of_answer(self):
        for answer in ("json", "sse", "sse-resumed"):
            with self.subTest(answer=answer):
                self.desk = JobDesk(Outbox())
                server = self.serve(answer=answer)
                connection = self.connect(server.url)
                server.wait_registered()
                final = self.run_job(server, "job-1", fixture("job-update-completed")["result"])
                self.assertEqual(final, fixture("job-update-completed"))
                self.assertEqual(server.updates("job-1")[0], fixture("job-update-running"))
                connection.stop()

    def test_the_wire_fixtures_arrive_as_jobs(self):
        server = self.serve()
        self.connect(server.url)
        server.wait_registered()
        for name in ("delivery-command-dispatch", "delivery-job-dispatch", "delivery-job-without-id"):
            server.push(fixture(name))
        self.wait(lambda: self.desk.waiting == 3)
        server.push(fixture("delivery-job-cancel"))
        server.wait_final("job-1")
        self.assertEqual([self.desk.take().job_id for _ in range(2)], ["job-2", "message-3"])

    def test_pings_are_answered_and_other_requests_refused_while_nobody_takes_jobs(self):
        server = self.serve()
        self.connect(server.url)
        server.wait_registered()
        server.push({"jsonrpc": "2.0", "id": "p1", "method": "ping"})
        server.push({"jsonrpc": "2.0", "id": 0, "method": "roots/list"})
        server.wait_for(lambda: len(server.responses) == 2, "the answers")
        self.assertEqual(
            server.responses,
            [
                {"jsonrpc": "2.0", "id": "p1", "result": {}},
                {"jsonrpc": "2.0", "id": 0, "error": {"code": -32601, "message": "Method not found: roots/list"}},
            ],
        )

    def test_a_clean_stop_ends_the_session_and_the_threads(self):
        server = self.serve()
        connection = self.connect(server.url)
        session = server.wait_registered()
        self.wait_state(connection, "connected")
        connection.stop()
        self.assertEqual(server.deleted, [session.id])
        self.assertEqual(connection.status.state, "off")
        self.assertEqual([t.name for t in threading.enumerate() if t.name.startswith("busbar-")], [])

    def test_the_stream_is_reopened_where_it_ended(self):
        server = self.serve()
        connection = self.connect(server.url)
        session = server.wait_registered()
        server.push({"jsonrpc": "2.0", "method": "notifications/x"}, event_id="e-9")
        session.events.put(b"retry: 20\n\n")
        server.drop_streams()
        server.wait_for(lambda: [r for r in server.requests if r["headers"].get("Last-Event-ID") == "e-9"], "a second GET")
        self.run_job(server, "after")
        self.assertEqual(len(server.registrations()), 1)
        self.assertEqual(connection.status.state, "connected")

    def test_404_starts_over_and_registers_again(self):
        server = self.serve()
        self.connect(server.url)
        first = server.wait_registered()
        server.forget_sessions()
        second = server.wait_registered(2)
        self.assertNotEqual(first.id, second.id)
        self.assertEqual(server.registrations(), [fixture("register-arguments")] * 2)
        self.run_job(server, "after")

    def test_a_result_waits_for_a_server_that_comes_back(self):
        server = self.serve()
        connection = self.connect(server.url)
        server.wait_registered()
        server.deliver({"message_type": "command_dispatch", "job_id": "j", "command": "ping"})
        self.wait(lambda: self.desk.waiting == 1)
        taken = self.desk.take()
        server.wait_for(lambda: server.updates("j"))
        server.close()
        self.desk.finish(taken, "completed", '{"a":1}', "")
        self.wait_state(connection, "waiting")
        self.assertEqual(len(self.desk.outbox), 1)
        again = self.serve(port=server.port)
        self.assertEqual(again.wait_final("j")["result"], '{"a":1}')
        self.assertEqual(len(again.registrations()), 1)
        self.wait(lambda: len(self.desk.outbox) == 0)

    def test_a_result_survives_a_server_in_trouble(self):
        server = self.serve()
        self.connect(server.url)
        server.wait_registered()
        server.update_status = 503
        self.desk.outbox.add({"job_id": "j", "status": "completed", "result": "", "error": ""})
        server.wait_registered(2)
        server.update_status = 200
        self.assertEqual(server.wait_final("j")["status"], "completed")

    def announce(self, server, token=TOKEN):
        path = os.path.join(self.folder, "endpoint.json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump({"url": server.url, "token": token}, file)
        os.replace(path + ".new", path)

    def test_a_wrong_token_is_said(self):
        server = self.serve()
        connection = self.connect(server.url, "wrong")
        status = self.wait_state(connection, "refused")
        self.assertEqual(
            status.text, "Busbar did not accept the token from the preferences. Copy the right one from Busbar."
        )
        self.assertEqual(status.retry_in_s(status.retry_at - 30), 30)
        self.assertEqual(server.questions, [])

    def test_a_server_that_was_found_proves_itself_on_each_connection(self):
        server = self.serve()
        self.announce(server)
        connection = self.connect(token="")
        server.wait_registered()
        self.run_job(server, "j")
        connection.stop()
        self.assertEqual(len(server.questions), len(server.requests))
        self.assertEqual({question.split("=")[-1] for question in server.questions}, {"92212343"})
        self.assertEqual(len(set(server.questions)), len(server.questions))

    def test_a_server_that_cannot_prove_itself_gets_nothing_until_it_can(self):
        server = self.serve()
        server.proves = False
        self.announce(server)
        connection = self.connect(token="")
        status = self.wait_state(connection, "unproven")
        self.assertEqual(
            status.text,
            f"Update Busbar. The program at 127.0.0.1:{server.port} did not prove that it is your Busbar, so the token was"
            " not sent. If Busbar is up to date, restart it, and check the token in the add-on's preferences.",
        )
        self.assertEqual(status.retry_in_s(status.retry_at - 30), 30)
        self.assertEqual(server.requests, [])
        server.proves = True
        self.announce(server)
        self.wait_state(connection, "connected")

    def test_a_token_that_the_found_server_does_not_know_is_not_sent_and_a_new_one_is_taken_at_once(self):
        server = self.serve()
        self.announce(server, "wrong")
        connection = self.connect(token="")
        self.wait_state(connection, "unproven")
        self.assertEqual(server.requests, [])
        self.announce(server)
        self.wait_state(connection, "connected")

    def test_an_address_that_a_person_set_needs_no_proof(self):
        server = self.serve()
        server.proves = False
        self.announce(server)
        connection = self.connect(server.url, token="")
        self.wait_state(connection, "connected")
        self.assertEqual(server.questions, [])

    def test_a_dead_process_id_is_no_reason_to_stay_away(self):
        server = self.serve()
        with open(os.path.join(self.folder, "endpoint.json"), "w", encoding="utf-8") as file:
            json.dump({"url": server.url, "token": TOKEN, "pid": 2**22 + 1}, file)
        connection = self.connect(token="")
        server.wait_registered()
        self.assertEqual(self.wait_state(connection, "connected").text, f"Connected to {server.url}.")

    def test_a_server_that_starts_later_or_elsewhere_is_found(self):
        connection = self.connect(token="")
        self.assertIn("Start Busbar", self.wait_state(connection, "searching").text)
        for _ in range(2):
            server = self.serve()
            with open(os.path.join(self.folder, "endpoint.json"), "w", encoding="utf-8") as file:
                json.dump({"url": server.url, "token": TOKEN}, file)
            server.wait_registered()
            server.close()

    def test_unregistered_stays_away_and_says_why(self):
        server = self.serve()
        connection = self.connect(server.url)
        server.wait_registered()
        server.deliver({"message_type": "command_dispatch", "job_id": "j", "command": "ping"})
        server.push(fixture("delivery-client-unregistered-without-block"))
        status = self.wait_state(connection, "unregistered")
        self.assertEqual(status.text, "You were unregistered by the operator.")
        self.assertTrue(connection.ended)
        self.assertEqual(self.desk.waiting, 0)
        for thread in connection._threads:
            thread.join(LIMIT_S)
        self.assertEqual(len(server.registrations()), 1)
        self.assertNotIn("DELETE", [request["verb"] for request in server.requests])

    def test_unregistered_with_a_reason_and_a_block(self):
        server = self.serve()
        connection = self.connect(server.url, unix_time=lambda: 1706200000.0)
        server.wait_registered()
        server.push(fixture("delivery-client-unregistered"))
        self.assertRegex(
            self.wait_state(connection, "unregistered").text,
            r"^You were unregistered by the operator: The render farm needs this machine\."
            r" This Blender is blocked until \d\d:\d\d on \d\d \w+\.$",
        )

    def test_taken_off_by_another_client_it_ends_its_session_itself(self):
        server = self.serve()
        connection = self.connect(server.url)
        session = server.wait_registered()
        server.push(fixture("delivery-client-unregistered-by-another"))
        self.assertEqual(
            self.wait_state(connection, "unregistered").text,
            "You were unregistered by llm-1: Another client asked for it.",
        )
        server.wait_for(lambda: server.deleted == [session.id], "the end of the session")
        self.assertEqual(len(server.registrations()), 1)

    def test_blocked_request(self):
        server = self.serve()
        server.register_answers = [fixture("register-blocked-result")]
        connection = self.connect(server.url, unix_time=lambda: 1706200000.0)
        self.assertRegex(
            self.wait_state(connection, "unregistered").text,
            r"^You were unregistered by the operator\. This Blender is blocked until \d\d:\d\d on \d\d \w+\.$",
        )
        server.wait_for(lambda: server.deleted, "the end of the session")
        self.assertEqual(len(server.registrations()), 1)

    def test_a_block_of_the_whole_computer_is_one_too(self):
        server = self.serve()
        server.block = fixture("blocked-request")
        connection = self.connect(server.url)
        self.assertEqual(
            self.wait_state(connection, "unregistered").text,
            "You were unregistered by the operator. This Blender is blocked until the operator lifts it.",
        )
        self.assertTrue(connection.ended)
        self.assertEqual([request["verb"] for request in server.requests], ["POST"])

    def test_other_refusals_are_tried_again(self):
        server = self.serve()
        server.register_answers = [{"status": "error", "error": "full", "message": "No room."}]
        self.connect(server.url)
        server.wait_registered(2)
        self.assertEqual(server.registrations(), [fixture("register-arguments")] * 2)

    def test_changed_facts_register_again(self):
        server = self.serve()
        connection = self.connect(server.url)
        server.wait_registered()
        self.wait_state(connection, "connected")
        connection.update_registration(REGISTRATION)
        facts = {**FACTS, "label": "shot", "blend_file": "/show/shot.blend"}
        connection.update_registration(Registration(UUID, REGISTRATION.capabilities, "lighting", facts))
        server.wait_registered(2)
        self.assertEqual(
            server.registrations()[1],
            {**fixture("register-arguments"), "group_id": "lighting", "label": "shot", "blend_file": "/show/shot.blend"},
        )

    def test_a_silent_session_is_kept_alive(self):
        server = self.serve()
        connection = self.connect(server.url, heartbeat_s=0.05)
        server.wait_registered()
        server.wait_for(lambda: [r for r in server.requests if r["body"] and r["body"]["method"] == "ping"], "a heartbeat")
        self.wait_state(connection, "connected")
        self.assertEqual(len(server.registrations()), 1)

    def test_backoff_doubles_up_to_thirty_seconds(self):
        asked = []

        def jitter(low, high):
            asked.append((low, high))
            return 0.0

        with FakeServer() as gone:
            url = gone.url
        self.connect(url, jitter=jitter)
        self.wait(lambda: len(asked) >= 9)
        self.assertEqual(
            asked[:9],
            [(0.25, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 16.0), *[(15.0, 30.0)] * 3],
        )

    def test_stop_is_prompt_while_a_server_hangs(self):
        import socket

        with socket.create_server(("127.0.0.1", 0)) as deaf:
            connection = self.connect(f"http://127.0.0.1:{deaf.getsockname()[1]}/mcp")
            accepted, _ = deaf.accept()
            with accepted:
                accepted.recv(1)
                connection.stop()
        self.assertEqual([t.name for t in threading.enumerate() if t.name.startswith("busbar-")], [])

    def test_servers_that_talk_nonsense(self):
        import http.server

        answers = [
            (200, "application/json", b"not json"),
            (200, "application/json", b"[]"),
            (200, "application/json", b'{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01"}}'),
            (200, "application/json", b'{"jsonrpc":"2.0","id":99,"result":{}}'),
            (200, "text/html", b"<html>"),
            (200, "text/event-stream", b"data: {\n\n"),
            (200, "text/event-stream", b""),
            (404, "text/html", b"nothing here"),
            (500, "application/json", b'{"error":{"message":"broken inside."}}'),
            (302, "text/html", b""),
        ]
        class Nonsense(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                status, kind, body = answers[0] if len(answers) == 1 else answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)

        server = QuietServer(("127.0.0.1", 0), Nonsense)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.shutdown)
        with self.assertLogs("busbar.connection", "INFO") as logs:
            connection = self.connect(f"http://127.0.0.1:{server.server_address[1]}/mcp", jitter=lambda low, high: 0.0)
            self.wait(lambda: connection.status.text == "The server answered HTTP 302.")
            connection.stop()
        said = [record.getMessage() for record in logs.records]
        self.assertEqual(
            [text for text in said if not text.startswith(("Connecting: ", "Off: "))],
            [
                "Refused: The server's answer is not JSON.",
                "Refused: The server's answer is not a JSON-RPC message.",
                "Refused: The server speaks MCP '1999-01-01', and this add-on does not.",
                "Refused: The server's answer does not belong to the request.",
                "Refused: The server's answer is not JSON.",
                "Waiting: Busbar is away: The server closed the connection before it answered.",
                "Refused: There is no MCP server at /mcp (HTTP 404).",
                "Refused: The server answered HTTP 500: broken inside.",
                "Refused: The server answered HTTP 302.",
            ],
        )

    def test_the_token_is_in_no_log(self):
        server = self.serve()
        server.accepted_token = "other"
        with self.assertLogs("busbar", "DEBUG") as logs:
            connection = self.connect(server.url, "very-secret")
            self.wait_state(connection, "refused")
            server.accepted_token = "very-secret"
            connection.stop()
            connection = self.connect(server.url, "very-secret")
            server.wait_registered()
            connection.stop()
        self.assertNotIn("very-secret", "\n".join(logs.output))


class DeskUnderLoadTest(unittest.TestCase):
    def test_jobs_and_answers_through_a_server_that_keeps_dying(self):
        desk = JobDesk(Outbox())
        ran = []
        stop = threading.Event()

        def main_thread():
            while not stop.is_set():
                taken = desk.take(0.05)
                if isinstance(taken, Job):
                    ran.append(taken.job_id)
                    desk.finish(taken, "completed", json.dumps({"id": taken.job_id}), "")

        worker = threading.Thread(target=main_thread, daemon=True)
        worker.start()
        with tempfile.TemporaryDirectory() as folder, FakeServer() as server:
            finder = EndpointFinder(server.url, TOKEN, data_dir=folder, environ={})
            connection = Connection(finder, desk, REGISTRATION, jitter=lambda low, high: 0.02)
            connection.start()
            try:
                for number in range(60):
                    server.wait_for(server._streaming)
                    payload = {"message_type": "command_dispatch", "job_id": f"j{number}", "command": "ping"}
                    server.deliver(payload)
                    server.deliver(payload)
                    if number % 20 == 10:
                        server.wait_for(lambda: f"j{number}" in ran)
                        server.forget_sessions()
                for number in range(60):
                    self.assertEqual(server.wait_final(f"j{number}")["result"], json.dumps({"id": f"j{number}"}))
            finally:
                connection.stop()
                stop.set()
                worker.join(LIMIT_S)
        self.assertEqual(sorted(ran), sorted(f"j{number}" for number in range(60)))
