"""Old office files → DOCX or XLSX, by LibreOffice where it is installed: a found system program, kept in a cage.
What the files say is left to the parsers, which ask for a conversion only where they cannot read a format themselves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.parsers.readers.outside import CannotConvert

SECONDS_TO_CONVERT = 90.0
"""A usual file takes one to three seconds; the limit lies well below that of a whole document in `workers`."""
LARGEST_CONVERTED = 40 * 2**20
MEMORY_TO_CONVERT = 4 * 2**20
"""Kilobytes of address space of the converter; LibreOffice maps about one gigabyte for a small file."""


class _Way(NamedTuple):
    """How a kind of file is converted: the ending it is given, the ending and the filter of the result."""

    ending: str
    to: str
    filter: str


_TEXT, _SHEET = ("docx", "MS Word 2007 XML"), ("xlsx", "Calc MS Excel 2007 XML")
_WAYS = {
    "application/msword": _Way("doc", *_TEXT),
    "application/rtf": _Way("rtf", *_TEXT),
    "application/vnd.oasis.opendocument.text": _Way("odt", *_TEXT),
    "application/vnd.oasis.opendocument.spreadsheet": _Way("ods", *_SHEET),
    "application/vnd.ms-excel": _Way("xls", *_SHEET),
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": _Way("xlsb", *_SHEET),
}

# No macro runs whatever the document says, links are not followed, nothing is asked or reported.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="CrashReport" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""

# A watcher reads a pipe that only our process holds open. When we are killed it ends the converter and takes its
# folder away, so that nothing is left behind whatever happens to us; else both end together.
_CAGE = """
ulimit -v "$2" 2>/dev/null; ulimit -f "$3" 2>/dev/null
exec 3<&0 </dev/null
( trap '' TERM; cat <&3 >/dev/null; kill -TERM 0; sleep 0.2; rm -rf -- "$1"; kill -KILL 0 ) &
shift 3
exec "$@" 3<&-
"""


def convert(body: bytes, media_type: str) -> bytes:
    """The file as DOCX or XLSX. Raises CannotConvert with the reason and what to do.

    The converter gets a profile, a home and a folder of its own, which are gone afterwards, no network where the
    system lets us take it away, and bounded time, memory and output.
    """
    way = _WAYS.get(media_type)
    if way is None:
        raise CannotConvert("no way to convert this kind of file")
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        package = "libreoffice-writer-nogui" if way.to == "docx" else "libreoffice-calc-nogui"
        raise CannotConvert(f"install LibreOffice ({package}) to read it, or save it as {way.to.upper()}")
    try:
        with tempfile.TemporaryDirectory(prefix="gongkai-convert-", ignore_cleanup_errors=True) as folder:
            return _in_folder(Path(folder), program, way, body)
    except OSError as error:
        raise CannotConvert(f"LibreOffice cannot be started: {error.strerror or error}") from None


def _in_folder(folder: Path, program: str, way: _Way, body: bytes) -> bytes:
    for name in ("home", "tmp", "out", "profile/user"):
        (folder / name).mkdir(parents=True)
    (folder / "profile/user/registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    document = folder / f"document.{way.ending}"
    document.write_bytes(body)
    command = [
        *_without_network(), program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
        "--nologo", "--nodefault", "--nolockcheck", "--convert-to", f"{way.to}:{way.filter}", "--outdir",
        str(folder / "out"), str(document),
    ]  # fmt: skip
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp",
    }  # fmt: skip
    blocks = str(LARGEST_CONVERTED * 2 // 512)
    caged = ["/bin/sh", "-c", _CAGE, "sh", str(folder), str(MEMORY_TO_CONVERT), blocks, *command]
    process = subprocess.Popen(
        caged, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(SECONDS_TO_CONVERT)
    except subprocess.TimeoutExpired:
        raise CannotConvert(f"LibreOffice did not convert it within {SECONDS_TO_CONVERT:.0f} seconds") from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()
    return _result(folder / "out", way)


def _result(folder: Path, way: _Way) -> bytes:
    found = [p for p in folder.iterdir() if p.suffix == f".{way.to}" and p.is_file() and not p.is_symlink()]
    if not found:
        raise CannotConvert(f"LibreOffice could not convert it; open it and save it as {way.to.upper()}")
    if found[0].stat().st_size > LARGEST_CONVERTED:
        raise CannotConvert(f"larger than {LARGEST_CONVERTED // 2**20} MB when converted: refused")
    return found[0].read_bytes()


@cache
def _without_network() -> tuple[str, ...]:
    """What to put before a command so that it has no network; nothing where the system does not permit it."""
    tool = shutil.which("unshare")
    for options in (("--net",), ("--map-root-user", "--net")):
        if tool:
            with suppress(OSError, subprocess.SubprocessError):
                command = [tool, *options, "true"]
                if not subprocess.run(command, capture_output=True, timeout=10, stdin=subprocess.DEVNULL).returncode:
                    return (tool, *options, "--")
    return ()
