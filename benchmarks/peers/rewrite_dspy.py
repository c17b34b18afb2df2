"""Runs DSPy's optimisers and `gepa` in their own environment: a JSON object of jobs on standard input, one JSON object
with the wordings that they kept as the last line of the output. Called by rewrite.py.

DSPy gets an adapter that sends the instruction, a blank line and the question, as the other side does, and takes the
whole answer: its own chat format asks for marks that neither the simulator nor a model of 135 M parameters writes.
"""

import contextlib
import io
import json
import logging
import random
import re
import sys

import dspy
import gepa
from dspy.adapters.base import Adapter

logging.disable(logging.WARNING)


class Plain(Adapter):
    "Instruction, blank line, inputs; the whole answer is the first output field"

    def format(self, signature, demos, inputs):
        values = {k: v for k, v in inputs.items() if k in signature.input_fields}
        text = next(iter(values.values())) if len(values) == 1 else "\n".join(f"{k}: {v}" for k, v in values.items())
        return [dict(role="user", content=f"{signature.instructions}\n\n{text}")]

    def parse(self, signature, completion):
        text = re.sub(r"\A\s*```\w*\n(.*?)\n?```\s*\Z", r"\1", completion, flags=re.S).strip()
        first, *others = signature.output_fields
        return {first: text, **{k: "" for k in others}}


def right(text, expected, labels):
    if labels:
        return {s for s in labels if re.search(rf"\b{s}\b", text.lower())} == {expected}
    numbers = re.findall(r"-?\d+", text)
    return bool(numbers) and numbers[-1] == expected


def lm(job, role, **more):
    return dspy.LM(
        f"openai/{job['run']}/{role}",
        api_base=job["url"],
        api_key="none",
        cache=False,
        num_retries=0,
        max_tokens=job["max_tokens"] if role == "task" else 80,
        **more,
    )


def data(job, n, start=0):
    return [dspy.Example(question=q, answer=a).with_inputs("question") for q, a in job["rows"][start : start + n]]


def copro(job, program, metric, writer):
    b, d, n = {100: (3, 2, 15), 200: (4, 2, 24), 600: (6, 3, 32)}[job["calls"]]
    made = dspy.COPRO(metric=metric, prompt_model=writer, breadth=b, depth=d)
    quiet = dict(num_threads=1, display_progress=False, display_table=0)
    return made.compile(program, trainset=data(job, n), eval_kwargs=quiet)


def mipro(job, program, metric, writer):
    k, trials, n = {100: (4, 4, 16), 200: (5, 6, 26), 600: (8, 12, 43)}[job["calls"]]
    made = dspy.MIPROv2(
        metric=metric,
        prompt_model=writer,
        task_model=dspy.settings.lm,
        auto=None,
        num_candidates=k,
        num_threads=1,
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
        seed=job["seed"],
        verbose=False,
    )
    return made.compile(
        program,
        trainset=data(job, n, n),
        valset=data(job, n),
        num_trials=trials,
        minibatch=False,
        program_aware_proposer=False,
        data_aware_proposer=False,
        seed=job["seed"],
    )


def dspy_gepa(job, program, metric, writer):
    n = {100: 12, 200: 20, 600: 40}[job["calls"]]

    def feedback(gold, pred, trace=None, pred_name=None, pred_trace=None):
        return dspy.Prediction(score=float(metric(gold, pred)), feedback=f"The right answer is {gold.answer}.")

    made = dspy.GEPA(
        metric=feedback,
        max_metric_calls=int(0.92 * job["calls"]) - n,
        reflection_lm=writer,
        num_threads=1,
        seed=job["seed"],
        use_merge=False,
    )
    return made.compile(program, trainset=data(job, 60, n), valset=data(job, n))


def plain_gepa(job):
    "The package gepa, with its default adapter: the wording is the system prompt"
    n = {100: 12, 200: 20, 600: 40}[job["calls"]]

    def ask(role, **more):
        model = lm(job, role, **more)

        def call(messages):
            if isinstance(messages, str):
                messages = [dict(role="user", content=messages)]
            out = model(messages=messages)[0]
            return out if isinstance(out, str) else out["text"]

        return call

    rows = [dict(input=q, additional_context={}, answer=a) for q, a in job["rows"]]
    from gepa.adapters.default_adapter.default_adapter import DefaultAdapter, EvaluationResult

    def grade(example, response):
        ok = right(response, example["answer"], job["labels"])
        return EvaluationResult(
            score=float(ok), feedback=f"The right answer is {example['answer']}.", objective_scores=None
        )

    adapter = DefaultAdapter(model=ask("task", temperature=0.0), evaluator=grade)
    res = gepa.optimize(
        seed_candidate=dict(system_prompt=job["start"]),
        trainset=rows[n : n + 60],
        valset=rows[:n],
        adapter=adapter,
        reflection_lm=ask("writer", temperature=1.0),
        max_metric_calls=int(0.92 * job["calls"]) - n,
        seed=job["seed"],
    )
    return res.best_candidate["system_prompt"]


def run(job):
    if job["method"] == "gepa":
        return plain_gepa(job)
    dspy.configure(lm=lm(job, "task", temperature=0.0), adapter=Plain(), async_max_workers=1)
    program = dspy.Predict(dspy.Signature("question -> answer", job["start"]))
    metric = lambda gold, pred, trace=None: right(str(pred.answer), gold.answer, job["labels"])
    make = {"DSPy COPRO": copro, "DSPy MIPROv2": mipro, "DSPy GEPA": dspy_gepa}[job["method"]]
    return make(job, program, metric, lm(job, "writer", temperature=1.0)).signature.instructions


def main():
    given, out = json.load(sys.stdin), []
    for job in given["jobs"]:
        random.seed(job["seed"])
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                kept = run(job)
            out.append(dict(kept=kept))
        except Exception as e:
            out.append(dict(kept=job["start"], error=f"{type(e).__name__}: {e!s:.200}"))
        print(f"{job['run']}: {out[-1].get('error') or str(out[-1]['kept'])[:90]}", file=sys.stderr, flush=True)
    print(json.dumps(dict(jobs=out)))


if __name__ == "__main__":
    main()
