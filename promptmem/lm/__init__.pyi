# made by tools/stubs.py; do not edit
from typing import Any as _Any

from . import base as base
from . import chat as chat
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
from .base import Stream as Stream
from .base import split_thinking as split_thinking
from .chat import chat_ids as chat_ids
from .chat import control_tokens as control_tokens
from .chat import text_ids as text_ids
from .embed import Embedder as Embedder
from .embed import load_embedder as load_embedder
from .endpoint import OpenAILM as OpenAILM
from .endpoint import find_api_key as find_api_key
from .load import load_lm as load_lm
from .local import TransformersLM as TransformersLM
