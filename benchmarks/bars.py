"""The bars of this project, and what the committed results say about each: `python benchmarks/bars.py`.

Reads benchmarks/results/*.json and runs nothing. A bar whose result is missing is shown as not measured.
"""
import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parent/"results"


class Results(dict):
    "Results by name, read when asked for"
    def __missing__(self, name):
        self[name] = json.loads((RESULTS/f"{name}.json").read_text(encoding="utf-8"))
        return self[name]


def row(rows, **wanted):
    "The first row with these values"
    return next(r for r in rows if all(r.get(k) == v for k, v in wanted.items()))


def reward(r, data, part, **wanted): return row(r["reward_bars"]["data"][data][part], **wanted)


def best(r, data, score, prompts="train"):
    "Largest score over our models, and which"
    rows = [x for x in r["reward_bars"]["data"][data]["scores"] if x["prompts"] == prompts
            and not x["model"].startswith(("xgboost", "prompt rates"))]
    return max((x[score], x["model"]) for x in rows)


def published_score(r, data, score, prompts="train"):
    "The best that the published model reached, on either kind of question vectors and at either number of rounds"
    rows = r["reward_bars"]["data"][data]["scores"]
    found = [x[score] for x in rows if x["model"].startswith("xgboost") and x["prompts"] == prompts]
    if prompts == "train":
        found += [x[score] for x in r["peers_reward"]["data"][data]["rows"] if x["who"].startswith("XGBoost")]
    return (min if score in ("brier", "ece") else max)(found)


def score_bar(data, score, least, prompts="train", low=False):
    "A bar on a score of the default model, with the best of the others and the published model beside it"
    def look(r):
        x = reward(r, data, "scores", model="lightgbm", prompts=prompts)
        got, within = x[score], f" [{x['pair_lo']:.3f}, {x['pair_hi']:.3f}]" if score == "pair" else ""
        alone = (
            f", each prompt's rate {reward(r, data, 'scores', model='prompt rates only', prompts=prompts)[score]:.3f}"
            if score == "pair"
            else ""
        )
        base = published_score(r, data, score, prompts)
        note = ""
        if not low:
            top, who = best(r, data, score, prompts)
            note = f" ({who} {top:.4f})" if top > got + 5e-5 else ""
        return (got <= least if low else got >= least), f"{got:.4f}{within}{note}", f"published model {base:.3f}{alone}"
    where = "" if prompts == "train" else ", held-out prompts"
    return (
        "reward",
        f"{data}{where}: {dict(auc='AUC', pair='pair ordering', brier='Brier', ece='ECE')[score]} "
        f"{'<=' if low else '>='} {least}",
        look,
    )


def times(room, what, least, find):
    "A bar on a ratio"
    def look(r):
        ratio, note = find(r)
        return ratio >= least, f"{ratio:.1f} times", note
    return room, f"{what} >= {least} times", look


def speed(task):
    "The lower of two runs: one thread, and two threads of a machine that other jobs were using"
    def find(r):
        x = min((x for name in ("recall_speed", "recall_speed_1thread") for x in r[name]["rows"]
                 if x["task"].startswith(task)), key=lambda x: x["cpu_ratio"])
        return x["cpu_ratio"], f"CPU seconds, published {x['baseline_cpu_s']:.1f}, ours {x['ours_cpu_s']:.1f}"
    return find


def scoring(name):
    def find(r):
        x = next(x for x in r["edit_scoring"]["sets"] if x["set"] == name)
        return (
            x["times"],
            f"published {x['published_s']:.1f} s, ours {x['ours_s']:.1f} s; {x['published_mb']:.0f} and "
            f"{x['ours_mb']:.0f} MB",
        )
    return find


def million(key, most, unit, what, least=False):
    def look(r):
        got = r["store_million"][key]
        return (got >= most if least else got <= most), f"{got:.3g} {unit}".strip(), ""
    return "scale", f"a million entries: {what} {'>=' if least else '<='} {most} {unit}".strip(), look


def passes(r):
    x = min(r["edit_scoring"]["passes"], key=lambda p: p["times_first"])
    same = all(p["same_verdict"] for p in r["edit_scoring"]["passes"])
    return (
        x["times_first"] >= 8 and same,
        f"{x['times_first']:.1f} times, same verdict {'always' if same else 'NOT always'}",
        f"published {x['published_s']:.0f} s, ours {x['first_s']:.1f} s",
    )


def memory_of_scoring(r):
    a, b = r["edit_scoring"]["pass_mb"]
    return b <= a, f"{b:.0f} MB", f"published {a:.0f} MB"


def edit_run(r):
    x = r["edit_run"] # its small model knows no capital before or after: the seconds count, not its success
    return (
        x["times"] >= 20 and x["inside_all"],
        f"{x['times']:.1f} times, inside {'yes' if x['inside_all'] else 'NO'}",
        f"published {x['published_s']:.0f} s",
    )


def edit_run_smollm2(r):
    x = r["edit_run_smollm2"]
    return (
        x["inside_all"] and x["our_success"] >= x["published_success"],
        f"{x['our_success']:.3f} (before {x['success_before']:.3f}), inside {'yes' if x['inside_all'] else 'NO'}, "
        f"{x['times']:.1f} times faster",
        f"{x['published_success']:.3f} at the best of its learning rates",
    )


def senses(r):
    rows = r["edit_senses"]["table"]
    say = "; ".join(
        f"{x['kind']}: {100 * d['estimate']:+.0f} points [{100 * d['lo']:+.0f}, {100 * d['hi']:+.0f}]"
        for x in rows for d in [x["senses_minus_lora"]["success"]]
    )
    # nothing against nothing is no comparison
    ok = all(x["senses_minus_lora"]["success"]["estimate"] >= 0 < x["senses"]["success"]["estimate"] for x in rows)
    return ok, say, "LoRA, same limit"


def search_gain(r):
    rows = [x for x in r["rewrite_demo"]["rows"] if x["method"] == "ours" and x["kind"] != "all"]
    ok = all(x["gain"] >= .2 and x["gain_lo"] > 0 for x in rows)
    return ok, "; ".join(f"{x['kind']}: {100*x['gain']:.0f} points [{100*x['gain_lo']:.0f}, {100*x['gain_hi']:.0f}]"
                         for x in rows), "seed prompt"


def search_against(r, other):
    rows, kinds = r["rewrite_demo"]["rows"], []
    for x in rows:
        if x["kind"] not in kinds and x["kind"] != "all": kinds.append(x["kind"])
    pair = [(k, row(rows, kind=k, method="ours")["held_out"],
             next(x["held_out"] for x in rows if x["kind"] == k and x["method"].startswith(other))) for k in kinds]
    return (
        all(a > b for _, a, b in pair),
        "; ".join(f"{k}: {a:.3f}" for k, a, _ in pair),
        "; ".join(f"{b:.3f}" for *_, b in pair),
    )


def false_gains(r):
    proofs = [x for x in r["rewrite_null"]["rows"] if x["method"].startswith("search") and "likely" not in x["method"]]
    x = max(proofs, key=lambda x: x["rate"])
    return x["rate"] <= .05, f"at most {100*x['rate']:.1f} % of {x['runs']}", x["method"]


SAME_PROPOSALS = {"ours, with the phrase book, default": ("best of random, 10 each",),
                  "ours, the proposer alone, default": ("DSPy COPRO", "DSPy MIPROv2", "DSPy GEPA", "gepa")}


def search_beside_peers(r):
    rows = {(x["method"], x["budget"]): x["accuracy"] for x in r["peers_rewrite"]["rows"] if x["kind"] == "sim"}
    best = {(m, b): max(rows[p, b] for p in peers) for m, peers in SAME_PROPOSALS.items() for b in (100, 200, 600)}
    said = lambda of: "; ".join(" ".join(f"{of[m, b]:.2f}" for b in (100, 200, 600)) for m in SAME_PROPOSALS)
    return all(rows[k] >= v for k, v in best.items()), said(rows), said(best) + " (best of random; best peer)"


def false_beside_peers(r):
    null = [x for x in r["peers_rewrite"]["rows"] if x["kind"] == "null"]
    share = lambda rows: sum(x["changed"] for x in rows)/sum(x["runs"] for x in rows)
    ours = share([x for x in null if x["method"] in SAME_PROPOSALS])
    other = share([x for x in null if not x["method"].startswith("ours")])
    more = [x["rate"] for x in r["rewrite_null"]["rows"] if "likely" in x["method"]]
    return max(ours, *more) <= other/5, f"{100*ours:.1f} %; {100*max(more):.1f} % of 200 more", f"{100*other:.0f} %"


def edit_beside_peers(r, of):
    "(ours, the Trainer's) mean of a figure on the facts on which no setting was chosen, and how many sets these are"
    rows = [[x for x in r["peers_edit"]["unseen"] if x["method"] == m] for m in ("ours_lora", "trainer_inside")]
    return *(sum(map(of, x))/len(x) for x in rows), len(rows[0])


def edit_success(r):
    ours, theirs, n = edit_beside_peers(r, lambda x: x["after"]["success"])
    return ours >= theirs, f"{ours:.2f}", f"{theirs:.2f} (means of {n} sets of fresh facts)"


def edit_seconds(r):
    ours, theirs, n = edit_beside_peers(r, lambda x: x["cpu_s"])
    return ours <= theirs/2, f"{ours:.0f} CPU s", f"{theirs:.0f} CPU s (means of {n} sets of fresh facts)"


def choices_beside_peers(r):
    lead, least = [], []
    for log in r["peers_reward"]["data"].values():
        ours = [x for x in log["rows"] if x["who"].startswith("promptmem, lightgbm")]
        lead.append(ours[0]["auc"] - max(x["auc"] for x in log["rows"] if not x["who"].startswith("promptmem")))
        least += [x["gain"] for x in ours]
    return (min(lead) > 0 and min(least) >= 0, f"AUC ahead by {min(lead):.3f} at least; choosing {100*min(least):+.1f} "
            "points at least", f"the best peer on each of {len(lead)} logs; the constant order")


def screen(r):
    full, screened, half = [x for x in r["rewrite_screen"]["rows"] if x["log"] == "Prompt-OIRL, SVAMP"][-3:]
    return (
        screened["accuracy"] >= full["accuracy"],
        f"{screened['accuracy']:.3f} with {screened['calls']:.0f} calls",
        f"{full['accuracy']:.3f} with {full['calls']:.0f}; no screen, {half['accuracy']:.3f} with {half['calls']:.0f}",
    )


def browser(what, most):
    def look(r):
        got = r["widgets_browser"][what + "_ms"]
        name = max(got, key=got.get)
        return got[name] <= most, f"slowest of {len(got)}: {got[name]:.0f} ms ({name})", "medians of 5"
    return look


def margin(r, data):
    x = row(r["reward_bars"]["data"][data]["choices"]["table"], rule="margin")
    return (
        x["lo"] >= -0.005,
        f"gain {100 * x['gain']:+.2f} points [{100 * x['lo']:+.2f}, {100 * x['hi']:+.2f}]",
        "best single prompt",
    )


def published_protocol(r):
    x = row(r["reward_bars"]["data"]["svamp"]["published"]["rules"], rule="best of N", part="all")
    look = row(r["reward_bars"]["data"]["svamp"]["published"]["rules"], rule="look-up", part="all")
    return x["success"] > .68, f"{x['success']:.4f}", f"published model .672, look-up {look['success']:.4f}"


def calls(r):
    rows = [x for x in r["reward_bars"]["data"]["gsm8k"]["calls"]["all prompts"] if x["rule"] == "adaptive"
            and x["calls"] <= 5.05]
    top = max(rows, key=lambda x: x["accuracy"])
    return (
        top["accuracy"] >= 0.30,
        f"{top['accuracy']:.3f} at {top['calls']:.2f} calls",
        "plain votes .294 at 4, .300 at 6 (published logs)",
    )


def reward_cost(what):
    def look(r):
        data = r["reward_bars"]["data"]
        if what == "fit":
            s = max(row(d["scores"], model="lightgbm", prompts="train")["fit_cpu_s"] for d in data.values())
            return s <= 5, f"{s:.1f} s CPU", ""
        if what == "settings":
            s, mb = (max(d["settings"][k] for d in data.values()) for k in ("cpu_s", "peak_mb"))
            return s <= 300 and mb <= 1024, f"{s:.0f} s CPU, {mb:.0f} MB", ""
        if what == "table":
            ratio = min(d["baseline"]["all_settings_s"]/d["settings"]["cpu_s"] for d in data.values())
            return (
                ratio >= 100,
                f"{ratio:.0f} times less CPU (with evaluation)",
                "published training timed on some of its rounds",
            )
        s = max(d["speed"]["cpu_s"] for d in data.values())
        return s <= 1, f"{s:.2f} s CPU", ""
    return look


def kills(r):
    rows, grid = r["store_kills"]["rows"], r["batch_kills"]
    n = sum(x["kills"] for x in rows) + grid["kills"]
    bad = sum(x["lost"] + x["corrupt"] for x in rows) + grid["lost_or_corrupt"]
    return n >= 1000 and bad == 0, f"{n} kills, {bad} lost or corrupt", ""


def writers(r):
    x = row(r["store_writers"]["rows"], database="postgresql")
    return (
        x["writes_per_second"] >= 1000 and x["lost"] == 0,
        f"{x['writes_per_second']:.0f} a second, {x['lost']} lost",
        "",
    )


def grid(r):
    g = r["batch_grid"]["median"]["grid_to_ideal"]
    return g <= 1.3, f"{g:.2f} times the ideal", ""


BARS = [
    times(
        "memory",
        "closest, 100,000 keys, same key and distance",
        60,
        lambda r: (
            row(r["memory_lookup"]["rows"], part="closest", entries=100000, method="ClosestLookup, 5 runners-up")[
                "times_faster"
            ],
            "published loop",
        ),
    ),
    (
        "memory",
        "semantic, 100,000 x 384: p95 <= 20 ms, equal to exact",
        lambda r: (
            (x := row(r["memory_lookup"]["rows"], part="semantic", entries=100000, method="SemanticLookup"))["p95_ms"]
            <= 20
            and x["equal_answers"] == x["queries"],
            f"{x['p95_ms']:.1f} ms, {x['equal_answers']} of {x['queries']} equal",
            "published 4,065 ms",
        ),
    ),
    times(
        "memory",
        "stream, window 16, equal logs",
        6,
        lambda r: (row(r["memory_stream"]["rows"], part="window", window=16)["times_faster"], "window 1"),
    ),
    (
        "memory",
        "demo model, 300 own tasks: memory over no memory >= 20 points",
        lambda r: (
            (x := row(r["memory_stream"]["rows"], part="demo", tasks="own", checker="keyword"))["gain"] >= 20,
            f"{x['gain']:.1f} points [{x['lo']:.1f}, {x['hi']:.1f}]",
            f"no memory {x['none']:.1f} %",
        ),
    ),
    score_bar("gsm8k", "auc", 0.74),
    score_bar("gsm8k", "pair", 0.72),
    score_bar("gsm8k", "brier", 0.134, low=True),
    score_bar("gsm8k", "ece", 0.03, low=True),
    score_bar("gsm8k", "pair", 0.62, "heldout"),
    score_bar("svamp", "auc", 0.77),
    score_bar("svamp", "pair", 0.80),
    score_bar("svamp", "ece", 0.03, low=True),
    score_bar("svamp", "pair", 0.66, "heldout"),
    ("reward", "gsm8k: margin rule loses at most .5 points (5 grouped folds)", lambda r: margin(r, "gsm8k")),
    ("reward", "svamp: margin rule loses at most .5 points (5 grouped folds)", lambda r: margin(r, "svamp")),
    ("reward", "votes: >= .30 on gsm8k at 5 calls on average", calls),
    ("reward", "published protocol, seen questions, svamp, six prompts > .68", published_protocol),
    ("reward", "one setting <= 5 s CPU", reward_cost("fit")),
    ("reward", "63 settings <= 300 s, <= 1 GB", reward_cost("settings")),
    ("reward", "whole table >= 100 times less CPU than as published", reward_cost("table")),
    ("reward", "1,000 questions x 100 prompts <= 1 s", reward_cost("speed")),
    ("reward", "beside the peers: AUC ahead of each, choosing never below the constant order", choices_beside_peers),
    times("recall", "recognition, CPU, equal losses", 5, speed("recognition")),
    times("recall", "recall, CPU, equal texts", 5, speed("recall")),
    times("recall", "one exposure of training, CPU (batch 4)", 3, speed("training, one exposure, batch 4")),
    times("edit", "scoring country_capital-val, CPU", 2, scoring("country-val")),
    times("edit", "scoring pairs (gender), CPU", 4, scoring("gender pairs")),
    times("edit", "scoring pairs (verbs), CPU", 4, scoring("verb pairs")),
    times("edit", "scoring targeted text, CPU", 4, scoring("country targeted")),
    ("edit", "memory of a pass no higher", memory_of_scoring),
    ("edit", "whole evaluation pass >= 8 times, same verdict", passes),
    ("edit", "published run (10 epochs, 11 evaluations), small model: >= 20 times, inside", edit_run),
    ("edit", "the same run on SmolLM2: no less success, inside", edit_run_smollm2),
    ("edit", "demo Backpack: senses generalise no worse than LoRA, limit 1e-4", senses),
    ("edit", "SmolLM2, inside 1 %: no less success than transformers' Trainer held inside", edit_success),
    ("edit", "the same: at most half of its CPU seconds", edit_seconds),
    ("rewrite", "demo LM, 200 calls: found prompt over seed prompt >= 20 points", search_gain),
    ("rewrite", "same budget: better than best of random", lambda r: search_against(r, "best of random")),
    ("rewrite", "same budget: better than the published 3 rounds", lambda r: search_against(r, "published")),
    ("rewrite", "nothing better exists, with a proof: <= 5 % false improvements", false_gains),
    ("rewrite", "beside the peers, 100, 200, 600 calls: the default is no worse", search_beside_peers),
    ("rewrite", "the default where nothing better exists: <= a fifth of the peers' false improvements",
     false_beside_peers),
    ("rewrite", "a screen saves half of the calls at equal accuracy, replayed log", screen),
    ("widgets", "a click answers within 200 ms, 100,000 memories", browser("click", 200)),
    ("widgets", "first paint within 1 s, 100,000 memories", browser("first_paint", 1000)),
    million("build_minutes", 20, "min", "build"),
    million("semantic_p95_ms", 10, "ms", "semantic p95"),
    million("recall_at_1", 0.95, "", "recall at 1", least=True),
    million("closest_p95_ms", 100, "ms", "closest p95"),
    million("open_s", 2, "s", "open"),
    million("peak_gb", 4, "GB", "peak memory"),
    ("scale", "PostgreSQL, 8 writers: >= 1,000 durable writes a second, 0 lost", writers),
    ("scale", "1,000 kills: 0 lost, 0 corrupt", kills),
    ("scale", "grid of 16 on 2 workers <= 1.3 times the ideal", grid),
]


def table():
    "One dict per bar: room, bar, met, measured, beside it"
    results, rows = Results(), []
    for room, bar, look in BARS:
        try: met, got, beside = look(results)
        except (OSError, KeyError, StopIteration): met, got, beside = None, "not measured", ""
        rows.append(
            {
                "room": room,
                "bar": bar,
                "met": {True: "yes", False: "**no**", None: "?"}[None if met is None else bool(met)],
                "measured": got,
                "beside it": beside,
            }
        )
    return rows


def markdown(rows):
    "The table as Markdown"
    head = list(rows[0])
    line = lambda cells: "| " + " | ".join(str(c).replace("|", "/") for c in cells) + " |"
    return "\n".join([line(head), line(["---"]*len(head)), *(line(r.values()) for r in rows)])


if __name__ == "__main__": print(markdown(table()))
