"""Which columns a new lake gets: fields that analytics read and hunters ask for, and tags for analytics."""

from collections.abc import Iterable, Iterator

from carhound.analytics.load import bundled
from carhound.model.event import HEADER
from carhound.model.event_table import HEADER_COLUMNS, OWN_COLUMNS, EventTable
from carhound.pipeline.hunt import load_analytics
from carhound.pipeline.implementations import prepare_all
from carhound.plan.nodes import Node
from carhound.plan.reads import fields_read
from carhound.plan.rewrites.required_literals import RequiredLiterals, of_conditions
from carhound.plan.stems import stems

_NATIVE = """
Image CommandLine CurrentDirectory User LogonId LogonGuid IntegrityLevel Hashes
ProcessId ProcessGuid ParentProcessId ParentProcessGuid ParentImage ParentCommandLine ParentUser
OriginalFileName FileVersion Description Product Company UtcTime RuleName
ImageLoaded Signed Signature SignatureStatus
Protocol Initiated SourceIp SourcePort DestinationIp DestinationHostname DestinationPort
TargetFilename TargetObject Details EventType QueryName QueryResults QueryStatus
NewProcessName NewProcessId ParentProcessName TokenElevationType MandatoryLabel
SubjectUserName SubjectUserSid SubjectLogonId SubjectDomainName TargetUserName TargetDomainName TargetUserSid
TargetLogonId LogonType IpAddress WorkstationName LogonProcessName AuthenticationPackageName
""".split()
"""Sysmon 1, 3, 7, 11, 13 and 22, Security 4688 and 4624, as Windows spells them."""
_CAR = """
image_path exe command_line pid ppid guid parent_guid parent_image_path parent_exe parent_command_line
user sid hostname fqdn integrity_level current_working_directory md5_hash sha1_hash sha256_hash
signer signature_valid module_path module_name file_path file_name extension key hive value data new_content
src_ip src_port dest_ip dest_port dest_fqdn transport_protocol
""".split()
"""Of processes, modules, files, registry and network connections."""
_GROUPS = 2
"""Of the literals of a search, the most selective: a match has one of each."""
_MOST_LITERALS = 64


def lake_layout() -> EventTable:
    """The columns for the bundled analytics."""
    loaded, _, _ = load_analytics(bundled())
    subjects = prepare_all(loaded, "published")
    plans = [one.plan for subject in subjects for one in subject.implementations if one.plan is not None]
    read = [one.field for plan in plans for one in fields_read(plan)]
    native = [field.name for field in read if field.view == "native"]
    car = [field.name for field in read if field.view == "car"]
    literals = dict.fromkeys(literal for plan in plans for literal in _literals(plan))
    return EventTable(
        tuple(_columns((*native, *_NATIVE))),
        tuple(dict.fromkeys((*car, *_CAR))),
        tuple(literals)[:_MOST_LITERALS],
    )


def _columns(names: Iterable[str]) -> Iterator[str]:
    """Each once, for engines that do not tell letter case apart, and without those every table has."""
    taken = {name.lower() for name in (*HEADER_COLUMNS, *OWN_COLUMNS, *HEADER)}
    for name in names:
        if name.lower() not in taken:
            taken.add(name.lower())
            yield name


def _literals(plan: Node) -> Iterator[str]:
    for stem in stems(plan):
        opinion = of_conditions(stem.conditions)
        if isinstance(opinion, RequiredLiterals):
            for group in opinion.groups[:_GROUPS]:
                yield from group
