"""The functions of eval expressions over rows, a module for each family (`plan/functions.py` lists them)."""

from carhound.engines.interpreter.functions import conditional, texts
from carhound.engines.interpreter.functions.building import Builder

BUILDERS: dict[str, Builder] = {**conditional.BUILDERS, **texts.BUILDERS}
