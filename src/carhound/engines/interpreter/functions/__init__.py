"""The functions of eval expressions over rows, a module for each family (`plan/functions.py` lists them)."""

from carhound.engines.interpreter.functions import (
    conditional,
    conversion,
    dates,
    each,
    informational,
    mathematical,
    multivalue,
    texts,
)
from carhound.engines.interpreter.functions.building import Builder

BUILDERS: dict[str, Builder] = {
    **conditional.BUILDERS,
    **conversion.BUILDERS,
    **dates.BUILDERS,
    **informational.BUILDERS,
    **mathematical.BUILDERS,
    **multivalue.BUILDERS,
    **texts.BUILDERS,
}

OVER_VALUES = each.OVER_VALUES
"""Functions that take expressions in the place of values."""
