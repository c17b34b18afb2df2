"""Calls of the public API as a user writes them in an editor: a type checker knows every one. Read by
`test_package.py`, never run."""

import pandas as pd

import promptmem as pm
from promptmem.batch import load_runs, run_grid
from promptmem.edit import CanonicalExamples, Edit, EditCompare, EditReport, edit, evaluate_edit
from promptmem.memory import (
    ClarifyWidget,
    ClosestLookup,
    Log,
    MemoryInspector,
    SimulatedUser,
    Tasks,
    make_tasks,
    stream,
)
from promptmem.recall import Recall, RecallTester, Recognition, StudyRun, recall_test, recognition_test, study
from promptmem.reward import Choice, Outcomes, PromptReward, RewardComparer, RewardReport, evaluate_reward
from promptmem.rewrite import Candidate, OptimizeResult, PromptTask, optimize_prompt

# models
lm: pm.LM = pm.load_lm("demo")
answers: list[pm.Completion] = lm.complete(["hello"], max_tokens=8)
text: str = answers[0].text

# the store
store: pm.Store = pm.Store("memory.db")
one: pm.Clarification = store.add(scope="alice", key="cancel my plan", text="I mean pause it")
found: list = store.search("please cancel my plan", scope="alice", k=3)
mine: list = store.clarifications("alice", active=True)
number: int = store.count("alice")
written: int = store.export("memories.jsonl", scope="alice")
receipt = store.forget(scope="alice", id=one.id)
gone: bool = receipt.dry_run
store.close()

# the assistant
assistant: pm.Assistant = pm.Assistant(lm, store=store, scope="alice", lookup=ClosestLookup(max_distance=6))
answer: pm.Interaction = assistant.ask("cancel my plan")
said: pm.Clarification = assistant.clarify(answer, "I mean pause it")
assistant.accept(answer)
before = assistant.undo()
earlier: list = assistant.history(10)
offer: pm.Retrieval = assistant.would_retrieve("cancel it")
known: list = assistant.memories()

# streams
tasks: Tasks = make_tasks(20, family="own", seed=0)
log: Log = stream(lm, tasks, user=SimulatedUser(clarification_probability=.5, seed=0))
rows: pd.DataFrame = log.frame()

# reward
outcomes: Outcomes = Outcomes.read("outcomes.parquet", queries="queries.parquet", prompts="prompts.parquet")
some: Outcomes = outcomes.select(dataset="svamp")
reward: PromptReward = PromptReward(model="hierarchical").fit(some)
choice: Choice = reward.choose("how many apples are left?", ["think step by step", "answer only"])
best: list = reward.best_of_n(["how many?"], ["a", "b"])
judged: RewardReport = evaluate_reward(reward, outcomes)

# rewrite
task: PromptTask = PromptTask([("2+2", "4"), ("3+3", "6")], grader="exact")
result: OptimizeResult = optimize_prompt(task, lm, seeds=["answer:"], budget_calls=200)
better: Candidate = result.best
page: str = result.to_json()

# recall
model, tokenizer = object(), object()
run: StudyRun = study(model, tokenizer, ["a sentence"], exposures=1)
seen: Recognition = recognition_test(model, tokenizer, ["a sentence"], ["another sentence"])
recited: Recall = recall_test(model, tokenizer, ["a sentence"])
table: pd.DataFrame = run.frame

# edit
examples: CanonicalExamples = CanonicalExamples.read("train.jsonl")
change: Edit = edit(model, tokenizer, examples, method="lora", degradation=1e-3)
report: EditReport = evaluate_edit(change, examples)
change.undo()

# widgets
ask = ClarifyWidget(assistant)
look = MemoryInspector(store)
compare = RewardComparer(reward, ["how many?"], ["a", "b"])
test = RecallTester(model, tokenizer, ["a sentence"])
edited = EditCompare(change)

# batch
grid: pd.DataFrame = run_grid("tutorials/batch/stream.ipynb", {"seed": [0, 1]}, out="reports/stream")
again: pd.DataFrame = load_runs("reports/stream")
