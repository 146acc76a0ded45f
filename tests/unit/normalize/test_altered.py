"""Events with fields changed."""

from carhound.model.event import Event, RawEvent
from carhound.normalize.altered import altered, sources_of
from carhound.normalize.normalizer import Normalizer

SYSMON = "Microsoft-Windows-Sysmon"


def event(event_id: str = "1", **data: str) -> Event:
    raw = RawEvent(SYSMON, None, event_id, "H1", "7", None, dict(data), {"Task": "1"}, "line 1")
    return Normalizer().event(raw, "a.jsonl", "nxlog")


def test_the_car_view_follows_and_the_original_stays() -> None:
    before = event(Image=r"C:\a.exe", ParentImage=r"C:\b.exe")
    after = altered(before, {"Image": r"C:\c\d.exe", "ParentImage": None})
    assert after.car["image_path"] == r"C:\c\d.exe"
    assert after.car["exe"] == "d.exe"
    assert "parent_image_path" not in after.car
    assert before.car["exe"] == "a.exe"
    assert after.place == before.place


def test_header_and_other_fields_are_changed_where_they_are() -> None:
    after = altered(event(Image="a"), {"EventCode": "5", "Computer": None, "Task": "2", "New": "x"})
    assert (after.event_id, after.computer, after.meta, after.data["New"]) == ("5", None, {"Task": "2"}, "x")
    assert after.kinds == (("process", "terminate"),)


def test_sources_of_car_fields() -> None:
    assert sources_of(event(), "parent_exe") == ("ParentImage",)
    assert sources_of(event("7"), "signer") == ("Signature",)
    assert sources_of(event("7"), "no_such_field") == ()
    assert sources_of(event("999"), "image_path") == ()
