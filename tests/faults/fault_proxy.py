"""A proxy that stands between a client and a real server and breaks things on purpose.

    with FaultProxy("http://127.0.0.1:8000", rate=.5, seed=0) as proxy:
        OpenAILM("model", base_url=proxy.base_url)

Which request meets which fault is drawn from a seed. The same request meets at most `in_a_row` faults one after
another, so that a client which tries often enough gets through.
"""
import http.client
import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("429", "500", "503", "timeout", "cut", "cut_body", "malformed", "half_json", "no_choices", "slow",
          "slow_forever")


class FaultProxy:
    "Forwards to `upstream`, except where a fault is drawn; `met` counts what happened"
    def __init__(self, upstream, faults=FAULTS, rate=.5, seed=0, in_a_row=3, hold=3.):
        self.upstream, self.faults, self.rate, self.in_a_row, self.hold = (
            urlsplit(upstream),
            tuple(faults),
            rate,
            in_a_row,
            hold,
        )
        self.rng, self.lock, self.met, self.row = random.Random(seed), threading.Lock(), Counter(), Counter()
        self.times = []                                        # when each request came, for looking at back-off
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def draw(self, body):
        "The fault that this request meets, or None"
        with self.lock:
            self.times.append(time.monotonic())
            fault = self.rng.choice(self.faults) if self.faults and self.rng.random() < self.rate else None
            if fault and self.row[body] >= self.in_a_row:
                fault = None
            self.row[body] = self.row[body] + 1 if fault else 0
            self.met[fault or "passed"] += 1
            return fault

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.reply(*self.forward(b""))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.proxy.draw(body)
        try:
            getattr(self, "fault_" + fault.replace("429", "busy").replace("500", "broken").replace("503",
                                                                                                   "away"))(body) \
                if fault else self.reply(*self.forward(body))
        except (BrokenPipeError, ConnectionResetError):        # the client has given up
            self.close_connection = True

    def forward(self, body):
        "The real server's answer"
        up = self.proxy.upstream
        connection = http.client.HTTPConnection(up.hostname, up.port, timeout=120)
        keep = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "content-length",
                                                                           "accept-encoding")}
        connection.request(self.command, self.path, body or None, keep)
        answer = connection.getresponse()
        out = answer.status, answer.read(), answer.getheader("Content-Type", "application/json")
        connection.close()
        return out

    def reply(self, status, body, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, text, **headers):
        self.reply(status, json.dumps({"error": {"message": text, "type": "fault"}}).encode(), **headers)

    def drop(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def start(self, length):
        "Headers that promise `length` bytes"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def fault_busy(self, body):
        self.error(429, "slow down", Retry_After="1")

    def fault_broken(self, body):
        self.error(500, "something broke")

    def fault_away(self, body):
        self.error(503, "back soon")

    def fault_timeout(self, body):
        time.sleep(self.proxy.hold)
        self.drop()

    def fault_cut(self, body):
        self.drop()

    def fault_cut_body(self, body):
        status, answer, _ = self.forward(body)
        self.start(len(answer))
        self.wfile.write(answer[:len(answer)//2])
        self.drop()

    def fault_malformed(self, body):
        self.reply(200, b"<html>a gateway's page</html>", "application/json")

    def fault_half_json(self, body):
        status, answer, kind = self.forward(body)
        self.reply(200, answer[:len(answer)//2], kind)

    def fault_no_choices(self, body):
        self.reply(200, b'{"id": "x", "object": "chat.completion", "choices": []}')

    def fault_slow(self, body):
        "A right answer, a few bytes at a time"
        status, answer, _ = self.forward(body)
        self.start(len(answer))
        for i in range(0, len(answer), 32):
            self.wfile.write(answer[i:i+32])
            self.wfile.flush()
            time.sleep(.02)

    def fault_slow_forever(self, body):
        "Headers, a byte, and then nothing"
        self.start(500)
        self.wfile.write(b"{")
        self.wfile.flush()
        time.sleep(self.proxy.hold)
        self.drop()
