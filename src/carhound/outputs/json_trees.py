"""What `carhound tree` answers as one JSON object of the shape `carhound.tree/1` (`schema/tree-1.json`)."""

from carhound.findings.lineage.trees import Trees
from carhound.outputs.json_run import Json, finding_object

SCHEMA = "carhound.tree/1"


def trees_object(trees: Trees) -> Json:
    """The findings, each with its tree."""
    return {
        "schema": SCHEMA,
        "findings": [finding_object(one) for one in trees.findings],
        "remarks": list(trees.remarks),
        "reasons": list(trees.reasons),
    }
