"""reward: which prompt suits this question? Outcomes, prompt reward models, choice, and honest evaluation."""
from promptmem.core import lazy_exports

_names = {
    "Outcomes": "outcomes", "availability": "outcomes", "find_leaks": "outcomes", "near_groups": "outcomes",
    "group_folds": "outcomes", "LeakedRows": "outcomes", "read_verdicts": "outcomes", "read_answers": "outcomes",
    "tidy_oirl": "oirl", "read_oirl": "oirl", "write_oirl": "oirl", "with_roles": "oirl", "read_pairs": "oirl",
    "read_selections": "oirl", "read_judgments": "oirl", "read_gsm8k": "oirl", "read_svamp": "oirl",
    "PromptReward": "model",
    "Choice": "choose", "best_of_n": "choose", "margin_rule": "choose", "pick": "choose", "escalate": "choose",
    "vote": "choose",
    "escalation_curve": "choose", "risk_coverage": "choose", "risk_threshold": "choose", "Thompson": "choose",
    "LinUCB": "choose",
    "replay": "choose",
    "evaluate_reward": "evaluate", "RewardReport": "evaluate", "pair_ordering": "evaluate",
    "pair_interval": "evaluate", "availability_table": "evaluate",
    "availability_metrics": "evaluate", "availability_summary": "evaluate",
    "cross_choices": "evaluate",
    "collect_outcomes": "collect", "self_critic": "collect", "verbal_confidence": "collect",
    "widgets": None, "RewardComparer": "widgets", "RewardComparison": "compare",
    "plot_availability": "figures", "plot_metrics": "figures", "plot_reliability": "figures",
    "plot_risk_coverage": "figures", "plot_calls": "figures",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
