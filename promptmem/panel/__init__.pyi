# made by tools/stubs.py; do not edit
from typing import Any as _Any

from . import charts as charts
from . import parts as parts
from . import plots as plots
from . import widget as widget
from .charts import bar_chart as bar_chart
from .charts import chart as chart
from .parts import as_html as as_html
from .parts import as_text as as_text
from .parts import columns as columns
from .parts import esc as esc
from .parts import facts as facts
from .parts import heading as heading
from .parts import markup as markup
from .parts import moment as moment
from .parts import paragraph as paragraph
from .parts import shown as shown
from .parts import table as table
from .widget import CSS as CSS
from .widget import button as button
from .widget import controls as controls
from .widget import label as label
from .widget import on_enter as on_enter
from .widget import panel_base as panel_base
from .widget import static_page as static_page
from .widget import tagged as tagged
