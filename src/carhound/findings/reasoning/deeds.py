"""Reasons that lie in what was done: who started regsvr32, what it was given, and what came of it."""

import re

from carhound.findings.lineage.tree import DeedKind
from carhound.findings.reasoning.view import View, name_of, quoted
from carhound.findings.regsvr32 import is_regsvr32, remote
from carhound.model.folding import fold
from carhound.model.instants import readable_time

OFFICE = frozenset(
    {
        "winword.exe", "excel.exe", "powerpnt.exe", "outlook.exe", "msaccess.exe", "mspub.exe", "visio.exe",
        "onenote.exe", "eqnedt32.exe",
    }
)  # fmt: skip
SCRIPT_HOSTS = frozenset({"wscript.exe", "cscript.exe", "mshta.exe", "powershell.exe", "pwsh.exe"})
SERVICES = frozenset({"services.exe", "wmiprvse.exe"})
SHELLS = SCRIPT_HOSTS | {"cmd.exe", "bash.exe", "wsl.exe"}

_STARTERS = (
    (OFFICE, "a program of Office"),
    (SCRIPT_HOSTS, "a script host"),
    (SERVICES, "a host of services"),
)
_ENCODED = re.compile(
    r"\s[-/\u2013\u2014\u2015](?:e|ec|en|enc|enco\w*)[\s:]+[\"']?([A-Za-z0-9+/]{16,}={0,2})"
    r"|\bFromBase64String\b",
    re.IGNORECASE,
)
_NOISY = re.compile(r"[a-z]:\\windows\\(?:system32|syswow64)\\(?:werfault|wevtutil)\.exe")


def url_or_unc_source(view: View) -> str | None:
    """Code from another machine."""
    asked = view.registrar.asked if view.registrar else None
    for source in () if asked is None else asked.sources:
        if (kind := remote(source)) is not None:
            return f"regsvr32 was given a {kind}: {quoted(source)}"
    if view.module is not None and remote(view.module):
        return f"the module was loaded from a share: {quoted(view.module)}"
    return None


def scriptlet(view: View) -> str | None:
    """The host of scriptlets."""
    if view.registrar is None:
        return None
    asked = view.registrar.asked
    if asked is not None and (host := asked.scriptlet_host) is not None:
        source = asked.argument if asked.argument and not remote(asked.argument) else None
        return f"regsvr32 was told to use {quoted(host)}, which runs scriptlets" + (
            f": {quoted(source)}" if source else ""
        )
    loaded = [view.module] if view.module else []
    if view.registrar.process is not None:
        loaded += [one.what for one in view.registrar.process.deeds if one.kind == "module"]
    found = next((one for one in loaded if name_of(one) == "scrobj.dll"), None)
    return None if found is None else f"regsvr32 loaded the host of scriptlets, {quoted(found)}"


def network_after_load(view: View) -> str | None:
    """A connection of regsvr32 or of what it started."""
    if view.registrar is not None and view.finding.object == "flow/start":
        where = view.text("dest_ip", "DestinationIp") or "somewhere"
        port = view.text("dest_port", "DestinationPort")
        return f"regsvr32 connected to {where}{f' port {port}' if port else ''}"
    return _did(view, "network", "connected to")


def dns_after_load(view: View) -> str | None:
    """A name that regsvr32 or what it started asked for."""
    if view.registrar is not None and view.finding.event_id == "22":
        name = view.text("", "QueryName")
        return f"regsvr32 asked for the name {quoted(name)}" if name else None
    return _did(view, "dns", "asked for the name")


def odd_parent(view: View) -> str | None:
    """What hardly ever registers a library."""
    starter = view.registrar.starter if view.registrar else None
    for names, what in _STARTERS:
        if starter is not None and name_of(starter) in names:
            return f"regsvr32 was started by {what}: {quoted(starter)}"
    return None


def shell_or_script_child(view: View) -> str | None:
    """A shell or a script host that regsvr32 started."""
    if view.registrar is None:
        return None
    started = [view.image] if view.starts_process and not is_regsvr32(view.image) else []
    if view.registrar.process is not None:
        started += [one.image for one in view.registrar.process.children]
    found = next((one for one in started if one is not None and name_of(one) in SHELLS), None)
    return None if found is None else f"regsvr32 started a shell or script host: {quoted(found)}"


def encoded_command(view: View) -> str | None:
    """A command that is hidden in Base64."""
    found = _ENCODED.search(view.command_line or "")
    return (
        None if found is None else f"the command line hides a command in Base64: {quoted(found[0].strip())}"
    )


def known_noisy_child(view: View) -> str | None:
    """A child that shows up beside harmless registrations."""
    image = view.image
    if image is None or view.registrar is None or _NOISY.fullmatch(fold(image)) is None:
        return None
    return f"{quoted(image)} shows up beside harmless registrations too"


def _did(view: View, kind: DeedKind, words: str) -> str | None:
    if view.registrar is None:
        return None
    for process in view.processes:
        for deed in process.deeds:
            if deed.kind == kind:
                when = "" if deed.time is None else f" at {readable_time(deed.time)}"
                what = deed.what if kind == "network" else quoted(deed.what)
                return f"{name_of(process.image) or 'the process'} {words} {what}{when}"
    return None
