"""Every function of eval expressions and its builder. Loaded when an expression first calls one."""

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
