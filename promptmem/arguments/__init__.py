"""arguments: what the arguments of a call may be, and one sentence for the one that does not fit"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("kinds", "calls")},
    **dict.fromkeys((
        "Kind", "whole", "number", "some", "either", "text_fault", "NUMBERS", "COLUMN", "FIGURES", "LISTED", "FLAG",
        "ENTRY", "NO_ARRAY", "NAMED", "TEXT", "FUNCTION", "YES_NO", "DICT", "NOTHING", "PATH", "FRAME",
        "LIST_OF_TEXTS"), "kinds"),
    **dict.fromkeys(("WrongArgument", "told", "fault_of"), "calls"),
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
