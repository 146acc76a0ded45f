"""`analytics`: what is bundled, or what a reference holds."""

import os

from carhound import VERSION
from carhound.analytics.load import PACKAGED, packaged
from carhound.findings.catalogue import Catalogue, Catalogued, CataloguedText
from carhound.pipeline.hunt import load_analytics
from carhound.pipeline.implementations import Prepared, Subject, prepare_all
from carhound.pipeline.results import described


def catalogue(reference: str | None) -> Catalogue:
    """The analytics of a file, a folder or an id; without one those that come with carhound.

    Raises CarhoundError where there is none.
    """
    analytics, problems, passed_over = load_analytics((reference,) if reference is not None else packaged())
    subjects = prepare_all(analytics, "published")
    reasons = [str(problem) for problem in problems]
    reasons += [
        f"{subject.analytic.id}: {one.implementation.name!r} cannot be run: {one.diagnostics[0].message}"
        for subject in subjects
        for one in subject.implementations
        if one.plan is None
    ]
    single = reference is not None and not os.path.isdir(reference) and len(analytics) == 1
    return Catalogue(VERSION, tuple(map(_catalogued, subjects)), single, passed_over, tuple(reasons))


def _catalogued(subject: Subject) -> Catalogued:
    analytic = subject.analytic
    return Catalogued(
        described(analytic),
        analytic.description,
        analytic.unit_tests,
        tuple(map(_text, subject.implementations)),
        len(subject.probes),
        analytic.source.path.startswith(f"{PACKAGED}/"),
    )


def _text(prepared: Prepared) -> CataloguedText:
    one = prepared.implementation
    why_not = prepared.diagnostics[0] if prepared.plan is None else None
    return CataloguedText(one.name, one.language, one.code.line, one.description, why_not)
