"""recall: has the model seen it, can it say it, and for how long? Recognition, recall and retention."""
from promptmem.core import lazy_exports

_names = {
    "study": "studying", "StudyRun": "studying", "Learner": "studying", "WeightDelta": "studying",
    "recognition_test": "recognition", "Recognition": "recognition", "sentence_scores": "recognition",
    "recall_test": "generation", "Recall": "generation", "recall_by_cue": "generation", "cut_words": "generation",
    "rouge": "generation",
    "retention_curve": "retention", "Retention": "retention", "make_probe": "retention", "expanding": "retention",
    "fit_forgetting": "retention", "savings": "retention", "exposures_to": "retention",
    "make_foils": "foils", "condition": "foils", "audit_foils": "foils", "Pairs": "foils",
    "read_pairs": "foils", "read_sentences": "foils", "read_experiment": "foils", "run_experiment": "experiments",
    "plot_conditions": "experiments", "memory_against_weights": "experiments", "nearest": "experiments",
    "RecallSession": "tester", "read_published": "published", "write_published": "published",
    "widgets": None, "RecallTester": "widgets",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
