"""index: the nearest of many keys, by edit distance or by embedding, exact or in clusters on disk"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("levenshtein", "vectors")},
    "LevenshteinIndex": "levenshtein",
    "VectorIndex": "vectors", "ClusterIndex": "vectors", "build_clusters": "vectors", "tidy_clusters": "vectors",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
