import unittest

from busbar.sse import MAX_EVENT_BYTES, SseEvent, SseOverflow, SseParser


class SseParserTest(unittest.TestCase):
    def test_every_kind_of_line_end_in_every_split(self):
        text = "\ufeff: comment\r\nid: 7\rdata: one\ndata:two\r\n\r\nevent: x\ndata: é\n\n".encode()
        expected = [SseEvent("message", "one\ntwo"), SseEvent("x", "é")]
        for size in range(1, len(text) + 1):
            parser = SseParser()
            events = [e for at in range(0, len(text), size) for e in parser.feed(text[at : at + size])]
            self.assertEqual(events, expected, f"chunks of {size}")
            self.assertEqual(parser.last_event_id, "7")

    def test_an_event_without_data_only_moves_the_last_event_id(self):
        parser = SseParser()
        self.assertEqual(parser.feed(b"id: a1\nretry: 250\ndata\n\nid: a2\n\n"), [SseEvent("message", "")])
        self.assertEqual((parser.last_event_id, parser.retry_ms), ("a2", 250))

    def test_bad_retry_and_bad_id_are_ignored(self):
        parser = SseParser("kept", 100)
        parser.feed(b"retry: -1\nretry: soon\nid: a\0b\ndata: x\n\n")
        self.assertEqual((parser.last_event_id, parser.retry_ms), ("kept", 100))

    def test_an_endless_event_is_refused(self):
        parser = SseParser()
        chunk = b"x" * (1024 * 1024)
        with self.assertRaises(SseOverflow):
            for _ in range(MAX_EVENT_BYTES // len(chunk) + 2):
                parser.feed(chunk)
