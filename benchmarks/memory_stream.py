"""Streams of questions: how much faster a window is, how much a memory helps, how fast logs grow.

    python benchmarks/memory_stream.py --json out.json               # all three parts
    python benchmarks/memory_stream.py --parts window --delay 0.1    # a real HTTP endpoint that takes 100 ms per answer

`window`: an OpenAI-compatible server on localhost answers each request after `--delay` seconds, obeying the
clarification in the prompt; 300 tasks, clarification probability 0.5; the logs are compared byte for byte. `demo`: the
demo model, with and without memory, `--seeds` seeds, own tasks and (with PROMPTMEM_DATA) the published ones. `size`:
bytes of log per task, beside the published log, which repeats the whole memory in each line; keys keep their words
here.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from promptmem.lm.base import CallableLM
from promptmem.lm.endpoint import OpenAILM
from promptmem.lm.load import load_lm
from promptmem.memory import SEP, ClosestLookup, MemPrompt, NoMemory, SimulatedUser, load_tasks, make_tasks, stream
from promptmem.stats import mean_interval

REPLIES = {"synonym.": "the synonym for w is x", "antonym.": "the antonym for w is x",
           "homonym.": "the homonym for w is x", "definition.": "the definition of w is x",
           "sentence.": "a sentence with w is: [ x ]"}


def obedient(prompt):
    "A neutral wrong reply, or a well-formed one of the task that the clarification names"
    said = prompt.removesuffix(SEP).rsplit(SEP, 1)[-1].partition(" | ")[2]
    return " " + next((r for end, r in REPLIES.items() if said.endswith(end)), "no idea") + " END"


def serve(delay):
    "An OpenAI-compatible completions endpoint on localhost that takes `delay` seconds"
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *_): pass
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(delay)
            text = obedient(body["prompt"]).split("END")[0]
            reply = json.dumps(dict(id="x", object="text_completion", created=0, model=body["model"],
                                    usage=dict(prompt_tokens=9, completion_tokens=9, total_tokens=18),
                                    choices=[dict(index=0, text=text, finish_reason="stop", logprobs=None)])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
    class Server(ThreadingHTTPServer):
        daemon_threads, request_queue_size = True, 64
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def window(a):
    server, rows = serve(a.delay), []
    folder = Path(tempfile.mkdtemp())
    try:
        for w in (1, 4, 16, 32):
            took = []
            for r in range(a.repeats if w > 1 else 1):
                lm = OpenAILM("obedient", base_url=f"http://127.0.0.1:{server.server_port}/v1", endpoint="completions",
                              concurrency=max(16, w))
                start = time.perf_counter()
                log = stream(lm, make_tasks(a.tasks, "own", seed=0), MemPrompt(), user=SimulatedUser(.5, seed=0),
                             log=folder/f"{w}_{r}.jsonl", window=w)
                took.append(time.perf_counter()-start)
                lm.close()
            same = (folder/f"{w}_0.jsonl").read_bytes() == (folder/"1_0.jsonl").read_bytes()
            rows.append(dict(part="window", window=w, tasks=a.tasks, delay_s=a.delay, seconds=statistics.median(took),
                             requests=log.calls, same_log=same, accuracy=log.accuracy))
            rows[-1]["times_faster"] = rows[0]["seconds"]/rows[-1]["seconds"]
            print(
                f"window {w:>3}: {rows[-1]['seconds']:7.2f} s  x{rows[-1]['times_faster']:5.1f}  {log.calls} requests "
                f"for {a.tasks} tasks, log {'equal' if same else 'DIFFERENT'}",
                flush=True,
            )
    finally: server.shutdown()
    return rows


def demo(a):
    lm, rows = load_lm("demo"), []
    sets = [("own", lambda s: make_tasks(a.tasks, "own", seed=s))]
    for family, n in (("linguistic", 300), ("hin", 300), ("pun", 300), ("synthetic_gpt3", 100)):
        try: published = load_tasks(f"tasks_{n}.jsonl", family=family)
        except FileNotFoundError: continue
        sets.append((f"published {family}", lambda s, t=published: t[:a.tasks]))
    for name, make in sets:
        if a.sets and name not in a.sets: continue
        for checker in a.checkers:
            runs = []
            for s in range(a.seeds):
                for strategy in (NoMemory(), MemPrompt(), MemPrompt(ClosestLookup.published())):
                    if checker == "strict" and strategy.name == "memory" and strategy.lookup.gate is None: continue
                    # the user of the published protocol judges by keyword; the strict checker grades understanding
                    # and content
                    runs.append(
                        stream(
                            lm,
                            make(s),
                            strategy,
                            user=SimulatedUser(0.5, seed=s),
                            checker=checker,
                            window=32,
                            max_tokens=40,
                        )
                    )
            per = 2 if checker == "strict" else 3
            none, memory = ([x.accuracy for x in runs[i::per]] for i in (0, 1))
            d = mean_interval([m-n for m, n in zip(memory, none)])
            row = dict(
                part="demo",
                tasks=name,
                n=len(make(0)),
                checker=checker,
                seeds=a.seeds,
                none=round(statistics.mean(none), 2),
                memory=round(statistics.mean(memory), 2),
                gain=round(d.estimate, 2),
                lo=round(d.lo, 2),
                hi=round(d.hi, 2),
            )
            if per == 3: row["memory_published_rule"] = round(statistics.mean(x.accuracy for x in runs[2::3]), 2)
            rows.append(row)
            print(
                f"{name:<24} {checker:<8} none {row['none']:6.2f}  memory {row['memory']:6.2f}  gain "
                f"{row['gain']:6.2f} [{row['lo']:.2f}, {row['hi']:.2f}]"
                + (f"  published rule {row['memory_published_rule']:.2f}" if per == 3 else ""),
                flush=True,
            )
    return rows


def size(a):
    rows, folder = [], Path(tempfile.mkdtemp())
    for n in (100, 300, 1000):
        log = stream(
            CallableLM(obedient),
            make_tasks(n, "own", seed=0),
            MemPrompt(ClosestLookup(normalize="text")),
            user=SimulatedUser(1.0),
            log=folder / f"{n}.jsonl",
            window=8,
        )
        ours, entries, published = (folder/f"{n}.jsonl").stat().st_size, {}, 0
        for r in log.records:
            published += len(
                json.dumps({k: r[k] for k in ("question", "expected_answer", "generated_answer", "is_correct")})
            ) + len(" || ".join(f"{k}: {v}" for k, v in entries.items()))
            if r["clarification"]: entries[r["question"]] = r["clarification"]
        rows.append(
            dict(
                part="size",
                tasks=n,
                bytes=ours,
                bytes_per_task=round(ours / n),
                published_bytes=published,
                published_per_task=round(published / n),
            )
        )
        print(
            f"{n:>5} tasks: {ours / 1e6:6.2f} MB, {ours / n:7.0f} bytes a task; with the memory in each line "
            f"{published / 1e6:7.2f} MB, {published / n:8.0f} a task",
            flush=True,
        )
    return rows


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--parts", nargs="+", default=["window", "size", "demo"], choices=["window", "size", "demo"])
    ap.add_argument("--tasks", type=int, default=300)
    ap.add_argument("--delay", type=float, default=.1)
    ap.add_argument("--seeds", type=int, default=5)
    ap.add_argument("--sets", nargs="+", help="own, 'published linguistic', ...; all when left out")
    ap.add_argument("--checkers", nargs="+", default=["keyword", "strict"])
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    rows = [r for p in a.parts for r in dict(window=window, demo=demo, size=size)[p](a)]
    if a.json:
        Path(a.json).write_text(
            json.dumps(dict(benchmark="memory_stream", python=sys.version.split()[0], rows=rows), indent=1) + "\n"
        )


if __name__ == "__main__": main()
