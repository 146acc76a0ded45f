"""The catalogue as JSON of the shape `carhound.analytics/1`, which `schema/analytics-1.json` defines."""

from carhound.findings.catalogue import Catalogue, Catalogued
from carhound.outputs.json_run import Json, analytic_object, diagnostic_object

SCHEMA = "carhound.analytics/1"

_KEPT = ("id", "title", "source", "attack", "d3fend", "data_model_references", "diagnostics")


def catalogue_object(catalogue: Catalogue) -> Json:
    """The whole catalogue."""
    return {
        "schema": SCHEMA,
        "version": catalogue.version,
        "analytics": [_analytic(one) for one in catalogue.analytics],
        "passed_over": list(catalogue.passed_over),
        "reasons": list(catalogue.reasons),
    }


def _analytic(one: Catalogued) -> Json:
    about = analytic_object(one.about)
    return {
        **{name: about[name] for name in _KEPT},
        "bundled": one.bundled,
        "description": one.description,
        "unit_tests": list(one.unit_tests),
        "discrepancies": one.discrepancies,
        "implementations": [
            {
                "name": text.name,
                "language": text.language,
                "line": text.line,
                "description": text.description,
                "runs": text.why_not is None,
                "why_not": None if text.why_not is None else diagnostic_object(text.why_not),
            }
            for text in one.implementations
        ],
    }
