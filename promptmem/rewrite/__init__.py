"""Better wordings: search prompts with a language model or without, prove the gain, train a small rewriter."""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("labels", "task", "evidence", "propose", "guards", "simulate", "result", "finder", "prover",
    "search", "pairs", "words", "student", "regret", "published", "code")},
    "LabelGrader": "labels", "LikeliestLabel": "labels", "PromptTask": "task", "Example": "task", "Ledger": "task",
    "BudgetSpent": "task", "ScorerError": "task",
    "JudgeScorer": "task", "RewardScorer": "task",
    "SearchSettings": "finder", "optimize_prompt": "search", "estimate_cost": "search", "OptimizeResult": "result",
    "Candidate": "result", "prompt_diff": "result",
    "PairedTest": "evidence", "SignTest": "evidence", "pairs_needed": "evidence",
    "PhraseBook": "propose", "Proposal": "propose", "RandomPhrases": "propose", "MutatePhrases": "propose",
    "CrossPhrases": "propose", "LearnPhrases": "propose", "LearnSentences": "propose",
    "SentenceEdits": "propose", "History": "propose", "Evolve": "propose",
    "Breeder": "propose", "Reflect": "propose", "LastAttempt": "propose", "pareto": "propose",
    "FormGuard": "guards", "LeakGuard": "guards", "DriftGuard": "guards",
    "Simulator": "simulate", "SimulatedWriter": "simulate", "ReplayLM": "simulate", "RecordedLM": "simulate",
    "CodeGrader": "code", "run_program": "code", "load_mmlu": "published", "load_alpaca": "published",
    "load_humaneval": "published", "rewrite_steps": "published", "STEPS": "published",
    "load_pairs": "pairs", "clean_pairs": "pairs", "improve_questions": "pairs",
    "PromptRewriter": "student", "word_task": "words", "word_book": "words",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
