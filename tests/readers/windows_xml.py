"""Writers of the same events as XML, as Splunk's classic text, and as an event tree to compare with."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

SYSMON = "Microsoft-Windows-Sysmon"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
FIELDS = {
    "RuleName": "",
    "UtcTime": "2024-06-14 12:00:00.123",
    "ProcessGuid": "{11111111-2222-3333-4444-555555555555}",
    "ProcessId": "99",
    "Image": "C:\\Windows\\System32\\cmd.exe",
    "CommandLine": "cmd /c \"echo <a> & 'b'\" ü\tz",
    "ParentImage": "C:\\Windows\\System32\\regsvr32.exe",
}


def event_xml(record_id: int = 7, fields: dict[str, str] | None = None, xmlns: str = NAMESPACE) -> str:
    """One Sysmon event 1, as wevtutil writes it."""
    fields = FIELDS if fields is None else fields
    data = "".join(f"<Data Name={quoteattr(name)}>{escape(text)}</Data>" for name, text in fields.items())
    start = f"<Event xmlns='{xmlns}'>" if xmlns else "<Event>"
    return (
        f"{start}<System><Provider Name='{SYSMON}' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/>"
        "<EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>"
        "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2024-06-14T12:00:00.1234567Z'/>"
        f"<EventRecordID>{record_id}</EventRecordID><Correlation/>"
        f"<Execution ProcessID='2740' ThreadID='3440'/><Channel>{CHANNEL}</Channel>"
        "<Computer>ws1.example.org</Computer><Security UserID='S-1-5-18'/></System>"
        f"<EventData>{data}</EventData></Event>"
    )


def event_tree(record_id: int = 7, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """The same event as an event tree."""
    fields = FIELDS if fields is None else fields
    return {
        "Event": {
            "System": {
                "Provider": {"Name": SYSMON, "Guid": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"},
                "EventID": 1,
                "Version": 5,
                "Level": 4,
                "Task": 1,
                "Opcode": 0,
                "Keywords": "0x8000000000000000",
                "TimeCreated": {"SystemTime": "2024-06-14T12:00:00.1234567Z"},
                "EventRecordID": record_id,
                "Execution": {"ProcessID": 2740, "ThreadID": 3440},
                "Channel": CHANNEL,
                "Computer": "ws1.example.org",
                "Security": {"UserID": "S-1-5-18"},
            },
            "EventData": {"Data": [{"Name": name, "text": text} for name, text in fields.items()]},
        }
    }


def classic_text(record_id: int = 7, fields: dict[str, str] | None = None) -> str:
    """The same event in Splunk's classic text."""
    fields = FIELDS if fields is None else fields
    body = "\n".join(f"{name}: {text}" for name, text in fields.items())
    return (
        f"06/14/2024 02:00:00 PM\nLogName={CHANNEL}\nEventCode=1\nEventType=4\nComputerName=ws1.example.org\n"
        f"User=NOT_TRANSLATED\nSid=S-1-5-18\nSidType=0\nSourceName={SYSMON}\nType=Information\n"
        f"RecordNumber={record_id}\nKeywords=None\nTaskCategory=Process Create (rule: ProcessCreate)\n"
        f"OpCode=Info\nMessage=Process Create:\n{body}"
    )


CLASSIC_4688 = (
    "12/04/2020 01:19:21 PM\r\nLogName=Security\r\nSourceName=Microsoft Windows security auditing.\r\n"
    "EventCode=4688\r\nEventType=0\r\nType=Information\r\nComputerName=ws2.example.org\r\n"
    "TaskCategory=Process Creation\r\nOpCode=Info\r\nRecordNumber=231333\r\nKeywords=Audit Success\r\n"
    "Message=A new process has been created.\r\n\r\n"
    "Creator Subject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\tAccount Name:\t\tWS2$\r\n"
    "\tAccount Domain:\t\tEXAMPLE\r\n\tLogon ID:\t\t0x3E7\r\n\r\n"
    "Target Subject:\r\n\tSecurity ID:\t\tNULL SID\r\n\tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n"
    "\tLogon ID:\t\t0x0\r\n\r\n"
    "Process Information:\r\n\tNew Process ID:\t\t0x1a4\r\n"
    "\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe\r\n\tToken Elevation Type:\t%%1936\r\n"
    "\tMandatory Label:\t\tMandatory Label\\System Mandatory Level\r\n\tCreator Process ID:\t0x9c\r\n"
    "\tCreator Process Name:\tC:\\Windows\\System32\\regsvr32.exe\r\n"
    "\tProcess Command Line:\tcmd /c echo one\r\ntwo: three\r\n\r\n"
    "Token Elevation Type indicates the type of token that was assigned to the new process."
)
FIELDS_4688 = {
    "SubjectUserSid": "S-1-5-18",
    "SubjectUserName": "WS2$",
    "SubjectDomainName": "EXAMPLE",
    "SubjectLogonId": "0x3E7",
    "TargetUserName": "-",
    "TargetDomainName": "-",
    "TargetLogonId": "0x0",
    "NewProcessId": "0x1a4",
    "NewProcessName": "C:\\Windows\\System32\\cmd.exe",
    "TokenElevationType": "%%1936",
    "ProcessId": "0x9c",
    "ParentProcessName": "C:\\Windows\\System32\\regsvr32.exe",
    "CommandLine": "cmd /c echo one\ntwo: three",
}
