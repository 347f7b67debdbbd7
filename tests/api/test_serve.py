"""The server as a process: its port, and a stop that fails nobody."""

import asyncio
import os
import signal
import socket
import time

import pytest

from api.port import PortTaken, listen
from tests.api.raw import HEAD, Raw
from tests.pace import uncollected
from tests.processes import children_of, is_alive
from tests.services import PLENTY, answers, broadsheet, free_port, until


def test_an_occupied_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .*BROADSHEET_PORT={port + 1}"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(PortTaken, match=r"BROADSHEET_HOST=203\.0\.113\.9 is no address of this machine"):
        listen("203.0.113.9", 8000)


class Crowd:
    """Clients that ask without a pause until the server takes no new connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answered = 0
        self.failed: list[str] = []
        self.not_ready = 0

    async def ask(self, path: str) -> None:
        """Ask over a kept connection, opening a new one where the server closed the last after an answer."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                return  # The listener is closed: nothing was accepted.
            try:
                while await self._once(reader, writer, request):
                    pass
            finally:
                writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
        """One request and its answer; whether the connection can be used again."""
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.failed.append(repr(error))
            return False
        if b" 200 " in head.split(b"\r\n")[0]:
            self.answered += 1
        elif b" 503 " in head.split(b"\r\n")[0] and b"/readyz" in request:
            self.not_ready += 1
        else:
            self.failed.append(head.decode())
        return b"connection: close" not in head.lower()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_sigterm_under_load_fails_no_request(database_url: str, workers: str) -> None:
    port = free_port()
    with broadsheet(
        "serve",
        database_url=database_url,
        port=str(port),
        drain_seconds="1",
        workers=workers,
        log_level="error",
        budget_address=str(PLENTY),
    ) as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        crowd = Crowd(url)
        query = "/graphql?query={articles{totalCount}}"
        # A client that stands still for long between two requests is one that is silent.
        with uncollected():
            asking = [asyncio.create_task(crowd.ask(path)) for path in (query, query, query, "/livez", "/readyz", "/")]
            async with asyncio.timeout(20):
                while crowd.answered < 100:  # the clients count, there is no event to wait for
                    await asyncio.sleep(0.01)
                process.send_signal(signal.SIGTERM)
                await asyncio.gather(*asking)
                status = await asyncio.to_thread(process.wait)
    assert crowd.failed == []
    assert crowd.not_ready > 0
    assert status == 0


async def test_a_request_in_flight_is_finished(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="0") as process:
        await answers(f"http://127.0.0.1:{port}/readyz")
        async with Raw(f"http://127.0.0.1:{port}") as raw:
            body = b'{"query":"{__typename}"}'
            await raw.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            # The server has the head once it has answered what came after it on another connection.
            await answers(f"http://127.0.0.1:{port}/livez")
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(5):
                while True:
                    try:
                        _, writer = await asyncio.open_connection("127.0.0.1", port)
                        writer.close()
                    except OSError:
                        break
                    await asyncio.sleep(0.01)
            await raw.send(body[10:])
            answer = await raw.rest()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b'{"data":{"__typename":"Query"}}')
        assert b"connection: close" in answer.lower()
        assert await asyncio.to_thread(process.wait, 10) == 0


async def test_ctrl_c_is_quick(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="30") as process:
        await answers(f"http://127.0.0.1:{port}/readyz")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, 10) == 0
        assert time.monotonic() - began < 3


async def test_a_dead_server_process_is_replaced(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), workers="2", drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        await until(lambda: len(children_of(process.pid)) == 2)
        first, second = children_of(process.pid)
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(children_of(process.pid) - {first}) == 2)
        assert second in children_of(process.pid)
        await answers(url + "/readyz")
        members = children_of(process.pid)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 15) == 0
        assert not any(is_alive(member) for member in members)
