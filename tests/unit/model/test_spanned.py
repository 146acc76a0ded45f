"""What counts when two parts of texts are compared."""

import pickle

from carhound.languages.spl.words import Word
from carhound.model.diagnostics import Span
from carhound.plan.predicates import All, Present
from carhound.plan.expressions import Field
