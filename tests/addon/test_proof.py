"""Nobody but the server that knows the token gets it. Impostors listen, record what they receive, and try to get it."""

import http.client
import json
import os
import socket
import tempfile
import threading
import time
import unittest

from busbar.connection import Connection
from busbar.registration import Registration
from busbar.endpoint import EndpointFinder
from busbar.jobs import JobDesk, Outbox
from busbar.proof import far_end, proof_for, token_id

from .fake_server import LIMIT_S, TOKEN, FakeServer
from .fixtures import fixture

HEALTH = '{"status":"ok","version":"0.1.0"%s}'


class ProofTest(unittest.TestCase):
    def test_the_proofs_that_the_server_gives(self):
        for row in fixture("proofs"):
            with self.subTest(address=row["address"], nonce=row["nonce"]):
                self.assertEqual(token_id(row["token"]), row["token_id"])
                self.assertEqual(proof_for(row["token"], row["nonce"], row["address"]), row["proof"])

    def test_the_far_end_is_written_as_the_server_writes_it(self):
        class Connected:
            def __init__(self, *peer):
                self.getpeername = lambda: peer

        cases = {
            ("127.0.0.1", 9877): "127.0.0.1:9877",
            ("::1", 9877, 0, 0): "[::1]:9877",
            ("::ffff:127.0.0.1", 9877, 0, 0): "127.0.0.1:9877",
            ("fe80::1%eth0", 9877, 0, 2): "[fe80::1]:9877",
            ("2001:db8:0:0:0:0:0:1", 9877, 0, 0): "[2001:db8::1]:9877",
        }
        self.assertEqual({peer: far_end(Connected(*peer)) for peer in cases}, cases)


class Impostor:
    """Listens, keeps every byte it receives, and answers each request with what `answer(request line)` says, or hangs up."""

    def __init__(self, answer, port=0):
        self.answer = answer
        self.received = b""
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with sock:
            sock.settimeout(LIMIT_S)
            head = b""
            try:
                while True:
                    chunk = sock.recv(65536)
                    if not chunk:
                        return
                    self.received += chunk
                    head += chunk
                    if b"\r\n\r\n" in head:
                        answer = self.answer(head.split(b"\r\n", 1)[0].decode())
                        if answer is None:
                            return
                        sock.sendall(answer)
                        head = b""
            except OSError:
                pass  # The add-on hung up.


def http_answer(body, status="200 OK", headers=""):
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n{headers}\r\n"
    return head.encode() + data


class ImpostorTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "endpoint.json")
        self.finder = EndpointFinder(data_dir=folder.name, environ={})
        self.desk = JobDesk(Outbox())

    def announce(self, url):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"url": url, "token": TOKEN, "pid": 1}, file)
        os.replace(self.path + ".new", self.path)

    def impostor(self, answer, port=0):
        impostor = Impostor(answer, port)
        self.addCleanup(impostor.close)
        return impostor

    def connect(self):
        connection = Connection(self.finder, self.desk, Registration("blender-1"), jitter=lambda low, high: 0.01)
        self.addCleanup(connection.stop)
        connection.start()
        return connection

    def wait(self, condition, what):
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what} never came")
            time.sleep(0.01)

    def assert_only_asked(self, impostor):
        received = impostor.received.decode()
        self.assertNotIn(TOKEN, received)
        self.assertNotIn("Bearer", received)
        self.assertNotIn("blender-1", received)
        lines = [line for line in received.split("\r\n") if " HTTP/1.1" in line]
        self.assertEqual([line for line in lines if not line.startswith("GET /healthz?nonce=")], [])
        self.assertEqual(len(lines), len(set(lines)))

    def test_no_answer_gets_the_token_over_several_reconnects(self):
        zeros = "0" * 64
        answers = {
            "no proof": http_answer(HEALTH % ""),
            "an error": http_answer('{"status":"error"}', "404 Not Found"),
            "a wrong proof": http_answer(HEALTH % f',"proof":"{zeros}"'),
            "an empty proof": http_answer(HEALTH % ',"proof":""'),
            "a number": http_answer(HEALTH % ',"proof":0'),
            "other characters": http_answer(HEALTH % ',"proof":"\\ud83c\u00fc"'),
            "not an object": http_answer("[]"),
            "deep nesting": http_answer("[" * 4000),
            "too much": http_answer(HEALTH % f',"more":"{"x" * 5000}"'),
            "a redirect": http_answer("", "307 Temporary Redirect", "Location: /mcp\r\n"),
            "no token wanted": http_answer("", "401 Unauthorized", "WWW-Authenticate: Bearer\r\n"),
        }
        for name, answer in answers.items():
            with self.subTest(answer=name):
                impostor = self.impostor(lambda line, answer=answer: answer)
                self.announce(impostor.url)
                connection = self.connect()
                for seen in range(1, 4):
                    self.wait(lambda seen=seen: impostor.connections >= seen, "another connection")
                    self.wait(lambda: connection.status.state == "unproven", "the refusal")
                    self.assertTrue(connection.status.text.startswith("Update Busbar. "), connection.status.text)
                    # A changed file is a reason to try at once.
                    self.announce(impostor.url)
                connection.stop()
                self.assert_only_asked(impostor)

    def test_one_that_hangs_up_or_is_no_web_server_gets_nothing(self):
        for answer in (None, b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf"):
            with self.subTest(answer=answer):
                impostor = self.impostor(lambda line, answer=answer: answer)
                self.announce(impostor.url)
                connection = self.connect()
                if answer is not None and answer.startswith(b"HTTP"):
                    self.wait(lambda: impostor.received, "the question")
                else:
                    self.wait(lambda: impostor.connections >= 4, "four connections")
                connection.stop()
                self.assert_only_asked(impostor)

    def test_a_proof_that_is_relayed_from_the_real_server_is_refused(self):
        real = FakeServer()
        real.__enter__()
        self.addCleanup(real.close)
        relayed = []

        def relay(line):
            connection = http.client.HTTPConnection("127.0.0.1", real.port, timeout=LIMIT_S)
            connection.request("GET", line.split(" ")[1])
            relayed.append(connection.getresponse().read().decode())
            connection.close()
            return http_answer(relayed[-1])

        impostor = self.impostor(relay)
        self.announce(impostor.url)
        connection = self.connect()
        for seen in range(1, 4):
            self.wait(lambda seen=seen: len(relayed) >= seen, "another question")
            self.wait(lambda: connection.status.state == "unproven", "the refusal")
            self.announce(impostor.url)
        connection.stop()
        self.assertTrue(all(len(json.loads(answer)["proof"]) == 64 for answer in relayed))
        self.assert_only_asked(impostor)
        self.assertEqual(real.requests, [])

    def test_an_old_proof_is_worth_nothing(self):
        question = []

        def replay(line):
            question.append(line.split("nonce=")[1][:32])
            proof = proof_for(TOKEN, question[0], f"127.0.0.1:{impostor.port}")
            # The first proof is right, and its connection ends with it: the add-on has to come again.
            return http_answer(HEALTH % f',"proof":"{proof}"', headers="Connection: close\r\n" if len(question) == 1 else "")

        impostor = self.impostor(replay)
        self.announce(impostor.url)
        connection = self.connect()
        for seen in range(1, 4):
            self.wait(lambda seen=seen: len(question) >= seen, "another question")
            self.wait(lambda: connection.status.state == "unproven", "the refusal")
            self.announce(impostor.url)
        connection.stop()
        self.assert_only_asked(impostor)

    def test_one_that_takes_the_port_of_a_server_that_went_gets_nothing(self):
        real = FakeServer()
        real.__enter__()
        self.announce(real.url)
        connection = self.connect()
        real.wait_registered()
        real.close()
        impostor = self.impostor(lambda line: http_answer(HEALTH % ""), real.port)
        # A result that waits goes nowhere, and is kept for the real server.
        self.desk.outbox.add({"job_id": "j", "status": "completed", "result": "private", "error": ""})
        self.wait(lambda: connection.status.state == "unproven", "the refusal")
        self.announce(impostor.url)
        self.wait(lambda: impostor.connections >= 2, "another connection")
        impostor.close()
        connection.stop()
        self.assert_only_asked(impostor)
        self.assertNotIn("private", impostor.received.decode())
        self.assertEqual(len(self.desk.outbox), 1)
