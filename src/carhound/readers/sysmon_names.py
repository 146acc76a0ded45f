"""The names of payload fields as their writers spell them, to undo what collectors make of their letter case.

Source: the manifests Sysmon prints with `-s` (schema 4.90), Microsoft's pages on events 4688 and 4689.
"""

SYSMON = "Microsoft-Windows-Sysmon"
SECURITY = "Microsoft-Windows-Security-Auditing"

SYSMON_FIELDS = frozenset(
    """
    Archived CallTrace ClientInfo CommandLine Company Configuration ConfigurationFileHash Consumer Contents
    CreationUtcTime CurrentDirectory Description Destination DestinationHostname DestinationIp
    DestinationIsIpv6 DestinationPort DestinationPortName Details Device EventNamespace EventType FileVersion
    Filter GrantedAccess Hash Hashes ID Image ImageLoaded Initiated IntegrityLevel IsExecutable LogonGuid
    LogonId Name NewName NewThreadId Operation OriginalFileName ParentCommandLine ParentImage
    ParentProcessGuid ParentProcessId ParentUser PipeName PreviousCreationUtcTime ProcessGuid ProcessId
    Product Protocol Query QueryName QueryResults QueryStatus RuleName SchemaVersion Session Signature
    SignatureStatus Signed SourceHostname SourceImage SourceIp SourceIsIpv6 SourcePort SourcePortName
    SourceProcessGUID SourceProcessGuid SourceProcessId SourceThreadId SourceUser StartAddress StartFunction
    StartModule State TargetFilename TargetImage TargetObject TargetProcessGUID TargetProcessGuid
    TargetProcessId TargetUser TerminalSessionId Type User UtcTime Version
    """.split()
)
SECURITY_FIELDS = frozenset(
    """
    CommandLine MandatoryLabel NewProcessId NewProcessName ParentProcessName ProcessId ProcessName Status
    SubjectDomainName SubjectLogonId SubjectUserName SubjectUserSid TargetDomainName TargetLogonId
    TargetUserName TargetUserSid TokenElevationType
    """.split()
)
_KNOWN = SYSMON_FIELDS | SECURITY_FIELDS
_FOLDED = {name.lower(): name for name in sorted(_KNOWN)}


def original_name(name: str, provider: str | None) -> str:
    """The name as its writer spells it, from one that begins with or has only small letters.

    Fields of Sysmon and of the Security log all begin with a capital. Names of other providers are known only
    if these two have them as well; others, which may begin with a small letter (`param1`), stay.
    """
    capital = name[:1].upper() + name[1:]
    if capital in _KNOWN:
        return capital
    if name.islower() and (known := _FOLDED.get(name)) is not None:
        return known
    return capital if provider in (SYSMON, SECURITY) else name
