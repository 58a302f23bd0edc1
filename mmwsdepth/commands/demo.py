"""Serve a local web page that shows the depth of images dropped onto it."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .options import student_options

_EXTRA = ('starlette', 'uvicorn')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = student_options(
        'demo', 'Serve a local web page that shows the depth of images dropped onto it.'
    )
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen at; default %(default)s, this computer alone',
    )
    parser.add_argument('--port', type=int, default=7860, help='0 for a free one; %(default)s')
    parser.add_argument(
        '--max-megabytes', type=float, default=20, help='largest upload; %(default)s'
    )
    parser.add_argument(
        '--longest-side',
        type=int,
        default=1024,
        help='larger images are shrunk to so many pixels; %(default)s',
    )
    parser.add_argument(
        '--focal-length', type=float, help='in pixels, of every image; default from EXIF'
    )
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Load the model, say the page's address, and serve it until Ctrl-C.

    Raises:
        ValueError: The extra `demo` is not installed, or an option is invalid.
        OSError: The address cannot be listened at.
    """
    from mmwsdepth.apis import DepthInferencer

    for option in ('max_megabytes', 'longest_side', 'focal_length'):
        value = getattr(args, option)
        if value is not None and not 0 < value < float('inf'):
            name = option.replace('_', '-')
            raise ValueError(f'--{name} is {value}: give a positive number')
    server = _import_server()
    is_local = args.host in server.LOCAL
    with server.open_socket(args.host, args.port) as listener:
        inferencer = DepthInferencer(args.config, args.checkpoint, args.device, show_progress=False)
        if inferencer.model.inference.scale_by_focal_length:
            raise ValueError(
                f'{args.checkpoint}: scales depth by the focal length, which uploads rarely say: '
                'serve one that was calibrated without --scale-by-focal-length'
            )
        settings = server.Settings(
            Path(args.checkpoint).name,
            args.max_megabytes,
            args.longest_side,
            args.focal_length,
            is_local,
        )
        if not is_local:
            print(f'warning: whoever reaches {args.host} can use this page')
        print(f'http://{args.host}:{listener.getsockname()[1]}  (Ctrl-C ends)', flush=True)
        server.serve(server.build_app(inferencer, settings), listener)


def _import_server() -> Any:
    try:
        return import_module('mmwsdepth.demo.server')
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        command = f'pip install {" ".join(_EXTRA)}'
        raise ValueError(
            f'the demo needs {error.name}, of the extra `demo`: run `{command}`'
        ) from None
