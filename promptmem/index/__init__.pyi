# made by tools/stubs.py; do not edit
from typing import Any as _Any

from . import levenshtein as levenshtein
from . import vectors as vectors
from .levenshtein import LevenshteinIndex as LevenshteinIndex
from .vectors import ClusterIndex as ClusterIndex
from .vectors import VectorIndex as VectorIndex
from .vectors import build_clusters as build_clusters
from .vectors import tidy_clusters as tidy_clusters
