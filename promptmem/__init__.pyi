# made by tools/stubs.py; do not edit
from typing import Any as _Any

from . import batch as batch
from . import core as core
from . import data as data
from . import demo as demo
from . import edit as edit
embed: _Any
from . import grade as grade
from . import index as index
from . import lm as lm
from . import logs as logs
from . import memory as memory
from . import panel as panel
plots: _Any
from . import recall as recall
from . import record as record
from . import reward as reward
from . import rewrite as rewrite
from . import stats as stats
from . import store as store
from . import testing as testing
from .batch import load_runs as load_runs
from .batch import run_grid as run_grid
from .lm import CallableLM as CallableLM
from .lm import LM as LM
from .lm import LMCache as LMCache
from .lm import OpenAILM as OpenAILM
from .lm import TransformersLM as TransformersLM
from .lm import load_embedder as load_embedder
from .lm import load_lm as load_lm
from .logs import read_log as read_log
from .memory import Assistant as Assistant
from .memory.wrap import wrap as wrap
from .panel.about import settings as settings
from .record import Clarification as Clarification
from .record import Completion as Completion
from .record import Interaction as Interaction
from .record import Outcome as Outcome
from .record import Query as Query
from .record import Retrieval as Retrieval
from .record import Usage as Usage
from .store import Store as Store
__version__: str
