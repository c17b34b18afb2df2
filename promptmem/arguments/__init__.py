"""arguments: what the arguments of a call may be, and one sentence for the one that does not fit"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("kinds", "calls")},
    **dict.fromkeys((
        "Kind", "whole", "number", "some", "either", "maybe", "one_of", "having", "text_fault", "NUMBERS", "COLUMN",
        "FIGURES", "LISTED", "FLAG", "ENTRY", "NO_ARRAY", "NAMED", "TEXT", "FUNCTION", "YES_NO", "DICT", "NOTHING",
        "PATH", "FRAME", "LIST_OF_TEXTS", "SOME_TEXTS", "SEED", "COUNT", "SHARE", "SECONDS"), "kinds"),
    **dict.fromkeys(("WrongArgument", "told", "fault_of", "hold_fields"), "calls"),
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
