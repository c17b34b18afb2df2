# made by tools/stubs.py; do not edit
from typing import Any as _Any

from . import base as base
from . import embed as embed
from . import endpoint as endpoint
from . import load as load
from . import local as local
from . import matmul as matmul
from . import scoring as scoring
from . import weights as weights
from .base import CallableLM as CallableLM
from .base import LM as LM
from .base import LMCache as LMCache
from .base import LMError as LMError
from .base import PromptTooLong as PromptTooLong
from .embed import Embedder as Embedder
from .embed import load_embedder as load_embedder
from .endpoint import OpenAILM as OpenAILM
from .endpoint import find_api_key as find_api_key
from .load import load_lm as load_lm
from .local import TransformersLM as TransformersLM
