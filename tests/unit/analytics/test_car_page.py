"""Pages in the form of CAR's template."""

import pytest

from carhound.analytics.analytic import Analytic, AttackMapping, D3fendMapping, Loaded
from carhound.analytics.document import NotAnalyticError, decode
from carhound.analytics.load import read
from carhound.errors import DocumentError

FRONT = '---\ntitle: "CAR-2099-01-001: A page"\nlayout: analytic\n---\n'
WHOLE = (
    FRONT
    + """<br><br>
What it is about.

More of it with `code` and [a link](https://example.org).

#### References
Somebody

### ATT&CK Detections

|Technique|Subtechnique(s)|Tactic(s)|Level of Coverage|
|---|---|---|---|
|[Proxy](https://attack.mitre.org/techniques/T1218/)|[A](https://attack.mitre.org/techniques/T1218/010/), \
[B](https://attack.mitre.org/techniques/T1218/011/)|[X](https://attack.mitre.org/tactics/TA0005/), \
[Y](https://attack.mitre.org/tactics/TA0002/)|Moderate|
|[Other](https://attack.mitre.org/techniques/T1000/)|N/A|[Z](https://attack.mitre.org/tactics/TA0001/)|High|

### D3FEND Techniques

|ID|Name|
|---|---|\x20
|D3-PLA | [Process Lineage Analysis](https://d3fend.mitre.org/technique/d3f:ProcessLineageAnalysis)|\x20

### Data Model References

|Object|Action|Field|
|---|---|---|
|[process](/data_model/process) | [create](/data_model/process#create) | [exe](/data_model/process#exe) |
|file|create|file_name|

### Implementations

#### Main (v2) (Splunk, Sysmon native)

Some words
in two lines.

```
EventCode=1
| table x
```

#### Psuedocode, CAR

```
processes = search Process:Create
```

#### Logpoint

~~~
norm_id=x
~~~

### Unit Tests

#### Test Case 1

**Configurations:** Windows 7

Do this.

```
cmd.exe
```

#### Test Case 2

Do that.

### Something else

#### Not a test
"""
)


def loaded_from(text: str, name: str = "pages/index.md") -> Loaded:
    return read(decode(text.encode(), name))


def analytic_of(text: str) -> Analytic:
    (analytic,) = loaded_from(text).analytics
    return analytic


def test_a_whole_page() -> None:
    analytic = analytic_of(WHOLE)
    assert (analytic.id, analytic.title) == ("CAR-2099-01-001", "A page")
    assert analytic.description == (
        "What it is about.\n\nMore of it with `code` and [a link](https://example.org)."
    )
    assert analytic.attack == (
        AttackMapping("T1218", ("T1218.010", "T1218.011"), ("TA0005", "TA0002"), "Moderate"),
        AttackMapping("T1000", (), ("TA0001",), "High"),
    )
    assert analytic.d3fend == (
        D3fendMapping("D3-PLA", "Process Lineage Analysis", "d3f:ProcessLineageAnalysis"),
    )
    assert analytic.data_model_references == ("process/create/exe", "file/create/file_name")
    assert analytic.unit_tests == (
        "**Configurations:** Windows 7\n\nDo this.\n\n```\ncmd.exe\n```",
        "Do that.",
    )
    assert [(one.name, one.language, one.label, one.data_model) for one in analytic.implementations] == [
        ("Main (v2)", "spl", "Splunk", "Sysmon native"),
        ("implementation 2 (pseudocode)", "pseudocode", "Psuedocode", "CAR"),
        ("implementation 3 (Logpoint)", "Logpoint", "Logpoint", None),
    ]
    assert analytic.implementations[0].description == "Some words\nin two lines."
    assert analytic.implementations[0].code.text == "EventCode=1\n| table x\n"
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-L1"]


def test_a_table_of_2019_has_no_column_for_subtechniques() -> None:
    analytic = analytic_of(
        FRONT + "### ATT&CK Detection\n|Technique |Tactic |Level of Coverage |\n|---|---|---|\n"
        "|[R](https://attack.mitre.org/techniques/T1117/)|[D](https://attack.mitre.org/tactics/TA0005/)|Moderate|\n"
        "### Implementations\n#### A (Splunk)\n```\nx\n```\n"
    )
    assert analytic.attack == (AttackMapping("T1117", (), ("TA0005",), "Moderate"),)


def test_without_an_id_in_the_title_the_file_gives_it() -> None:
    page = "---\ntitle: Mine\n---\n# Mine\n## Implementations\n### A (Splunk)\n```\nx\n```\n"
    analytic = analytic_of(page)
    assert (analytic.id, analytic.title) == ("index", "Mine")
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-I1"]
    assert analytic.diagnostics[0].position() == (2, 8)
    nameless = analytic_of(page.replace("title: Mine\n", ""))
    assert (nameless.id, nameless.title) == ("index", "index")
    assert [remark.code for remark in nameless.diagnostics] == ["DOC-I1", "DOC-T1"]


def test_every_fence_below_a_heading_is_an_implementation() -> None:
    analytic = analytic_of(
        FRONT + "### Implementations\n```\nbare\n```\n#### A (Splunk)\nOne.\n```\nx\n```\nTwo.\n```\ny\n```\n"
    )
    assert [(one.name, one.code.text) for one in analytic.implementations] == [
        ("implementation 1 (unlabelled)", "bare\n"),
        ("A", "x\n"),
        ("A (2)", "y\n"),
    ]
    assert [one.description for one in analytic.implementations] == ["", "One.", "Two."]
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-L2", "DOC-N1"]


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("#### A (Splunk)\nNo fence.\n", 'p.md:9:1: implementation 2, "A (Splunk)", has no code'),
        ("#### A (Splunk)\n```\n\n```\n", "p.md:10:1: implementation 2 has no code"),
        ("#### A (Splunk)\n```\nx\n#### B\n", "p.md:10:1: the code fence of implementation 2 is not closed"),
        ("#### A (Splunk)\n```", "p.md:10:1: the code fence of implementation 2 is not closed"),
        ("#### A (Splunk)\n````\nx\n```\n", "p.md:10:1: the code fence of implementation 2 is not closed"),
    ],
)
def test_an_implementation_that_cannot_be_used_does_not_cost_the_others(part: str, problem: str) -> None:
    loaded = loaded_from(f"{FRONT}### Implementations\n```\nbare\n```\n{part}", "p.md")
    (analytic,) = loaded.analytics
    assert [one.code.text for one in analytic.implementations] == ["bare\n"]
    (error,) = loaded.problems
    assert error.message == problem
    assert error.hint


def test_a_page_without_implementations_is_an_error() -> None:
    with pytest.raises(DocumentError) as error:
        loaded_from(FRONT + "Text\n\n### Unit Tests\n")
    assert error.value.message == "pages/index.md:1:1: the page has no implementations"
    assert not isinstance(error.value, NotAnalyticError)


def test_front_matter_that_is_no_yaml_says_where() -> None:
    with pytest.raises(DocumentError) as error:
        loaded_from("---\nlayout: analytic\ntitle: a: b\n---\n### Implementations\n")
    assert error.value.message.startswith("pages/index.md:3:9: cannot be read as YAML")


@pytest.mark.parametrize(
    "text", ["# Read me\n", "---\ntitle: A blog\n---\n# Hello\n", "", "### Implementations\n"]
)
def test_other_markdown_is_told_apart(text: str) -> None:
    with pytest.raises(NotAnalyticError):
        loaded_from(text)
