"""What a Sysmon configuration hides from analytics, shown on the events of their tests that they find."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from carhound.analytics.suite import Inline
from carhound.analytics.suite_files import suites_beside
from carhound.analytics.suite_yaml import read_suite
from carhound.engines.interpreter.collect import Collector
from carhound.errors import CarhoundError
from carhound.findings.sensor_rules import EventRules, HiddenSample, Logged, RulesVerdict, Sensed, SensorRules
from carhound.model.datasets import SYSMON
from carhound.model.event import Event, RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.normalize.sysmon_config import SysmonConfig, event_tags
from carhound.pipeline.checking.case_evidence import evidence_of
from carhound.pipeline.files.parts import EvidencePart
from carhound.pipeline.implementations import Subject
from carhound.pipeline.sight.remedies import NAMES, looked_for
from carhound.plan.stems import Stem, stems
from carhound.readers.interface import ReadOptions

_MOST_HIDDEN = 20
_MOST_SAMPLES = 200
"""Of one implementation that are tried."""
_ABOUT = ("ParentImage", "Image", "CommandLine", "ImageLoaded", "Signed", "TargetObject", "TargetFilename")


class _Sample(Struct, frozen=True):
    name: str
    event: Event


class _Samples(Struct):
    """Events that an implementation finds."""

    full: list[_Sample] = field(default_factory=list)
    """With every field that Sysmon writes."""
    brief: list[_Sample] = field(default_factory=list)
    """With those that a test states."""

    @property
    def best(self) -> list[_Sample]:
        return self.full or self.brief


def sensor_rules(config: SysmonConfig, subjects: list[Subject], options: ReadOptions) -> SensorRules:
    """Holds a configuration against what the analytics look for."""
    remarks = list(config.remarks)
    verdicts = []
    asked: dict[str, None] = {}
    for subject in subjects:
        samples = _samples(subject, options, remarks)
        for one in subject.implementations:
            if one.plan is None or one.number is None:
                continue
            stem = stems(one.plan)[0]
            ids = tuple(event_id for sensor, event_id in looked_for(stem) if sensor == SYSMON.name)
            asked.update(dict.fromkeys(ids))
            name = one.implementation.name
            verdicts.append(_verdict(config, subject.analytic.id, name, stem, ids, samples[one.number]))
    tags = event_tags()
    known = sorted((one for one in asked if one in tags), key=int)
    return SensorRules(
        config.path,
        config.schema,
        tuple(_event(config, one) for one in known),
        tuple(verdicts),
        tuple(remarks),
    )


def _event(config: SysmonConfig, event_id: str) -> EventRules:
    known = event_tags()[event_id]
    found = config.filters.get(known.tag)
    if found is None:
        said: dict[str, tuple[Logged, str]] = {
            "on": ("all", "it has no filter, and is logged by default"),
            "off": ("none", "it has no filter, and is not logged by default"),
            "unknown": ("unknown", "it has no filter, and what Sysmon does then is not documented"),
        }
        return EventRules(event_id, known.tag, *said[known.default])
    filled = [one for one in found.filters if one.rules]
    named = " and ".join(map(str, found.filters))
    if not filled:
        fate = found.fate({})
        return EventRules(event_id, known.tag, "all" if fate.logged else "none", fate.why)
    return EventRules(event_id, known.tag, "some", f"by the rules of {named}")


def _verdict(
    config: SysmonConfig, analytic: str, name: str, stem: Stem, ids: tuple[str, ...], samples: _Samples
) -> RulesVerdict:
    def verdict(said: Sensed, why: str, tried: int = 0, hidden: Sequence[HiddenSample] = ()) -> RulesVerdict:
        return RulesVerdict(analytic, name, said, tried, tuple(hidden[:_MOST_HIDDEN]), len(hidden), why)

    other = sorted({NAMES[sensor] for sensor, _ in looked_for(stem) if sensor != SYSMON.name})
    beside = f"; it also looks at {', '.join(other)}, which these rules do not touch" if other else ""
    if not ids:
        return verdict("unknown", "it names no event of Sysmon that could be tried")
    states = [_event(config, one) for one in ids if one in event_tags()]
    if states and all(state.logged == "none" for state in states):
        said = "; ".join(f"event {state.event_id}: {state.why}" for state in states)
        return verdict("hidden", said + beside)
    tried = samples.best[:_MOST_SAMPLES]
    if not tried:
        return verdict("unknown", "no test of the analytic has an event of Sysmon that it finds" + beside)
    hidden = []
    for sample in tried:
        filters = config.filters.get(event_tags()[sample.event.event_id or ""].tag)
        if filters is None:
            if _event(config, sample.event.event_id or "").logged == "none":
                hidden.append(_hidden(sample, "not logged by default"))
            continue
        fields = {key: value for key, value in sample.event.data.items() if isinstance(value, str)}
        fate = filters.fate(fields)
        if not fate.logged:
            hidden.append(_hidden(sample, fate.why))
    why = f"{len(hidden)} of {len(tried)} events from its tests would not have been written"
    if not hidden:
        return verdict("shown", f"all of {len(tried)} events from its tests would be written", len(tried))
    return verdict("hidden" if len(hidden) == len(tried) else "part", why + beside, len(tried), hidden)


def _hidden(sample: _Sample, rule: str) -> HiddenSample:
    data = sample.event.data
    about = tuple((name, value) for name in _ABOUT if isinstance(value := data.get(name), str))
    return HiddenSample(sample.name, sample.event.event_id or "", about, rule)


def _samples(subject: Subject, options: ReadOptions, remarks: list[str]) -> dict[int, _Samples]:
    """By number of its plan, the events of Sysmon in an analytic's tests that an implementation finds."""
    runnable = [one for one in subject.implementations if one.plan is not None and one.number is not None]
    found = {one.number: _Samples() for one in runnable if one.number is not None}
    try:
        suites = [read_suite(file, subject.analytic) for file in suites_beside(subject.analytic)]
    except CarhoundError as problem:
        remarks.append(f"tests of {subject.analytic.id} were not used: {problem.message}")
        return found
    for suite in suites:
        for case in suite.cases:
            collector = Collector(
                [one.plan for one in runnable if one.plan is not None],
                lambda event: event,
            )
            try:
                _read(collector, evidence_of(suite, case, options))
            except CarhoundError as problem:
                remarks.append(f"{suite.path}: {case.name!r} was not used: {problem.message}")
                continue
            for at, one in enumerate(runnable):
                if one.number is None:
                    continue
                kept = found[one.number]
                into = kept.brief if isinstance(case.evidence, Inline) else kept.full
                for event in collector.main_hits(at):
                    if SYSMON.holds(event.provider, event.channel) and event.event_id in event_tags():
                        into.append(_Sample(case.name, event))
    return found


def _read(collector: Collector, parts: Iterable[EvidencePart]) -> None:
    normalizer = Normalizer()
    for part in parts:
        collector.begin_file()
        for item in part.items():
            if isinstance(item, RawEvent):
                collector.offer(normalizer.event(item, part.path, part.format or ""))
        collector.end_file()
