"""Many visitors, slow ones and those who leave, at a real server."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from mmwsdepth.demo import connections, server, turns, upload
from mmwsdepth.demo.estimates import Estimate
from tests.conftest import ROOT

PATIENCE = 30


class Gate:
    """In place of the model: counts estimates, and lets them go on when told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.open = threading.Event()

    def __call__(self, inferencer, data: bytes, name: str, *options: object) -> Estimate:
        self.names.append(name)
        assert self.open.wait(PATIENCE)
        depth = np.ones((2, 3), np.float32)
        return Estimate(name, (2, 3), np.zeros((2, 3, 3), np.uint8), depth, 3.0, 'given', 0.1)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr(server, 'estimate_upload', gate)
    return gate


@pytest.fixture
def address(gate: Gate, served: Callable) -> Iterator[tuple[str, int]]:
    with served() as url:
        host, _, port = url.removeprefix('http://').partition(':')
        yield host, int(port)
        gate.open.set()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def begin(address: tuple[str, int], name: str, data: bytes = b'image') -> HTTPConnection:
    connection = HTTPConnection(*address, timeout=PATIENCE)
    connection.request('POST', f'/estimates?name={name}', data, {'Content-Type': 'image/png'})
    return connection


def answer(connection: HTTPConnection) -> tuple[int, dict, str | None]:
    response = connection.getresponse()
    return response.status, json.load(response), response.headers['Retry-After']


def test_who_has_gone_gets_no_estimate_and_no_place(address, gate: Gate, caplog) -> None:
    first = begin(address, 'first')
    until(lambda: gate.names == ['first'])
    for _ in range(3):
        abandoned = [begin(address, 'gone') for _ in range(turns.MAX_WAITING)]
        time.sleep(0.2)
        for connection in abandoned:
            connection.close()
        time.sleep(0.2)
    last = begin(address, 'last')
    time.sleep(0.2)
    gate.open.set()
    assert answer(first)[1]['name'] == 'first'
    assert answer(last)[1]['name'] == 'last'
    assert gate.names == ['first', 'last']
    assert 'Traceback' not in caplog.text and 'Exception' not in caplog.text


def test_a_long_queue_is_refused_until_it_is_shorter(address, gate: Gate) -> None:
    served = [begin(address, 'first')]
    until(lambda: gate.names)
    served += [begin(address, f'{index}') for index in range(turns.MAX_WAITING)]
    time.sleep(0.3)
    status, found, retry = answer(begin(address, 'late'))
    assert (status, retry) == (503, '10')
    assert found['error'].startswith(f'{turns.MAX_WAITING} images wait for their estimates: give')
    gate.open.set()
    assert [answer(connection)[0] for connection in served] == [200] * len(served)
    assert answer(begin(address, 'again'))[0] == 200


def test_an_upload_that_is_cancelled_leaves_no_traceback(address, gate: Gate, caplog) -> None:
    head = b'POST /estimates HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n'
    with socket.create_connection(address) as client:
        client.sendall(head + b'Content-Length: 1000\r\n\r\nsome')
        time.sleep(0.2)
    time.sleep(0.2)
    gate.open.set()
    assert answer(begin(address, 'next'))[0] == 200
    assert gate.names == ['next']
    assert 'Traceback' not in caplog.text and 'Exception' not in caplog.text


def trickle(address: tuple[str, int], start: bytes, piece: bytes) -> tuple[float, bytes]:
    """Send slowly until the server has enough; gives the time it took, and its answer."""
    began = time.monotonic()
    with socket.create_connection(address, timeout=PATIENCE) as client:
        client.sendall(start)
        client.settimeout(0.1)
        while time.monotonic() < began + PATIENCE:
            try:
                found = client.recv(10_000)
            except TimeoutError:
                client.sendall(piece)
            except ConnectionError:
                found = b''
                break
            else:
                break
    return time.monotonic() - began, found


@pytest.mark.parametrize('start', [b'', b'GET / HTTP/1.1\r\n', b'GET / HTTP/1.1\r\nHost: l'])
def test_a_slow_header_is_not_waited_for(address, monkeypatch, start: bytes) -> None:
    monkeypatch.setattr(connections, 'HEADER_SECONDS', 0.5)
    seconds, found = trickle(address, start, b'X-A: b\r\n' if start else b'')
    assert 0.4 < seconds < 20 and found == b''


def test_a_second_header_that_is_slow_is_not_waited_for(address, monkeypatch) -> None:
    monkeypatch.setattr(connections, 'HEADER_SECONDS', 0.5)
    with socket.create_connection(address, timeout=PATIENCE) as client:
        client.sendall(b'GET /icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n')
        assert client.recv(100_000).startswith(b'HTTP/1.1 200')
        time.sleep(0.2)
        began = time.monotonic()
        client.sendall(b'GET / HT')
        try:
            while client.recv(100_000):
                pass
        except ConnectionError:
            pass
        assert 0.3 < time.monotonic() - began < 20


def test_slow_bodies_are_refused_and_do_not_keep_others_waiting(address, gate, monkeypatch):
    monkeypatch.setattr(upload, 'PATIENCE', 1)
    gate.open.set()
    head = (
        b'POST /estimates?name=slow.png HTTP/1.1\r\nHost: localhost\r\n'
        b'Content-Type: image/png\r\nContent-Length: 100000\r\n\r\n'
    )
    found: list[tuple[float, bytes]] = []
    threads = [
        threading.Thread(target=lambda: found.append(trickle(address, head, b'x')))
        for _ in range(server.MAX_BODIES)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert answer(begin(address, 'quick'))[0] == 200
    assert time.monotonic() - began < 20
    for thread in threads:
        thread.join()
    for seconds, text in found:
        assert 0.9 < seconds < 20 and text.startswith(b'HTTP/1.1 408')
    assert gate.names == ['quick']


def test_the_server_is_told_of_the_limits(monkeypatch) -> None:
    configs = []
    monkeypatch.setattr(
        connections.PromptServer, 'run', lambda self, sockets: configs.append(self.config)
    )
    with server.open_socket('127.0.0.1', 0) as listener:
        server.serve(lambda: None, listener)
    assert isinstance(configs[0], uvicorn.Config)
    assert configs[0].http is connections.ImpatientProtocol


START = """
import sys, time, numpy
from mmwsdepth.demo import server
def slow(*_):
    print('estimating', flush=True)
    time.sleep(60)
server.estimate_upload = slow
with server.open_socket('127.0.0.1', 0) as listener:
    print(listener.getsockname()[1], flush=True)
    settings = server.Settings('a.pth', 20, 64, None, True)
    server.serve(server.build_app(None, settings), listener)
"""


@pytest.fixture
def process() -> Iterator[subprocess.Popen]:
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    environment = os.environ | dict(PYTHONPATH=str(ROOT), OMP_NUM_THREADS='1')
    started = subprocess.Popen([sys.executable, '-c', START], env=environment, **pipes)
    yield started
    started.kill()
    started.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(('sent', 'status'), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_whatever_it_does(process, sent: int, status: int) -> None:
    address = '127.0.0.1', int(process.stdout.readline())
    until(lambda: _answers(address))
    waiting = [begin(address, f'{index}') for index in range(3)]
    assert process.stdout.readline() == 'estimating\n'
    waiting.pop().close()
    began = time.monotonic()
    process.send_signal(sent)
    _, complaints = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < 10
    assert process.returncode == status
    assert 'Traceback' not in complaints


@pytest.mark.slow
def test_twenty_large_uploads_at_a_time_take_little_memory(process) -> None:
    address = '127.0.0.1', int(process.stdout.readline())
    until(lambda: _answers(address))
    before = _memory(process.pid)
    data, opened = bytes(17_000_000), []
    threads = [
        threading.Thread(target=lambda: opened.append(begin(address, 'a', data))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    time.sleep(1)
    assert len(opened) == 20
    assert _memory(process.pid) - before < 100_000_000


def _answers(address: tuple[str, int]) -> bool:
    connection = HTTPConnection(*address, timeout=PATIENCE)
    connection.request('GET', '/icon.svg')
    return connection.getresponse().status == 200


def _memory(pid: int) -> int:
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith('VmHWM'))
    return 1024 * int(peak)
