"""Bad values for every argument of the public calls, room by room: a result, or one error that this package raised."""
import importlib
import inspect
from functools import partial

import pandas as pd
import pytest

import promptmem as pm
from promptmem import core, grade, lm, logs, memory, panel, record, stats, store
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder
from promptmem.testing import byte_tokenizer, chat_tokenizer, tiny_model
from tests.odd_values import report, sweep
from tests.reward.calls import of_reward


def of_store(folder):
    s = pm.Store(":memory:")
    c = s.add(scope="a", key="what is x", text="I mean the letter")
    r = s.log(record.Interaction("what is x", scope="a", answer="ok"))
    (folder/"in.jsonl").write_text("")
    yield pm.Store, dict(where=folder/"other.db"), ("where",)
    yield s.add, dict(scope="a", key="k", text="t"), ()
    yield s.add_many, dict(rows=[dict(scope="a", key="k", text="t")]), ()
    for call in (s.canonical_examples, s.clarifications, s.count, s.interactions, s.outcomes, s.preferences,
                 s.study_sentences): yield call, dict(scope="a"), ()
    yield s.changes, dict(scope="a"), ()
    yield s.export, dict(path=folder/"out.jsonl", scope="a"), ()
    yield s.import_, dict(path=folder/"in.jsonl"), ()
    yield s.forget, dict(scope="a", id="nobody", dry_run=True), ("dry_run",)
    for call in (s.deactivate, s.get, s.interaction, s.restore, s.withdraw):
        yield call, dict(id=r.id if call in (s.interaction, s.withdraw) else c.id, scope="a"), ()
    yield s.history, dict(id_or_key=c.id, scope="a"), ()
    for call in (s.judge, s.set_verdict): yield call, dict(id=r.id, verdict="accepted", scope="a"), ()
    yield s.log, dict(interaction=r), ()
    yield s.search, dict(query="what is x", scope="a"), ()
    yield partial(s.search, method="semantic", embedder=HashEmbedder(16)), dict(query="what is x", scope="a"), ()
    yield s.supersede, dict(id=c.id, text="t", scope="a"), ()
    yield s.use_counts, dict(ids=[c.id], scope="a"), ()
    yield s.uses, dict(clarification_id=c.id, scope="a"), ()
    for call, name in ((store.as_url, "where"), (store.layers_of, "scope"), (store.one_scope, "scope"),
                       (store.normalize, "key"), (store.slot_of, "key"), (store.utc, "time")):
        yield call, {name: "a"}, ()
    yield store.storable, dict(value="a", what="the text"), ("longest",)


def of_memory(folder):
    lm, embed, s = CallableLM(lambda p: "ok END", format="published"), HashEmbedder(16), pm.Store(":memory:")
    tasks, a = memory.make_tasks(6), pm.Assistant(lm, store=s, scope="a")
    r = a.ask("what is x")
    yield pm.Assistant, dict(lm=lm, store=s, lookup="closest"), ("embedder",)
    yield a.ask, dict(question="q"), ()
    yield a.stream, dict(question="q"), ()
    for call in (a.accept, a.reject): yield call, dict(r=r), ()
    yield a.clarify, dict(r=r, text="t"), ()
    yield a.correct, dict(r=r, answer="t"), ()
    for call in (a.history, a.suggestions): yield call, {}, ()
    yield a.would_retrieve, dict(question="q"), ()
    for make in (memory.ClosestLookup, partial(memory.SemanticLookup, embedder=embed, threshold=.5),
                 partial(memory.AutoLookup, embedder=embed, second=None)):
        look = make()
        look.add("what is x", "the letter")
        yield make, {}, ("embedder", "second")
        yield look.add, dict(key="k", text="t"), ()
        yield look.add_many, dict(items=[("k", "t")]), ()
        yield look.query, dict(question="q"), ()
        yield look.remove, dict(key="k"), ()
        yield look.bind, dict(store=s, scope="a"), ()
        yield memory.calibrate, dict(lookup=look, labelled_pairs=[("a", "b", True), ("a", "c", False)]), ()
        yield memory.pair_distances, dict(lookup=look, pairs=[("a", "b", True), ("a", "c", False)]), ()
    auto = memory.AutoLookup(embed, second=None)
    yield auto.confirm, dict(question="q", retrieval=auto.query("q")), ()
    yield auto.learn, dict(retrieval=auto.query("q"), fits=True), ()
    yield auto.judge, dict(key="k", question="q"), ()
    yield auto.pair_distance, dict(key="k", question="q"), ()
    yield auto.forget, dict(texts=["a"]), ()
    yield auto.recalibrate, dict(interactions=[r]), ()
    yield memory.Gate, {}, ()
    
    yield memory.Gate().at_most, dict(stored="a", asked="b"), ()
    yield memory.aligned, dict(a="a", b="b"), ()
    yield memory.normalizer, dict(how="lower"), ()
    yield memory.TransformLookup, dict(transform=lm, embedder=embed), ("embedder",)
    yield memory.stream, dict(lm=lm, tasks=tasks[:1]), ()
    yield memory.SimulatedUser, {}, ()
    yield memory.answer_with, dict(lm=lm, tasks=tasks[:1], lookup=memory.ClosestLookup()), ()
    for call in (memory.learning_curve, memory.poisoning_test):
        yield call, dict(lm=lm, tasks=tasks[:4]), ()
    yield memory.promise, dict(negatives=10), ()
    yield memory.load_tasks, dict(path=folder/"in.jsonl"), ()
    yield memory.make_tasks, dict(n=2), ()
    yield memory.own_tasks, dict(rows=[dict(question="q", answer="a")]), ()
    yield memory.templates, dict(family="own"), ()
    yield memory.render, dict(template={}, meta={}), ()
    yield memory.checker, {}, ()
    for call in (memory.choice_check, memory.contains_check, memory.exact_check, memory.keyword_check,
                 memory.regex_check, memory.strict_check): yield call, dict(task=tasks[0], reply="a"), ()
    yield memory.Says, {}, ()
    yield memory.JsonCheck, dict(path="a"), ()
    yield memory.JudgeCheck, dict(lm=lm), ()
    yield memory.read_score, dict(text="4"), ()
    yield memory.assemble, dict(few_shot="a", question="q"), ()
    yield memory.enrich, dict(question="q", clarification="c"), ()
    yield memory.few_shot, dict(pairs=[("q", "a")]), ()
    yield memory.neutralize, dict(text="a"), ()
    yield memory.parse_reply, dict(text="a"), ()
    yield memory.read_few_shot, dict(path=folder/"in.jsonl"), ()
    yield memory.load_strategy, dict(name="memory"), ()
    for make in (memory.NoMemory, memory.GrowingPrompt, memory.MemPrompt):
        yield make, {}, ()
        yield make().prepare, dict(question="q"), ()
        yield make().learn, dict(question="q", clarification="c", answer="a"), ()
    yield memory.compare_logs, dict(logs=folder), ()
    yield memory.Log, dict(records=[]), ()
    yield memory.Log.read, dict(path=folder/"in.jsonl"), ()
    yield memory.Logs, dict(logs=[]), ()
    yield memory.load_pairs, {}, ()
    yield pm.wrap, dict(client=object(), store=s), ("embedder",)
    yield logs.read_log, dict(source=[dict(question="a b", answer="c")]), ("format",)


def of_panel(folder):
    parts = [panel.heading("a"), panel.facts(a=1)]
    for call in (panel.as_html, panel.as_text, panel.static_page): yield call, dict(parts=parts), ()
    yield panel.bar_chart, dict(title="t", rows=[("a", 1., None, None, False)]), ()
    yield panel.chart, dict(title="t", lines=[dict(name="a", x=[0, 1], y=[1., 2.])]), ()
    yield panel.columns, dict(), ()
    yield lambda group: panel.as_html([panel.columns(group)]), dict(group=parts), ()
    yield lambda value: panel.as_html([panel.facts(a=value)]), dict(value=1), ()
    for call in (panel.esc, panel.shown): yield call, dict(x="a"), ("most",)
    yield panel.heading, dict(text="a"), ()
    yield panel.paragraph, dict(text="a"), ()
    yield panel.markup, dict(html_text="a", text="a"), ()
    yield panel.moment, dict(time="2024-01-01T00:00:00Z"), ()
    yield panel.table, dict(rows=[dict(a=1)]), ()
    yield lambda rows: panel.as_html([panel.table(rows)]), dict(rows=[dict(a=1)]), ()


def of_core(folder):
    yield core.write_atomic, dict(path=folder/"w.txt", content="a"), ()
    yield core.write_jsonl, dict(path=folder/"w.jsonl", rows=[{}]), ()
    yield core.read_csv, dict(path=folder/"w.txt"), ()
    yield core.read_jsonl, dict(path=folder/"in.jsonl"), ()
    for call in (core.read_json, core.read_text, core.read_yaml, core.user_path, core.file_hash):
        yield call, dict(path=folder/"in.jsonl"), ()
    for call in (core.fold, core.visible, core.words, core.identity_key, core.file_name, core.printable,
                 core.well_formed): yield call, dict(text="a"), ()
    for call in (core.finite, core.plain, core.json_text, core.stable_hash, core.redact):
        yield call, dict(x="a"), ("shapes",)
    yield core.is_secret_name, dict(name="a"), ()
    yield core.keep_secret, dict(value=None), ("value",)
    yield core.inside, dict(folder=folder, name="a"), ()
    yield core.progress_bar, dict(total=3), ("progress",)
    yield core.utc_time, dict(time="2024-01-01"), ()
    for kind in (record.Candidate, record.Clarification, record.Completion, record.Interaction, record.Outcome,
                 record.Query, record.Retrieval, record.Usage):
        yield kind.from_dict, dict(d={}), ()
        given = dict(key="k", text="t", score=1., scope="a", question="q", query="q", prompt="p", correct=True,
                     hit=False)
        needs = inspect.signature(kind).parameters
        yield kind, {k: v for k, v in given.items() if k in needs}, ()


def of_stats(folder):
    p, y = [.1, .4, .8, .9], [0, 0, 1, 1]
    yield stats.auc, dict(scores=p, labels=y), ()
    for call in (stats.brier, stats.ece, stats.reliability): yield call, dict(p=p, y=y), ()
    for call in (stats.bootstrap, stats.bootstrap_t, stats.interval): yield call, dict(values=p, n=50), ()
    yield stats.grouped_interval, dict(values=p), ()
    yield stats.group_means, dict(values=p, groups=y), ()
    yield stats.damage_upper, dict(values=p), ()
    for call in (stats.mean_lower, stats.mean_upper): yield call, dict(values=p, lo=0, hi=1), ()
    yield stats.mean_interval, dict(xs=p), ()
    for call in (stats.paired_interval, stats.paired_bootstrap): yield call, dict(a=p, b=y), ()
    yield stats.paired_shares, dict(a=y, b=y), ()
    for call in (stats.share_interval, stats.share_lower, stats.share_upper, stats.wilson):
        yield call, dict(k=3, n=9), ()
    yield stats.strictest_first, dict(confidence=p, wrong=y, limit=.5), ()
    yield stats.beta_cdf, dict(x=.5, a=2, b=3), ()
    yield stats.beta_quantile, dict(q=.5, a=2, b=3), ()
    yield stats.t_quantile, dict(q=.5, df=4), ()
    yield stats.unseen_times, dict(n=4), ()
    yield stats.ridge_logistic, dict(x=[[1., 0.], [0., 1.], [1., 1.], [0., 0.]], right=y), ()
    for call in (stats.expit, stats.logit): yield call, {next(iter(inspect.signature(call).parameters)): .5}, ()
    for call in (grade.choice, grade.contains, grade.exact, grade.last_number, grade.last_number_published):
        yield call, dict(answer="4", expected="4"), ()
    for call in (grade.answer_key, grade.conclusion, grade.numbers, grade.read_score, grade.without_markdown):
        yield call, dict(text="4"), ()
    yield grade.chosen, dict(answer="A"), ()
    yield grade.grade, dict(answers=["a"], expected=["a"]), ()


def of_lm(folder):
    from promptmem.lm import base, chat, embed
    scoring, weights = (importlib.import_module(f"promptmem.lm.{name}") for name in ("scoring", "weights"))
    m, t, call = tiny_model("llama"), byte_tokenizer(), CallableLM(lambda p: "ok END")
    local, cache, vectors = lm.TransformersLM(m, t), lm.LMCache(folder/"a.db"), embed.EmbeddingCache(folder/"e.db")
    there = dict(base_url="http://127.0.0.1:9/v1", api_key="k")
    yield CallableLM, dict(fn=lambda p: "ok"), ()
    yield call.complete, dict(prompts=["a"]), ()
    yield lambda prompt, **k: list(call.stream(prompt, **k)), dict(prompt="a"), ()
    yield call.count_tokens, dict(text="a"), ()
    yield lm.LMCache, dict(path=folder/"b.db"), ()
    yield cache.get, dict(key="k"), ()
    yield cache.put, dict(key="k", model="m", value={}), ()
    for c in (cache, vectors): yield c.forget, dict(texts=["a"]), ()
    yield lm.TransformersLM, dict(model=m, tokenizer=t), ("dtype",)
    yield local.complete, dict(prompts=["a"], max_tokens=1), ("progress", "errors", "schema", "raw")
    yield local.loglik, dict(prefixes=["a"], suffixes=["b"]), ()
    yield local.count_tokens, dict(text="a"), ()
    yield local.prompt_ids, dict(prompt="a"), ()
    yield lm.OpenAILM, dict(model="m", **there), ()
    yield lm.find_api_key, there, ()
    yield lm.chat_ids, dict(tokenizer=chat_tokenizer(), messages=[dict(role="user", content="a")]), ("tokenizer",)
    yield lm.text_ids, dict(tokenizer=t, text="a"), ("tokenizer",)
    for f in (chat.fold_system, chat.join_turns): yield f, dict(messages=[dict(role="user", content="a")]), ()
    yield lm.Stream, dict(pieces=[]), ()
    yield lm.split_thinking, dict(text="a"), ()
    yield lm.load_embedder, dict(name="hash:16"), ("name",)
    yield HashEmbedder, {}, ()
    yield HashEmbedder(8), dict(texts=["a"]), ()
    yield embed.EmbeddingCache, dict(path=folder/"f.db"), ()
    yield vectors.get_many, dict(name="n", texts=["a"]), ()
    yield vectors.put_many, dict(name="n", texts=["a"], vectors=[[1., 2.]]), ()
    yield embed.OpenAIEmbedder, dict(model="m", **there), ()
    yield base.message_text, dict(content="a"), ()
    yield base.checked_prompts, dict(prompts=["a"]), ()
    yield base.cut_at_stop, dict(text="a", stop=["a"]), ()
    yield scoring.encode, dict(tokenizer=t, texts=["a"]), ("tokenizer",)
    yield scoring.token_logprobs, dict(model=m, tokenizer=t, texts=["a b"]), ()
    for f in (scoring.mean_losses, scoring.sum_logprobs): yield f, dict(logprobs=[[-1.]]), ()
    yield weights.write_tensors, dict(path=folder/"w.safetensors", tensors={}, note={}), ()
    yield weights.read_tensors, dict(path=folder/"w.safetensors"), ()


def of_edit(folder):
    from promptmem import edit
    from promptmem.edit.deltas import Delta
    m, t, rows = tiny_model("gpt_neox"), byte_tokenizer(), [("the tower is in", "Mel", "tower")]
    dicts, texts = [dict(prefix="the tower is in", suffix=" Mel")], ["a b c"]*9
    few, one = edit.CanonicalExamples.read(dicts, quiet=True), partial(edit.edit, general_text=texts, epochs=1)
    e, general = edit.InContextEdit(m, t, few), edit.GeneralText(t, texts)
    run = dict(model="m", task="t", method="lora", degradation_limit=1e-4, trial=0, inside=True, success_initial=0.,
               success=1.)
    runs = pd.DataFrame([dict(run, split=s) for s in ("val", "test")])
    table = edit.result_table(runs)
    layout, side = edit.published_layout(table), edit.EditComparison(e)
    clarified, store = [record.Clarification(key="k", text="t", scope="a")]*2, pm.Store(":memory:")
    yield edit.CanonicalExamples.read, dict(train=dicts, quiet=True), ()
    yield edit.CanonicalExamples.published, dict(task="country", folder=folder), ()
    yield edit.Criterion, dict(direction="good", threshold=1.), ()
    yield few.write, dict(folder=folder/"w"), ()
    yield edit.overlap, dict(a=few, b=few), ()
    yield edit.from_table, dict(rows=[("x", "y")], train="{subject} is", evaluation="say {subject}"), ()
    yield edit.from_clarifications, dict(source=clarified), ()
    yield edit.from_interactions, dict(store=store, scope="a"), ()
    yield edit.edit, dict(model=m, tokenizer=t, examples=rows, method="in-context"), ("general_text", "train_text")
    yield one, dict(model=m, tokenizer=t, examples=rows), ("model", "tokenizer", "examples", "method")
    yield edit.Recipe, {}, ()
    yield edit.InContextEdit, dict(model=m, tokenizer=t, examples=few), ()
    yield e.context, dict(prefix="a"), ()
    yield e.apply, {}, ()
    yield edit.load_edit, dict(folder=folder/"none", model=m, tokenizer=t), ()
    yield edit.merge, dict(edits=[e, e]), ()
    yield edit.conflicts, dict(edits=[e, e]), ()
    yield edit.module_map, dict(model=m), ()
    yield edit.GeneralText, dict(tokenizer=t, texts=texts), ()
    yield general.loss, dict(model=m), ()
    yield edit.limit_test, dict(edit=e, general=general), ()
    for call in (edit.read_config, edit.run_config): yield call, dict(path=folder/"none.yaml"), ()
    yield edit.sample_options, dict(method="lora", model=m), ()
    yield edit.result_table, dict(frame=runs), ()
    yield edit.published_layout, dict(table=table), ()
    yield edit.latex_table, dict(layout=layout), ()
    yield edit.plot_results, dict(table=table.assign(size=1.)), ()
    yield edit.plot_sequential, dict(frame=pd.DataFrame([dict(edits=1, success=1., first=1., evaluation=1.,
                                                              degradation=0.)])), ()
    yield edit.plot_curve, dict(curves=pd.DataFrame([dict(scale=1., degradation=0., success=1., lo=.5, hi=1.)])), ()
    yield edit.EditComparison, dict(e=e), ()
    yield side.ask, dict(prompt="a", max_tokens=2), ()
    yield side.next_words, dict(prompt="a"), ()
    yield side.set_scale, dict(scale=1.), ()
    yield Delta.from_tensors, dict(tensors={}), ()
    for call in (Delta().of, Delta().shape): yield call, dict(name="a"), ()


def of_rewrite(folder):
    from promptmem import rewrite
    lm, rows = CallableLM(lambda p: "yes"), [(f"q {i}", "yes" if i % 2 else "no") for i in range(20)]
    task, book = rewrite.PromptTask(rows), rewrite.PhraseBook({"a": ["x", "y"], "b": ["z"]})
    yield rewrite.PromptTask, dict(examples=rows), ()
    for call in (task.evaluate, task.hard_questions): yield call, dict(prompt="a", lm=lm), ()
    yield task.render, dict(prompt="a", question="q"), ()
    yield task.run, dict(prompt="a", examples=task.dev[:2], lm=lm), ()
    yield rewrite.Ledger, {}, ()
    yield rewrite.Ledger(5).charge, dict(n=1, purpose="a"), ()
    yield rewrite.JudgeScorer, dict(lm=lm), ()
    yield rewrite.SearchSettings, {}, ()
    yield rewrite.optimize_prompt, dict(task=task, lm=lm, seeds=["a"], budget_calls=12, rounds=1), ()
    yield rewrite.estimate_cost, dict(task=task, lm=lm, seeds=["a"], budget_calls=12), ()
    yield rewrite.prompt_diff, dict(before="a", after="b"), ()
    for make in (rewrite.PairedTest, rewrite.SignTest):
        yield make, {}, ()
        yield make().update, dict(differences=[1, 0]), ()
    yield rewrite.pairs_needed, dict(base=.5, better=.9, runs=20), ()
    yield book.read, dict(text="x z"), ()
    yield book.write, dict(choice=dict(a="x", b="z")), ()
    for make in (rewrite.MutatePhrases, rewrite.CrossPhrases, rewrite.SentenceEdits, rewrite.History, rewrite.Reflect,
                 rewrite.FormGuard, rewrite.LeakGuard, rewrite.SimulatedWriter): yield make, {}, ()
    yield rewrite.Simulator, dict(n=20), ()
    yield rewrite.ReplayLM, dict(outcomes={"p": {"q": 1.}}), ()
    for read in (rewrite.load_mmlu, rewrite.load_alpaca, rewrite.load_humaneval, rewrite.load_pairs):
        yield read, dict(path=folder/"none.csv"), ()
    yield rewrite.clean_pairs, dict(pairs=[("a b", "c d")]), ()
    yield rewrite.word_task, dict(n=20), ()
    yield rewrite.LabelGrader, dict(labels=["a", "b"]), ()
    yield rewrite.LabelGrader(["a", "b"]).named, dict(answer="a"), ()
    yield rewrite.rewrite_steps, dict(example="a", lm=lm, score=lambda *a: 1., rounds=1), ()


def _notebook(path):
    import nbformat
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("n: int = 1\nout: str = ''")])
    nb.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nb, path)
    return path


def of_batch(folder):
    from promptmem.batch import clusters, grid, measures, pages, parameters, report, results, run, verdicts
    nb, runs = _notebook(folder/"nb.ipynb"), folder/"runs"
    (runs/"r1").mkdir(parents=True)
    done = dict(status="ok", run="r1", notebook="nb.ipynb", parameters=dict(n=1), seconds=1.,
                metrics=dict(score=dict(estimate=.5, lo=.4, hi=.6)))
    results.write_json(runs/"r1"/"result.json", done)
    rows, read = pages.read_results(runs), parameters.read_notebook(nb)
    for call in (parameters.read_notebook, parameters.notebook_parameters): yield call, dict(path=nb), ()
    yield parameters.read_grid, dict(grid=[dict(n=1)]), ()
    yield parameters.read_value, dict(text="1", annotation="int"), ()
    yield parameters.check_settings, dict(notebook=nb, settings=[dict(n=1)]), ()
    yield results.write_json, dict(path=folder/"w.json", x={}), ()
    yield results.write_result, dict(out=folder/"w"), ()
    for call in (results.read_result, results.is_finished, results.load_runs): yield call, dict(folder=runs/"r1"), ()
    yield results.has_failed, dict(folder=runs/"r1", code=""), ()
    yield results.run_id, dict(notebook=nb, parameters=dict(n=1)), ()
    yield results.code_hash, dict(notebook=nb), ()
    yield grid.run_grid, dict(notebook=nb, grid=[dict(zz=1)], out=folder/"g", executor="serial", progress=False), (
        "executor",)
    yield run.run_notebook, dict(notebook=folder/"none.ipynb", folder=folder/"r", parameters={}), ()
    yield clusters.make_cluster, dict(name="abacus"), ()
    yield report.read_plan, dict(notebooks=folder), ()
    yield report.write_report, dict(out=folder/"rep", notebooks=folder/"none", progress=False), ("executor",)
    yield measures.amount, dict(v=.5), ()
    for call in (measures.is_interval, measures.estimate, measures.span):
        yield call, dict(v=done["metrics"]["score"]), ()
    yield measures.plain_name, dict(name="a"), ()
    yield measures.joined, dict(metrics=dict(a=1)), ()
    yield measures.measure_of, dict(name="score"), ()
    for call in (measures.figures_of, pages.result_cards, pages.verdict_html, verdicts.verdict_of):
        yield call, dict(result=done), ()
    yield measures.standing, dict(figure=measures.figures_of(done)[0]), ()
    yield pages.page, dict(title="t", body="b"), ()
    yield pages.table, dict(rows=[dict(a=1)], columns=["a"]), ()
    yield pages.figure_html, dict(figure={}, name="f"), ()
    for call in (pages.notebook_figures, pages.notebook_html, pages.title_of): yield call, dict(nb=read), ()
    yield pages.plotly_script, dict(folder=runs/"r1"), ()
    for call in (pages.metric_text, pages.plain_text): yield call, dict(v=.5), ()
    yield pages.cards, dict(metrics=done["metrics"]), ()
    yield pages.settings_table, dict(parameters=dict(n=1)), ()
    yield pages.run_page, dict(nb=read, result=done, folder=runs/"r1"), ()
    yield pages.metric_figure, dict(rows=rows, metric="score", x="n"), ()
    yield pages.grid_figures, dict(rows=rows, varying=["n"], metrics=["score"]), ()
    yield pages.write_grid_index, dict(folder=runs), ()
    for call in (pages.link, pages.split_varying, pages.badge):
        good = dict(parts=["a"], text="t", rows=rows, key="parameters", state="good")
        yield call, {k: good[k] for k in inspect.signature(call).parameters}, ()


def of_doors(folder):
    from promptmem import data
    from promptmem.memory.magics import MemoryMagics, Shown
    from promptmem.memory.mcp import MemoryTools
    s, look = pm.Store(":memory:"), memory.ClosestLookup()
    s.add(scope="a", key="what is x", text="the letter")
    a = pm.Assistant(CallableLM(lambda p: "ok"), store=s, scope="a", lookup="closest")
    tools, magics = MemoryTools(s, "a", look), MemoryMagics(lambda: a)
    magics.ask("what is y")
    yield MemoryTools, dict(store=s, scope="a", lookup=look), ()
    yield tools.clarify, dict(question="q", meaning="m"), ()
    yield tools.recall, dict(question="q"), ()
    yield tools.forget, dict(id="x"), ()
    yield MemoryMagics, dict(find=lambda: a), ()
    yield magics.ask, dict(question="q"), ()
    yield magics.clarify, dict(text="q"), ()
    yield magics.memories, {}, ()
    yield magics.forget, dict(line="99"), ()
    yield Shown, dict(title="a", rows=[("a", "b")]), ()
    yield data.fetch, dict(name="none"), ("progress", "base_url", "mirror")
    for call, name in ((data.shipped, "name"), (data.sought, "path"), (data.read_template_module, "text")):
        yield call, {name: "a"}, ()


def of_widgets(folder):
    pytest.importorskip("ipywidgets")
    from promptmem.panel import plots
    s = pm.Store(":memory:")
    c = s.add(scope="a", key="what is x", text="the letter")
    a = pm.Assistant(CallableLM(lambda p: "ok"), store=s, scope="a", lookup="closest")
    w, asking = memory.MemoryInspector(s, scope="a"), memory.ClarifyWidget(a)
    yield memory.MemoryInspector, dict(store=s, scope="a"), ()
    yield memory.ClarifyWidget, dict(assistant=a), ()
    yield w.search, dict(text="x"), ()
    for call in (w.select, w.tick): yield call, dict(id=c.id), ()
    for call in (w.row_chosen, w.row_marked): yield call, dict(row=c.id), ()
    for call in (w.escape, asking.escape, asking.go): yield call, {}, ()
    yield w.add, dict(key="k", text="t"), ()
    yield w.export, dict(path=folder/"out.jsonl"), ()
    yield w.import_, dict(path=folder/"in.jsonl"), ()
    yield w.would_retrieve, dict(question="q"), ()
    yield asking.ask, dict(question="q"), ()
    def chosen(text=None):
        w.select(c.id)
        return w.edit(text)
    def asked(f):
        def call(said=None):
            asking.ask("what is z")
            return f(said)
        return call
    for call in (chosen, asked(asking.correct), asked(asking.clarify)):
        yield call, {next(iter(inspect.signature(call).parameters)): "t"}, ()
    frame = pd.DataFrame(dict(x=[1, 2], y=[1., 2.]))
    for call in (plots.line, plots.bars): yield call, dict(frame=frame, x="x", y="y"), ()


def of_index(folder):
    from promptmem.index import LevenshteinIndex, VectorIndex
    def words(): return LevenshteinIndex(["what is x", "what is y"])
    def vectors():
        index = VectorIndex()
        index.extend(["a", "b"], [[1., 0.], [0., 1.]])
        return index
    yield LevenshteinIndex, dict(keys=["a"]), ()
    for name, good in (("add", dict(key="a")), ("extend", dict(keys=["a"])), ("remove", dict(key="what is x")),
                       ("nearest", dict(text="a")), ("query", dict(text="a"))):
        yield _anew(words, name), good, ()
    yield VectorIndex, dict(dim=2), ()
    for name, good in (("add", dict(key="a", vector=[1., 0.])), ("extend", dict(keys=["a"], vectors=[[1., 0.]])),
                       ("vector", dict(key="a")), ("remove", dict(key="a")), ("search", dict(vector=[1., 0.]))):
        yield _anew(vectors, name), good, ()


def _anew(make, name):
    "The method of an object that is made for each call"
    import functools
    @functools.wraps(getattr(type(make()), name))
    def call(**kw): return getattr(make(), name)(**kw)
    call.__signature__ = inspect.signature(getattr(make(), name))
    return call


def of_blocks(folder):
    "Building blocks of panels, and the pages of records"
    from promptmem.panel import about, parts, plots, reprs, stills
    pytest.importorskip("plotly")
    for name, good in (("facts", {}), ("verdict", dict(text="t")), ("explain", dict(title="t", text="t")),
                       ("pick_list", dict(rows=[dict(a=1)], ids=["a"])), ("markdown", dict(text="t"))):
        yield _rendered(getattr(parts, name)), good, ("kind", "good")
    yield _rendered(lambda **named: parts.facts(**named)), {}, ()
    yield parts.rendered, dict(text="a *b*"), ()
    yield parts.table_text, dict(rows=[dict(a=1)], columns=["a"], total=1), ()
    frame = pd.DataFrame(dict(x=[1, 2], y=[1., 2.]))
    drawn = plots.line(frame, "x", "y")
    yield lambda path: plots.save(drawn, path), dict(path=folder/"f.json"), ()
    yield lambda fig: plots.save(fig, folder/"f.json"), dict(fig=drawn), ()
    for call in (stills.drawable, stills.still, stills.figure_text, stills.figure_rows, stills.standing_alone,
                 stills.figure_extent):
        yield call, {next(iter(inspect.signature(call).parameters)): drawn.to_plotly_json()}, ()
    yield reprs.count_of, dict(n=1, one="a"), ()
    yield reprs.right_of, dict(right=1, judged=2), ()
    yield reprs.page_of, dict(x=record.Interaction("q", scope="a")), ()
    yield reprs.knows, dict(x=1), ()
    yield about.settings, {}, ()
    for kind, good in ((record.Interaction, dict(question="q", scope="a")),
                       (record.Clarification, dict(scope="a", key="k", text="t")),
                       (record.Retrieval, dict(hit=True, key="k", text="t")),
                       (record.Candidate, dict(key="k", text="t", score=1.)),
                       (record.Query, dict(text="q")), (record.Completion, dict(text="a")),
                       (record.Outcome, dict(query="q", prompt="p", correct=True))):
        yield _shown(kind), good, ()
    for name, good in (("label", dict(text="t")), ("button", dict(label="s", name="pm-n", action=print)),
                       ("field", dict(name="pm-n", says="s", hint="h", action=print, panel=None))):
        call = getattr(panel.widget, name)
        yield call, {k: v for k, v in good.items() if k in inspect.signature(call).parameters}, ()


def _rendered(make):
    "What a part looks like, in both renderings"
    import functools
    @functools.wraps(make)
    def call(**kw):
        part = make(**kw)
        return panel.as_html([part]), panel.as_text([part])
    return call


def _shown(kind):
    "What a notebook shows of a record"
    import functools
    @functools.wraps(kind, updated=())
    def call(**kw):
        r = kind(**kw)
        return repr(r), r._repr_html_(), r._repr_mimebundle_(), r.to_dict()
    call.__signature__ = inspect.signature(kind)
    call.__qualname__ = f"shown {kind.__name__}"
    return call


ROOMS = dict(index=of_index, blocks=of_blocks, edit=of_edit, lm=of_lm, store=of_store, memory=of_memory, panel=of_panel,
             core=of_core, stats=of_stats, rewrite=of_rewrite, reward=of_reward, batch=of_batch,
             doors=of_doors, widgets=of_widgets)


NEEDS_TORCH = {"lm", "edit"}
STEP = dict(memory=3, lm=2, edit=4, reward=5, batch=4, widgets=3, doors=2, blocks=3) # every second to fifth value


def calls_of(room, tmp_path, monkeypatch):
    "The calls of a room, with a file to read and a working folder of their own"
    (tmp_path/"in.jsonl").write_text("")
    (tmp_path/"here").mkdir()
    monkeypatch.chdir(tmp_path/"here")
    if room in NEEDS_TORCH: pytest.importorskip("transformers")
    return ROOMS[room](tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("room", ROOMS)
def test_bad_values_for_every_argument(room, tmp_path, monkeypatch):
    tried, bad = sweep(calls_of(room, tmp_path, monkeypatch), step=STEP.get(room, 1))
    assert not bad, report(bad)
    assert tried > 500
