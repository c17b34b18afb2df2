"""Calls of the reward room with good arguments, for the sweep of bad values (`tests/test_bad_arguments.py`)."""
import inspect
from functools import partial

import numpy as np
import pandas as pd

import promptmem as pm
from promptmem import stats
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder


def fitted(name, good, out, value):
    "A model with one setting, fitted and asked"
    from promptmem.reward import PromptReward
    return PromptReward(**{**good, name: value}).fit(out).predict_proba(["q"], ["p"])


def chosen(name, rm, value):
    return rm.choose("q", **{name: value})


def of_reward(folder):
    from promptmem import reward
    from promptmem.reward import choose, collect, evaluate, figures
    rows = [(q, p, (q + p) % 2) for q in range(12) for p in range(2)]
    questions, prompts = [f"what is {q} plus {q*q}?" for q in range(12)], ["Be short.", "Think first."]
    log = pd.DataFrame([dict(query=questions[q], prompt=prompts[p], correct=c) for q, p, c in rows])
    out = reward.Outcomes.read(log)
    asked, texts = out.queries.assign(gold="4"), dict(test=questions[:3], train=questions[3:])
    split = reward.Outcomes(out.frame, out.queries.assign(role=["train"]*8 + ["test"]*4), out.prompts)
    unfitted = reward.PromptReward(model="mean", embedder=HashEmbedder(16))
    rm, lm = reward.PromptReward(model="mean", embedder=HashEmbedder(16)).fit(out), CallableLM(lambda p: "4 END")
    answered = reward.Outcomes(out.frame.assign(answer="4"), out.queries, out.prompts)
    p, y = np.array([[.2, .8], [.6, .4], [.5, .5]]), np.array([[0., 1.], [1., 0.], [1., 1.]])
    yield reward.Outcomes, dict(frame=out.frame, queries=out.queries, prompts=out.prompts), ()
    yield reward.Outcomes.read, dict(path=log), ()
    yield out.save, dict(folder=folder/"saved"), ()
    yield reward.Outcomes.from_interactions, dict(interactions=[dict(question="q", is_correct=True)]), ()
    yield reward.Outcomes.from_store, dict(store=pm.Store(":memory:"), scope="a"), ()
    yield reward.Outcomes.from_verdicts, dict(logs={}, queries=out.queries, prompts=out.prompts), ()
    yield out.where, dict(keep=[True]*24), ()
    yield out.column, dict(name="text"), ()
    yield lambda value: out.select(prompts=value), dict(value=1), ()
    yield lambda value: out.select(correct=value), dict(value=1), ()
    yield lambda value: split.by_role(value), dict(value="train"), ()
    yield split.by_role, {}, ()
    for call, name in ((out.texts, "query_ids"), (out.prompt_texts, "prompt_ids"), (out.groups, "query_ids")):
        yield call, {name: [0, 1]}, ()
    yield out.wide, {}, ()
    yield out.split, dict(allow_leaks=True), ("embedder",)
    yield split.check_leaks, dict(allow_leaks=True), ("embedder",)
    yield reward.availability, dict(prompts=["a", "b"]), ()
    yield reward.find_leaks, texts, ("embedder",)
    yield reward.near_groups, dict(texts=questions), ("embedder",)
    yield reward.group_folds, dict(groups=[1, 1, 2, 3]), ()
    for read in (reward.read_verdicts, reward.read_answers): yield read, dict(path=folder/"in.jsonl"), ()
    yield reward.read_gsm8k, dict(path=folder/"in.jsonl"), ()
    yield reward.read_svamp, dict(paths=folder/"none.csv"), ()
    yield reward.read_oirl, dict(folder=folder, dataset="gsm8k", questions=out.queries), ()
    yield reward.with_roles, dict(out=reward.Outcomes(out.frame, out.queries.assign(in_train=True, in_test=True),
                                                      out.prompts)), ()
    yield reward.tidy_oirl, dict(folder=folder, gsm8k=folder), ()
    yield reward.write_oirl, dict(out=out, folder=folder/"oirl", dataset="gsm8k"), ()
    yield reward.read_pairs, dict(data=folder/"a_data.npy"), ()
    yield reward.read_selections, dict(path=folder/"a.npy"), ()
    yield reward.read_judgments, dict(folder=folder, dataset="gsm8k"), ()
    for name in [*inspect.signature(reward.PromptReward).parameters]:
        if name == "embedder": continue                       # a name is looked for: see test_odd_embedders
        good = dict(embedder=HashEmbedder(16), model="mean" if name in ("params", "memory") else "hierarchical")
        yield partial(fitted, name, good, out), dict(value=good.get(name, 1)), ("name", "good", "out")
    yield unfitted.fit, dict(out=out), ()
    yield partial(unfitted.fit, [("q", "p"), ("r", "p")]), dict(y=[0, 1]), ("out",)
    yield rm.predict_proba, dict(queries=questions[:2], prompts=prompts), ()
    yield rm.predict, dict(X=[("q", "p")]), ()
    yield rm.predict_interval, dict(queries=questions[:2], prompts=prompts), ()
    yield rm.predict_outcomes, dict(out=out), ()
    yield rm.prompt_probability, dict(prompts=prompts), ()
    yield rm.prompt_error, dict(prompts=prompts), ()
    yield rm.choose, dict(query="q"), ()
    for name, value in dict(default="Be short.", margin=.1, min_p=.2, level=.9).items():
        yield partial(chosen, name, rm), dict(value=value), ("name", "rm")
    yield rm.best_of_n, dict(queries=questions[:2]), ()
    yield rm.explain, dict(query="q", prompt="p"), ()
    yield rm.calibrate, dict(out=reward.Outcomes.read(log.assign(query="new " + log["query"]))), ()
    yield rm.seen, dict(queries=questions), ()
    yield rm.column_of, dict(prompt="Be short."), ()
    yield rm.question_of, dict(query="q"), ()
    yield choose.pick, dict(p=p), ()
    yield choose.success, dict(weights=p, correct=y), ()
    yield choose.best_of_n, dict(p=p), ()
    yield choose.margin_rule, dict(p=p, default=0, margin=.1), ()
    yield choose.choose_margin, dict(p=p, rate=y, default=0), ()
    yield choose.net_value, dict(p=p, costs=[1, 2]), ()
    yield choose.choose_prompt, dict(rm=rm, query="q", prompts=prompts), ()
    yield choose.risk_coverage, dict(confidence=[.1, .2], correct=[0, 1]), ()
    yield choose.risk_threshold, dict(confidence=[.1, .2], correct=[0, 1], risk=.1), ()
    yield choose.vote, dict(answers=["a"]), ()
    yield choose.escalate, dict(p=[.1, .2], ask=lambda j: "a"), ()
    yield choose.escalation_curve, dict(p=p, answers=[["a", "b"], ["a", "a"], ["b", "b"]], correct=y), ()
    for make in (choose.Thompson, choose.LinUCB):
        yield make, dict(m=2), ()
        yield make(2).choose, dict(p=[.1, .2]), ()
        yield make(2).update, dict(p=[.1, .2], j=0, correct=1), ()
    yield choose.replay, dict(learner=None, p=p, correct=y), ()
    report = evaluate.evaluate_reward(rm, split, allow_seen=True, n_boot=20)
    yield partial(evaluate.evaluate_reward, n_boot=20, allow_seen=True), dict(rm=rm, out=split), ("n_boot",)
    yield report.metric, dict(name="auc"), ()
    for call in (evaluate.pair_ordering, evaluate.pair_interval, evaluate.scores):
        yield call, dict(correct=y, p=p), ()
    yield evaluate.classification, dict(correct=[0, 1], p=[.1, .2]), ()
    train, test = split.by_role("train"), split.by_role("test")
    yield evaluate.availability_table, dict(rm=unfitted, train=train, test=test), ()
    settings = evaluate.availability_table(unfitted, train, test)
    summary, metrics = evaluate.availability_summary(settings), evaluate.availability_metrics(settings)
    for call in (evaluate.availability_summary, evaluate.availability_metrics): yield call, dict(table=settings), ()
    yield partial(evaluate.cross_choices, n_boot=20), dict(rm=unfitted, out=out, folds=2), ("n_boot",)
    yield collect.collect_outcomes, dict(lm=lm, prompts=prompts, queries=asked), ()
    yield collect.join_text, dict(how="after"), ()
    for call in (collect.self_critic, collect.verbal_confidence): yield call, dict(lm=lm, out=answered), ()
    yield reward.RewardComparison, dict(rm=rm, queries=questions[:2]), ()
    c = reward.RewardComparison(rm, questions[:2])
    yield c.table, dict(query=0), ()
    yield c.matrix, {}, ()
    yield c.why, dict(query=0, prompt=0), ()
    yield c.neighbours, dict(query=0), ()
    yield figures.plot_availability, dict(summary=summary), ()
    yield figures.plot_metrics, dict(metrics=metrics), ()
    yield figures.plot_reliability, dict(bins=pd.DataFrame(stats.reliability([.1, .9], [0, 1]))), ()
    yield figures.plot_risk_coverage, dict(curves=dict(a=choose.risk_coverage([.1, .2], [0, 1]))), ()
    yield figures.plot_calls, dict(curve=choose.escalation_curve(p, [["a", "b"], ["a", "a"], ["b", "b"]], y)), ()
