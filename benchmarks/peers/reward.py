"""Which prompt for which question: other ways to learn it from the same logs, beside ours, leak-free.

    python benchmarks/peers/reward.py                    # every peer on every published log of the data folder
    python benchmarks/peers/reward.py --only xgboost     # the published reward model at its published rounds (long)

Peers, each written here from its description: the constant order (each prompt's own rate), kNN routers on sentence
embeddings, TF-IDF and logistic regression, embeddings and logistic regression, RouteLLM's matrix factorisation (a
bilinear score of a prompt's vector and the question's embedding), trained on outcomes or on pairs as RouteLLM does, and
the published Prompt-OIRL model (XGBoost on question and prompt vectors, rows question by question) on two kinds of
question vectors. RouteLLM's own package needs the question embeddings of a paid service, so its model is rebuilt here
on the embedder that all rows share.

Every setting of a peer is chosen on the calibration questions and the peer is then fitted on training and calibration
questions together; test questions share no group with either. Logs: Prompt-OIRL's GSM8K and SVAMP with their published
roles, and data/reward_smollm2 over five grouped folds. Intervals are 95 % by group of questions.
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import pandas as pd
from environment import machine

from promptmem.core import plain, versions, write_atomic
from promptmem.data import data_dir, local_data
from promptmem.lm.embed import load_embedder
from promptmem.reward.choose import margin_rule, pick, success
from promptmem.reward.evaluate import pair_interval
from promptmem.reward.features import embed
from promptmem.reward.fits import fit_xgboost, logloss, prompt_rates
from promptmem.reward.model import PromptReward
from promptmem.reward.outcomes import Outcomes, group_folds
from promptmem.stats import Interval, auc, brier, ece, expit, logit, paired_interval

WHO = ["knn", "tfidf", "embedded", "factorise", "factorise_pairs", "hierarchical", "stack"]
VECTORS = ["LSA-256", "all-MiniLM-L6-v2"] # of questions, for XGBoost
RESULT = Path(__file__).resolve().parent.parent/"results"/"peers_reward.json"


class Log:
    "Counts and texts of one side of a split"
    def __init__(self, out, embedder):
        self.out = out
        self.qids, self.pids, self.right, self.tried = out.counts()
        self.texts, self.groups = out.texts(self.qids), out.groups(self.qids)
        self.x = embed(embedder, self.texts)


def constant(train, calib, test):
    "Each prompt's own rate, the same for all questions"
    rates = prompt_rates(train.right + 0, train.tried)
    return np.tile(rates, (len(test.texts), 1))


def _best(fit, settings, train, calib, test):
    "The predictions of the setting with the least log loss on calibration questions, fitted on all"
    losses = [logloss(logit(np.clip(fit(s, train, calib.texts, calib.x), 1e-6, 1-1e-6)), calib.right, calib.tried)
              for s in settings]
    setting = settings[int(np.argmin(losses))]
    return fit(setting, joined(train, calib), test.texts, test.x), setting


class joined:
    "Two logs as one"
    def __init__(self, a, b):
        self.texts, self.x = a.texts + b.texts, np.vstack([a.x, b.x])
        self.right, self.tried = np.vstack([a.right, b.right]), np.vstack([a.tried, b.tried])


def knn(k, log, texts, x):
    "Mean outcome of the k nearest questions, two pseudo-draws at the prompt's rate"
    rates, top = prompt_rates(log.right, log.tried), np.argpartition(-(x @ log.x.T), k-1, axis=1)[:, :k]
    return (log.right[top].sum(1) + 2*rates)/(log.tried[top].sum(1) + 2)


def _logistic(c, features, log, new):
    from sklearn.linear_model import LogisticRegression
    p = np.zeros((new.shape[0], log.right.shape[1]))
    for j in range(log.right.shape[1]):
        y = np.r_[np.ones(features.shape[0]), np.zeros(features.shape[0])]
        w = np.r_[log.right[:, j], (log.tried-log.right)[:, j]]
        both = np.r_[np.arange(features.shape[0]), np.arange(features.shape[0])]
        fit = LogisticRegression(C=c, max_iter=300).fit(features[both[w > 0]], y[w > 0], w[w > 0])
        p[:, j] = fit.predict_proba(new)[:, 1]
    return p


def tfidf(c, log, texts, x):
    "A logistic regression per prompt on TF-IDF of words and word pairs"
    from sklearn.feature_extraction.text import TfidfVectorizer
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return _logistic(c, words.fit_transform(log.texts), log, words.transform(texts))


def embedded(c, log, texts, x):
    "A logistic regression per prompt on the sentence embedding"
    return _logistic(c, log.x, log, x)


def factorise(setting, log, texts, x, pairs=False, seed=0):
    "Bilinear score w.(v_m * Wx), by Adam on outcomes or on (right, wrong) pairs of one question"
    import torch
    dim, steps, decay = setting
    torch.manual_seed(seed)
    m, rate = log.right.shape[1], torch.tensor(logit(prompt_rates(log.right, log.tried)), dtype=torch.float32)
    v, w, out = torch.nn.Embedding(m, dim), torch.nn.Linear(x.shape[1], dim), torch.nn.Linear(dim, 1)
    opt = torch.optim.Adam([*v.parameters(), *w.parameters(), *out.parameters()], lr=1e-3, weight_decay=decay)
    xs, k, n = (torch.tensor(a, dtype=torch.float32) for a in (log.x, log.right, log.tried))
    def score(x): return out(torch.nn.functional.normalize(v.weight, dim=1)[None]*w(x)[:, None])[..., 0]   # [n, m]
    while steps > 0:
        for rows in torch.randperm(len(xs)).split(64)[:steps]:
            steps -= 1
            z = score(xs[rows])
            if pairs:
                wins = k[rows][:, :, None]*(n-k)[rows][:, None]                                            # [b, m, m]
                loss = (wins*torch.nn.functional.softplus(z[:, None] - z[:, :, None])).sum()/wins.sum().clamp(min=1)
            else:
                z = z + rate
                loss = (n[rows]*torch.nn.functional.softplus(z) - k[rows]*z).sum()/n[rows].sum().clamp(min=1)
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        z = score(torch.tensor(x, dtype=torch.float32)).double().numpy()
        own = score(xs).double().numpy()
    if not pairs: return expit(z + rate.numpy())
    from promptmem.reward.model import fit_platt
    return fit_platt(own, log.right, log.tried, pull=0.)(z)       # pairs give an order: probabilities by Platt's map


def factorise_pairs(setting, log, texts, x): return factorise(setting, log, texts, x, pairs=True)


PEERS = dict(knn=(knn, (10, 20, 40, 80, 160)), tfidf=(tfidf, (.03, .1, .3, 1.)), embedded=(embedded, (.1, .3, 1., 3.)),
             factorise=(factorise, [(d, e, w) for d in (128,) for e in (100, 400, 1600) for w in (1e-4, 1e-3)]),
             factorise_pairs=(factorise_pairs, [(d, e, w) for d in (128,) for e in (100, 400, 1600)
                                                for w in (1e-4, 1e-3)]))
NAMES = dict(knn="kNN on embeddings", tfidf="TF-IDF, logistic per prompt", embedded="embeddings, logistic per prompt",
             factorise="matrix factorisation, outcomes", factorise_pairs="matrix factorisation, pairs (RouteLLM)")


def first_columns(vectors):
    "Columns that a tree can choose: the first one for each way to part the prompts (ties go to the lowest index)"
    seen, keep = set(), []
    for j in range(vectors.shape[1]):
        order = sorted(set(vectors[:, j]))
        parts = {min((low := tuple(vectors[:, j] <= cut)), tuple(not b for b in low)) for cut in order[:-1]}
        if parts - seen: keep.append(j)
        seen |= parts
    return keep


def xgboost(train, calib, test, vectors, embedder, rounds, eta):
    "The published model: question and prompt vectors side by side, rows question by question, the first 80 % of them"
    both = joined(train, calib)
    if vectors == "LSA-256":
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        words = TfidfVectorizer(min_df=2, sublinear_tf=True)
        svd = TruncatedSVD(256, random_state=0)
        q = svd.fit_transform(words.fit_transform(both.texts))
        new = svd.transform(words.transform(test.texts))
    else: q, new = both.x, test.x
    p = embed(embedder, train.out.prompt_texts(train.pids))
    p = p[:, first_columns(p)]
    at = {t: i for i, t in enumerate(both.texts)}
    f = pd.concat([train.out.frame, calib.out.frame]).sort_values(["row", "prompt_id"])
    texts = dict(zip(train.out.queries.query_id, train.out.queries.text))
    texts.update(zip(calib.out.queries.query_id, calib.out.queries.text))
    rows = np.array([at[texts[i]] for i in f.query_id])
    cols = pd.Index(train.pids).get_indexer(f.prompt_id)
    front = int(.8*len(f))                                            # rows that are the same but for the draw are one,
    pair = pd.DataFrame(dict(q=rows, p=cols, y=f.correct.to_numpy(float)))[:front]                # weighted: exact
    g = pair.groupby(["q", "p"], sort=False).y.agg(["mean", "size"]).reset_index()
    x = np.hstack([q[g.q], p[g.p]]).astype(np.float32)
    model = fit_xgboost(x, g["mean"].to_numpy(), rounds=rounds, share=1., params=dict(eta=eta),
                        weight=g["size"].to_numpy(float))
    return np.column_stack([model(np.hstack([new, np.tile(v, (len(new), 1))]).astype(np.float32)) for v in p])


def spread(y, p, groups, other=None, draws=300, seed=0):
    "95 % interval by group of the AUC, or of its difference to another score's"
    codes, r, ok = pd.factorize(groups)[0], np.random.default_rng(seed), ~np.isnan(y)
    members, out = [np.flatnonzero(codes == g) for g in range(codes.max()+1)], []
    for _ in range(draws):
        rows = np.concatenate([members[g] for g in r.integers(len(members), size=len(members))])
        a = auc(p[rows][ok[rows]], y[rows][ok[rows]])
        out.append(a if other is None else a - auc(other[rows][ok[rows]], y[rows][ok[rows]]))
    return [float(v) for v in np.quantile(out, [.025, .975])]


def judge(p, y, groups, base, ours=None, weights=None, **more):
    "One row of the table"
    ok, full = ~np.isnan(y), ~np.isnan(y).any(1)
    got = success(pick(p) if weights is None else weights, y)[full]
    gain = paired_interval(got, base[full], groups[full], bounds=(0, 1))
    if np.array_equal(got, base[full]):
        gain = Interval(0., 0., 0., gain.n)                # the same choices, for certain
    pair = pair_interval(y, p, groups, n=500)
    row = dict(auc=auc(p[ok], y[ok]), pair=pair.estimate, pair_lo=pair.lo, pair_hi=pair.hi, brier=brier(p[ok], y[ok]),
               ece=ece(p[ok], y[ok]), chosen=float(got.mean()), gain=gain.estimate, gain_lo=gain.lo, gain_hi=gain.hi,
               **more)
    row["auc_lo"], row["auc_hi"] = spread(y, p, groups)
    if ours is not None: row["ours_ahead_lo"], row["ours_ahead_hi"] = spread(y, ours, groups, p)
    return {k: float(v) if isinstance(v, np.floating) else v for k, v in row.items()}


def lines(test):
    "[n, m] outcomes of the test lines, the number of each one's question, and its group"
    w = test.out.wide(complete=False)[list(test.pids)]
    at = pd.Index(test.qids).get_indexer(w.index.get_level_values(0))
    return w.to_numpy(float), at, test.groups[at]


def parts_of(name, out, embedder):
    "(train, calib, test) logs: the published roles, or five grouped folds of a log without roles"
    if name != "reward_smollm2":
        T = sorted(out.prompts.prompt_id[out.prompts.kind == "train"])
        yield tuple(Log(o, embedder) for o in (out.by_role("train", split="train", prompts=T),
                                               out.by_role("calib", split="train", prompts=T),
                                               out.by_role("test", split="test", prompts=T)))
        return
    q = out.queries.query_id.to_numpy()
    fold = pd.Series(group_folds(out.groups(), 5, 0), index=q)
    for k in range(5):
        f = out.frame.query_id.map(fold)
        sides = [~f.isin([k, (k+1) % 5]), f == (k+1) % 5, f == k]
        yield tuple(Log(out.where(s.to_numpy()), embedder) for s in sides)


def both_of(train, calib):
    "Outcomes of training and calibration questions"
    ids = set(train.out.frame.query_id) | set(calib.out.frame.query_id)
    frame = pd.concat([train.out.frame, calib.out.frame], ignore_index=True)
    queries = pd.concat([train.out.queries, calib.out.queries], ignore_index=True)
    return Outcomes(frame, queries[queries.query_id.isin(ids)], train.out.prompts, check=False)


def predictions(which, parts, embedder, rounds):
    "who -> ([n, m] predictions on all test lines, more columns)"
    found, ys, gs, usuals = {}, [], [], []
    for train, calib, test in parts:
        y, at, g = lines(test)
        usual = int(prompt_rates(joined(train, calib).right, joined(train, calib).tried).argmax())
        ys.append(y)
        gs.append(g)
        usuals.append(np.full(len(y), usual))
        def keep(name, p, start, **more):
            entry = found.setdefault(name, dict(p=[], cpu_s=0., settings=[], weights=[]))
            entry["p"].append(p[at])
            entry["cpu_s"] += time.process_time() - start
            entry["settings"].append(more.get("setting"))
            if "weights" in more: entry["weights"].append(more["weights"][at])
        if which == "xgboost":
            for vectors in VECTORS:
                for n, eta in rounds:
                    s = time.process_time()
                    keep(f"XGBoost, published, {n} rounds, {vectors}",
                         xgboost(train, calib, test, vectors, embedder, n, eta), s)
                    print(vectors, n, round(auc(found[f"XGBoost, published, {n} rounds, {vectors}"]["p"][-1].ravel(),
                                                y.ravel()), 4), round(time.process_time()-s), "s", flush=True)
            continue
        s = time.process_time()
        keep("constant order (each prompt's rate)", constant(joined(train, calib), None, test), s)
        for key, (fit, settings) in PEERS.items():
            if key not in WHO: continue
            s = time.process_time()
            p, setting = _best(fit, settings, train, calib, test)
            keep(NAMES[key], p, s, setting=setting)
        for model in ("lightgbm", "hierarchical", "stack"):
            if model != "lightgbm" and model not in WHO: continue      # the default is beside every peer
            s = time.process_time()
            rm = PromptReward(model=model, embedder=embedder).fit(both_of(train, calib))
            p = rm.predict_proba(test.texts, train.out.prompt_texts(train.pids))
            keep(f"promptmem, {model}", p, s)
            keep(f"promptmem, {model}, as chosen by `choose`", p, time.process_time(),
                 weights=margin_rule(p, usual, rm.margin_))
            s = time.process_time()
            rm = PromptReward(model=model, embedder=embedder, prove="likely").fit(both_of(train, calib))
            keep(f"promptmem, {model}, `choose` with prove=\"likely\"", p, s, weights=margin_rule(p, usual, rm.margin_))
    return found, np.vstack(ys), np.concatenate(gs), np.concatenate(usuals)


def run(which, name, out, embedder, rounds, old):
    "Rows of one log; rows of the other parts are kept"
    found, y, g, usual = predictions(which, parts_of(name, out, embedder), embedder, rounds)
    base = y[np.arange(len(y)), usual]
    rows = {r["who"]: r for r in old.get("rows", [])}
    ours = np.vstack(found["promptmem, lightgbm"]["p"]) if "promptmem, lightgbm" in found else None
    for who, e in found.items():
        p = np.vstack(e["p"])
        weights = np.vstack(e["weights"]) if e["weights"] else pick(p)
        against = ours if ours is not None and not who.startswith("promptmem") else None
        rows[who] = dict(who=who, **judge(p, y, g, base, against, weights, cpu_s=e["cpu_s"], settings=e["settings"]))
        print(name, who, {k: round(v, 4) for k, v in rows[who].items() if isinstance(v, float)}, flush=True)
    return dict(lines=len(y), groups=len(set(g)), prompts=y.shape[1], rows=list(rows.values()))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", choices=["routers", "xgboost"], default=None)
    ap.add_argument("--datasets", nargs="+", default=["gsm8k", "svamp", "reward_smollm2"])
    ap.add_argument("--rounds", nargs="+", default=["2000:.001"], help="boosting rounds and learning rate")
    ap.add_argument("--who", nargs="+", choices=WHO, default=list(WHO), help="which routers")
    ap.add_argument("--vectors", nargs="+", choices=VECTORS, default=VECTORS, help="of questions, for XGBoost")
    ap.add_argument("--cache", default=None, help="SQLite file that keeps embeddings between runs")
    ap.add_argument("--embedder", default="all-MiniLM-L6-v2")
    ap.add_argument("--json", default=str(RESULT))
    a = ap.parse_args()
    VECTORS[:], WHO[:] = a.vectors, a.who
    embedder, folder = load_embedder(a.embedder, cache=a.cache), local_data("prompt_oirl")
    rounds = [(int(n), float(e)) for n, e in (r.split(":") for r in a.rounds)]
    result = json.loads(Path(a.json).read_text()) if Path(a.json).exists() else dict(data={})
    result.update(versions=versions(), machine=machine(), embedder=a.embedder)
    for name in a.datasets:
        if name == "reward_smollm2": out = Outcomes.read(data_dir()/name)
        elif folder is None: continue
        else: out = Outcomes.read(folder).select(dataset=name)
        for which in ("routers", "xgboost"):
            if a.only not in (None, which) or (which == "xgboost" and "row" not in out.frame): continue
            result["data"][name] = run(which, name, out, embedder, rounds, result["data"].get(name, {}))
            write_atomic(a.json, json.dumps(plain(result), indent=1) + "\n")


if __name__ == "__main__":
    main()
