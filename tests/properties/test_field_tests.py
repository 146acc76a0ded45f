"""Single fields rule out no search that an event matches."""

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound.engines.interpreter.collect import can_match
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.model.event import RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.files.field_tests import field_tests
from carhound.plan.nodes import Node
from carhound.plan.predicates import All
from carhound.plan.stems import stems

from ..engines.plans import EVENTS, STEMS


@given(EVENTS, st.lists(STEMS, min_size=1, max_size=6))
def test_no_search_is_ruled_out_that_an_event_matches(raws: list[RawEvent], plans: list[Node]) -> None:
    normalizer = Normalizer()
    for raw in raws:
        one = normalizer.event(replace(raw, meta={}), "file", "shape")
        mapping = normalizer.mapping_of(raw.provider, raw.channel, raw.event_id)
        like = replace(one, data={}, time=None, record_id=None, computer=None)
        asked = [stem for plan in plans for stem in stems(plan) if can_match(stem, one)]
        left = (1 << len(asked)) - 1
        for test in field_tests(asked, like, mapping):
            asking = left & test.asked_by
            left += test.open_to(one.data.get(test.name), asking) - asking
        for number, stem in enumerate(asked):
            if condition(All(stem.conditions))(Row(one)):
                assert left >> number & 1, stem
            event(f"ruled out: {not left >> number & 1}")
