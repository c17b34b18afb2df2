"""demo: the demo language model: its invented world, its corpus, its training, what it understands"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("world", "corpus", "train", "evaluate", "workday")},
    "SEP": "world", "END": "world", "EOS": "world", "PAD": "world", "LEXICAL": "world", "SCRAMBLE": "world",
    "ANSWER": "world", "RELATIONS": "world", "TRADES": "world", "STUDY": "world", "wordings": "world",
    "lexicon": "world", "make_world": "world", "load_world": "world", "facts": "world", "story": "world",
    "make_text": "world", "make_study_sentences": "world", "scramble": "world",
    "BITS": "corpus", "TAILS": "corpus", "OPENS": "corpus", "FRAMES": "corpus", "pseudo_word": "corpus",
    "vocabulary": "corpus", "any_word": "corpus", "respell": "corpus", "scramble_words": "corpus",
    "answer": "corpus", "unclear_wording": "corpus", "clarify": "corpus", "guess": "corpus",
    "draw_question": "corpus", "example": "corpus", "session": "corpus", "fact_document": "corpus",
    "fact_question": "corpus", "documents": "corpus",
    "CHAT": "train", "train_tokenizer": "train", "pack": "train", "batches": "train", "new_model": "train",
    "optimizers": "train", "weighted_loss": "train", "train_lm": "train", "save_model": "train",
    "CONDITIONS": "evaluate", "understanding": "evaluate", "content": "evaluate", "is_correct": "evaluate",
    "generate": "evaluate", "own_templates": "evaluate", "heldout_words": "evaluate", "items": "evaluate",
    "score": "evaluate", "score_facts": "evaluate", "text_loss": "evaluate", "understanding_table": "evaluate",
    "facts_table": "evaluate",
    "Workday": "workday", "building_site": "workday", "riddle": "workday",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
