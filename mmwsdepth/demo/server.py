"""The page's server: static files, one route that estimates, and what is made of estimates."""

import asyncio
import socket
from functools import partial
from pathlib import Path, PurePath
from tempfile import TemporaryFile
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.datasets.depth_io import encode_image
from mmwsdepth.visualization.depth_picture import color_depth, depth_limits

from .connections import ImpatientProtocol, PromptServer
from .estimates import ASSUMED_ANGLE, Estimate, EstimateCache, estimate_upload, make_file
from .turns import Turns
from .upload import TYPES, RefusedError, receive_image

PAGE = Path(__file__).parent / 'page'
LOCAL = ('127.0.0.1', 'localhost')
LAST_PORT = 65535
LEGEND_COLORS = 33
MAX_BODIES = 16
ENDINGS = {'png': '_depth', 'npy': '_depth', 'exr': '_depth', 'color': '_color', 'ply': ''}
HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
}


class Settings(NamedTuple):
    """What the command line says.

    Attributes:
        checkpoint: Its name, to show.
        max_megabytes: Largest upload in millions of bytes.
        longest_side: In pixels; larger images are shrunk to it.
        focal_length: In pixels, of every image; None for EXIF's or an assumption.
        is_local: Whether only this computer is served. Requests that name another host are then
            refused, so that no other site can read answers by giving its name this address.
    """

    checkpoint: str
    max_megabytes: float
    longest_side: int
    focal_length: float | None
    is_local: bool


def build_app(inferencer: DepthInferencer, settings: Settings) -> Starlette:
    """Build the application.

    Args:
        inferencer: Estimates one image at a time, in the order of arrival.
        settings: See `Settings`.
    """
    shelf, turns, bodies = EstimateCache(), Turns(), asyncio.Semaphore(MAX_BODIES)

    async def estimate(request: Request) -> Response:
        name = PurePath(request.query_params.get('name', '')).name[:100] or 'image'
        media_type = request.headers.get('content-type', '')
        with TemporaryFile() as file:
            async with bodies:
                await receive_image(
                    request.stream(), file, name, media_type, settings.max_megabytes
                )
            async with turns.take(request):
                file.seek(0)
                options = settings.longest_side, settings.focal_length
                data = file.read()
                image = len(data) - _sensor_bytes(request, len(data))
                work = partial(
                    estimate_upload, inferencer, data[:image], name, *options, data[image:]
                )
                made = await run_in_threadpool(work)
        return JSONResponse(dict(key=shelf.put(made)) | _describe(made))

    def describe_settings(request: Request) -> Response:
        return JSONResponse(
            dict(
                checkpoint=settings.checkpoint,
                device=str(next(inferencer.model.parameters()).device),
                types=TYPES,
                max_megabytes=settings.max_megabytes,
                assumed_angle=ASSUMED_ANGLE,
                colors=_legend_colors(),
            )
        )

    def depth(request: Request) -> Response:
        values = shelf.get(request.path_params['key']).depth
        return Response(values.astype('<f4').tobytes(), media_type='application/octet-stream')

    def colors(request: Request) -> Response:
        picture = color_depth(shelf.get(request.path_params['key']).depth)
        return Response(encode_image('.png', picture[..., ::-1]), media_type='image/png')

    def download(request: Request) -> Response:
        found, kind = shelf.get(request.path_params['key']), request.path_params['kind']
        asked = request.query_params.get('focal_length')
        content, suffix = make_file(found, kind, _number(asked) if asked else found.focal_length)
        name = quote(f'{PurePath(found.name).stem}{ENDINGS[kind]}{suffix}', safe='')
        disposition = {'Content-Disposition': f"attachment; filename*=utf-8''{name}"}
        return Response(content, headers=disposition, media_type='application/octet-stream')

    return Starlette(
        routes=[
            Route('/settings', describe_settings),
            Route('/estimates', estimate, methods=['POST']),
            Route('/estimates/{key}/depth', depth),
            Route('/estimates/{key}/colors', colors),
            Route('/estimates/{key}/files/{kind}', download),
            Mount('/', StaticFiles(directory=PAGE, html=True)),
        ],
        middleware=[
            Middleware(_AddHeaders),
            Middleware(
                TrustedHostMiddleware, allowed_hosts=list(LOCAL) if settings.is_local else ['*']
            ),
        ],
        exception_handlers={RefusedError: _answer_refusal, ClientDisconnect: _answer_nobody},
    )


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at an address.

    Args:
        host: Name or IPv4 address.
        port: 0 for any free one.

    Raises:
        ValueError: There is no such port.
        OSError: The address cannot be had.
    """
    if not 0 <= port <= LAST_PORT:
        raise ValueError(f'--port is {port}: give 0 to {LAST_PORT}')
    try:
        return socket.create_server((host, port))
    except OSError as error:
        reason = str(error.strerror).partition(' (while')[0]
        raise OSError(
            f'{host}:{port} cannot be listened at ({reason}): give another --port or --host'
        ) from None


def serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until Ctrl-C."""
    config = uvicorn.Config(
        app, http=ImpatientProtocol, log_level='warning', access_log=False, server_header=False
    )
    PromptServer(config).run(sockets=[listener])


class _AddHeaders:
    """ASGI middleware that keeps the page from loading anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message['type'] == 'http.response.start':
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_more)


def _answer_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    headers = {408: {'Connection': 'close'}, 503: {'Retry-After': '10'}}.get(error.status)
    return JSONResponse(dict(error=str(error)), error.status, headers)


def _answer_nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


def _describe(estimate: Estimate) -> dict[str, object]:
    near, far = depth_limits(estimate.depth)
    height, width = estimate.depth.shape
    return dict(
        name=estimate.name,
        width=width,
        height=height,
        uploaded_width=estimate.uploaded_size[1],
        uploaded_height=estimate.uploaded_size[0],
        near=near,
        far=far,
        focal_length=estimate.focal_length,
        focal_source=estimate.focal_source,
        seconds=estimate.seconds,
        sensor_size=estimate.sensor_size,
    )


def _legend_colors() -> list[str]:
    """From near to far, as CSS writes colors."""
    row = color_depth(np.linspace(1, 2, LEGEND_COLORS, dtype=np.float32)[None], (1.0, 2.0))[0]
    return [f'#{red:02x}{green:02x}{blue:02x}' for red, green, blue in row]


def _sensor_bytes(request: Request, size: int) -> int:
    """How many bytes at the body's end are the sensor's depth."""
    text = request.query_params.get('sensor_bytes', '0')
    if not text.isdecimal() or int(text) > size:
        raise RefusedError(f"sensor_bytes is {text!r}: give 0 to {size}, the body's size", 422)
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RefusedError(f'focal length is {text!r}: give a number of pixels', 422) from None
