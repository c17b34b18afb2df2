"""One server for all: task model and proposer behind an OpenAI-compatible address, every call counted.

The name of the model says what is asked: "RUN/sim/SEED/task" answers as the simulator with that seed, ".../writer"
proposes as the simulated writer; "null" instead of "sim" makes all prompts equally good; "RUN/desk/SEED/task" (and
"writer") is SmolLM2. RUN is any name, and calls are counted by it: each answer is one call, also when one request asks
for several.
"""
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from promptmem.core import stable_hash
from promptmem.rewrite import Simulator


class Backend:
    "Answers of the models, and how many there were"
    def __init__(self, lm=None): self.lm, self.sims, self.calls, self.lock = lm, {}, Counter(), threading.Lock()

    def simulator(self, kind, seed):
        if (kind, seed) not in self.sims: self.sims[kind, seed] = Simulator(n=600, seed=seed, null=kind == "null")
        return self.sims[kind, seed]

    def answers(self, body):
        run, kind, seed, role = body["model"].rsplit("/", 3)
        run = f"{run}|{kind}|{seed}"
        messages, n = body["messages"], int(body.get("n") or 1)
        with self.lock:
            self.calls[run, role] += n
            first = self.calls[run, role]
            if kind == "desk":
                more = dict(temperature=float(body.get("temperature") or 0), seed=int(body.get("seed") or 0) + first)
                longest = min(int(body.get("max_tokens") or body.get("max_completion_tokens") or 80), 80)
                return [self.lm.complete([messages], max_tokens=longest, **{**more, "seed": more["seed"] + i})[0].text
                        for i in range(n)]
            sim = self.simulator(kind, int(seed))
            text = "\n\n".join(m["content"] for m in messages)
            if role == "task": return [sim.complete([text])[0].text]*n
            return [write(sim.book, text, [seed, first + i]) for i in range(n)]


def write(book, text, seed):
    "A variation of the wordings that stand in `text`, in the form that it asks for"
    lines = [book.write(book.read(line)) for line in text.splitlines()]
    shown = [w for w in lines if w] or [""]
    rng = np.random.default_rng(int(stable_hash([*seed, text], 12), 16))
    a, b = shown[-1], shown[int(rng.integers(max(0, len(shown)-4), len(shown)))]
    new = book.mutate(book.cross(a, b, rng), rng)
    if "<prompt>" in text: return f"<prompt>{new}</prompt>"
    # DSPy GEPA asks with marks, and for JSON where an answer came without them; anything else it throws away
    if "Outputs will be a JSON object" in text: return json.dumps(dict(new_instruction=new))
    if "[[ ## new_instruction ## ]]" in text: return f"[[ ## new_instruction ## ]]\n{new}\n\n[[ ## completed ## ]]"
    return f"```\n{new}\n```" if "```" in text else new


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *a): pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = self.server.backend.answers(body)
        choices = [dict(index=i, finish_reason="stop", message=dict(role="assistant", content=t or " "))
                   for i, t in enumerate(texts)]
        out = json.dumps(dict(id="x", object="chat.completion", created=0, model=body["model"], choices=choices,
                              usage=dict(prompt_tokens=1, completion_tokens=1, total_tokens=2))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)


def serve(lm=None):
    "(address, backend, function that ends it)"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.backend = True, Backend(lm)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1", server.backend, server.shutdown
