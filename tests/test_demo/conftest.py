from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import uvicorn
from PIL import Image

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.demo.connections import ImpatientProtocol
from mmwsdepth.demo.server import Settings, build_app, open_socket
from tests.test_apis.conftest import published, small_config

__all__ = ['published', 'small_config']


def encoded(size: tuple[int, int] = (40, 56), kind: str = 'PNG', **options: object) -> bytes:
    """An image of noise as a file; size is (H, W)."""
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def exif_of(equivalent: float) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = equivalent
    return exif


@pytest.fixture(scope='session')
def inferencer(published: Path) -> DepthInferencer:
    return DepthInferencer(None, published, 'cpu', show_progress=False)


@pytest.fixture(scope='session')
def served(inferencer: DepthInferencer) -> Callable[..., object]:
    """A context in which a demo with these settings is served; gives its address."""

    @contextmanager
    def serve(**changes: object) -> Iterator[str]:
        settings = Settings('student.pth', 1, 64, None, True)._replace(**changes)
        listener = open_socket('127.0.0.1', 0)
        config = uvicorn.Config(
            build_app(inferencer, settings), http=ImpatientProtocol, log_level='warning'
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs=dict(sockets=[listener]))
        thread.start()
        try:
            yield f'http://127.0.0.1:{listener.getsockname()[1]}'
        finally:
            server.should_exit = True
            thread.join()

    return serve
