"""`stack`: the values of fields over evidence, from rare to common."""

from collections.abc import Iterable

from carhound.analytics.analytic import Implementation
from carhound.engines.interpreter.moment import Moment
from carhound.errors import UsageError
from carhound.findings.run import Run
from carhound.findings.stacking import COUNTED, Stack
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, Source
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.results import alias_notes
from carhound.pipeline.stacking.counting import Counting
from carhound.pipeline.stacking.streamed import STACK, count_files, counted
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.reads import fields_read
from carhound.plan.stems import stems

_MOST_FIELDS = 5


def stack(
    fields: Iterable[str], where: str, top: int, request: Request, progress: Progress | None = None
) -> Run:
    """Stacks the values of native fields over the events that a search expression describes.

    They are in the files of the request, or in its lake. Its rows are `Run.results`, of which a page shows
    `top`. Relative times count from `Request.now`, else from the clock. Raises CarhoundError.
    """
    names = _names(fields)
    clock = read_clock(request)
    now, now_from = clock.now_of_lake()
    plan, prepared = _prepared(where)
    moment = Moment(now, clock.zone, clock.range(now))
    (stem,) = stems(plan)
    stacked = Stack(clock.zone)
    read = (*map(Field, names), *(one.field for one in fields_read(plan)))
    counting = Counting(names, stacked, moment.window(stem.scan), read)
    if request.lake is None:
        gathered = count_files(request, plan, counting, moment, now_from, progress)
    else:
        # Loaded where it is used: a lake's libraries take a second.
        from carhound.pipeline.stacking.stack_lake import stack_lake

        gathered = stack_lake(request, stem, counting, moment, now_from)
    prepared.diagnostics += [*alias_notes(counting.aliases.names), *_without(names, counting)]
    return counted(request, prepared, plan, counting.matched, gathered, stacked.rows(names, top))


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in fields)
    if not names or not all(names) or len(set(names)) < len(names) or set(names) & set(COUNTED):
        raise UsageError(
            f"cannot stack {', '.join(names) or 'nothing'}",
            hint="name one field, or several with commas between them: ImageLoaded,Signed",
        )
    if len(names) > _MOST_FIELDS:
        raise UsageError(f"cannot stack more than {_MOST_FIELDS} fields at once", hint="leave some out")
    return names


def _prepared(where: str) -> tuple[Node, Prepared]:
    code = Source(where, "<where>")
    compiled = compile_spl(code)
    if stems(compiled.plan)[0].node is not compiled.plan:
        raise UsageError(
            "--where takes what stands before the first | of a search, without subsearches",
            hint="for more, see 'carhound search'",
        )
    implementation = Implementation(STACK, "spl", "spl", "", None, code)
    return compiled.plan, Prepared(implementation, compiled.plan, list(compiled.diagnostics), number=0)


def _without(names: tuple[str, ...], counting: Counting) -> list[Diagnostic]:
    """What is said of the events that carry no such field."""
    if not counting.lacking:
        return []
    shown = " and ".join(names)
    if counting.lacking < counting.matched:
        message = f"events without {shown} are left out"
        return [Diagnostic("RUN-K2", message, "note", count=counting.lacking)]
    near = next((found for name in names if (found := counting.near(name)) is not None), None)
    hint = f"did you mean {near}? Letter case counts in names" if near else None
    message = f"no event that matches carries {shown}"
    return [Diagnostic("RUN-K2", message, "warning", hint=hint, count=counting.lacking)]
