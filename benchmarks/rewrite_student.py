"""A rewriter trained on the published pairs (local copy) and on our own, with the demo model: time and honest figures.

    PROMPTMEM_DATA=... python benchmarks/rewrite_student.py --json benchmarks/results/rewrite_student.json
"""
import time

from rewritecommon import finish, parser

from promptmem.data import data_dir, local_data
from promptmem.rewrite import PromptRewriter, load_pairs


def main():
    ap = parser(__doc__)
    ap.add_argument("--base", default="demo")
    ap.add_argument("--max-seconds", type=float, default=600)
    ap.add_argument("--epochs", type=float, default=3)
    a = ap.parse_args()
    sets = {"own": data_dir()/"rewrite_pairs.jsonl"}
    if (folder := local_data("promptimal")): sets["published"] = folder/"training_pairs.csv"
    rows = []
    for name, path in sets.items():
        t, cpu = time.perf_counter(), time.process_time()
        epochs = a.epochs if name == "published" else 4*a.epochs
        rw = PromptRewriter.train(load_pairs(path), base=a.base, epochs=epochs, max_seconds=a.max_seconds,
                                  max_tokens=160)
        train_s, train_cpu = time.perf_counter()-t, time.process_time()-cpu
        e = rw.evaluate(rw.held_out[:100])
        rows.append(dict(pairs=name, trained_on=rw.info["pairs"], steps=rw.info["steps"], train_s=train_s,
                         train_cpu_s=train_cpu, **e))
        for r in rw.rewrite([p.before for p in rw.held_out[:3]]): print(f"  {r.before!r:.70} -> {r.raw!r:.70} {r.why}")
    finish(a, rows)


if __name__ == "__main__": main()
