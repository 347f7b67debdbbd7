"""Chromium without a window, driven over a pipe by its own protocol (https://chromedevtools.github.io/devtools-protocol).

Only what tests of pages need: open, evaluate, press keys, take pictures.
"""

import asyncio
import base64
import io
import itertools
import os
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import orjson

from tests.packages import node_modules, once
from tests.services import ROOT

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PACKAGED = ROOT / "tests" / "pages"
_FLAGS = (
    *("--headless", "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe"),
)


@dataclass
class Browser:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def listen(self) -> None:
        while message := await self.reader.readuntil(b"\0"):
            found = orjson.loads(message[:-1])
            if found.get("id") in self.waiting:
                self.waiting.pop(found["id"]).set_result(found)

    async def send(self, method: str, session: str | None = None, **params: Any) -> Any:
        number = next(self.numbers)
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        said = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self.writer.write(orjson.dumps(said) + b"\0")
        async with asyncio.timeout(30):
            found = await answer
        assert "error" not in found, found
        return found["result"]

    async def page(self, url: str, width: int, height: int) -> "Page":
        target = (await self.send("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        made = Page(self, session)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.send("Emulation.setDeviceMetricsOverride", session, **size)
        await self.send("Page.enable", session)
        await self.send("Page.navigate", session, url=url)
        await made.until("document.readyState === 'complete' && location.href !== 'about:blank'")
        return made


@dataclass
class Page:
    browser: Browser
    session: str

    async def js(self, expression: str) -> Any:
        """The value of an expression, of a promise when it is kept."""
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        found = await self.browser.send("Runtime.evaluate", self.session, **given)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        async with asyncio.timeout(30):
            while not await self.js(expression):
                await asyncio.sleep(0.02)  # the page's doing, there is no event to wait for

    async def press(self, key: str) -> None:
        for type_ in ("keyDown", "keyUp"):
            text = {"text": key} if type_ == "keyDown" else {}
            await self.browser.send("Input.dispatchKeyEvent", self.session, type=type_, key=key, **text)

    async def screenshot(self, path: Path) -> None:
        found = await self.browser.send("Page.captureScreenshot", self.session, format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))


def installed() -> Path:
    """The machine's own Chromium; where it has none, the one of an npm package (tests/pages/package.json), unpacked."""
    own = next(filter(None, map(shutil.which, _NAMES)), None)
    if own is not None:
        return Path(own)
    package = node_modules(_PACKAGED) / "@sparticuz" / "chromium" / "bin"
    return once(_PACKAGED / "package-lock.json", partial(_unpack, package), "unpacked") / "chromium"


def _unpack(package: Path, into: Path) -> None:
    """The browser, and beside it, in `lib`, the libraries that not every machine has, and fonts, without which it ends
    where a page shows an arrow."""
    for name in ("al2023", "fonts", "swiftshader"):
        with tarfile.open(fileobj=io.BytesIO(_expanded(package / f"{name}.tar.br"))) as archive:
            archive.extractall(into, filter="data")
    fonts = f"<dir>{into}/fonts</dir><cachedir>{into}/fonts-cache</cachedir>"
    (into / "fonts.conf").write_text(f"<fontconfig>{fonts}</fontconfig>", encoding="utf-8")
    browser = into / "chromium"
    browser.write_bytes(_expanded(package / "chromium.br"))
    browser.chmod(0o755)


def _expanded(path: Path) -> bytes:
    return bytes(brotli.decompress(path.read_bytes()))


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Browser]:
    """A browser with a profile of its own, ended after the block."""
    program = await asyncio.to_thread(installed)
    beside = program.parent
    packaged = {"LD_LIBRARY_PATH": str(beside / "lib"), "FONTCONFIG_PATH": str(beside)}
    (told, tell), (heard, hear) = os.pipe(), os.pipe()
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", f'exec "$0" "$@" 3<&{told} 4>&{hear}', str(program), *_FLAGS, f"--user-data-dir={profile}"),
        pass_fds=(told, hear),
        env=os.environ | (packaged if (beside / "fonts.conf").exists() else {}),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(told)
    os.close(hear)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    heard_by, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(heard, "rb"))
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(tell, "wb"))
    browser = Browser(reader, asyncio.StreamWriter(transport, protocol, None, loop))
    listening = asyncio.create_task(browser.listen())
    try:
        yield browser
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError, asyncio.IncompleteReadError):
            await listening
        transport.close()
        heard_by.close()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
