"""RealSense recordings, read by rosbags: pure Python, without ROS and without Intel's SDK.

https://github.com/IntelRealSense/librealsense/blob/master/src/media/readme.md: the SDK and its
viewer record a ROS 1 bag with `/device_0/sensor_N/{Depth,Color}_0/image/data` (sensor_msgs/Image),
`.../info/camera_info`, `.../tf/0` (geometry_msgs/Transform, from a reference stream's coordinates
to the stream's) and `/device_0/sensor_0/option/Depth_Units/value` (std_msgs/Float32, meters a
unit). Bags of the ROS wrapper (ROS 1, ROS 2) are read if they have depth aligned to color:
`.../color/image_raw`, `.../aligned_depth_to_color/image_raw`, millimeters.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..depth_io import BadFileError
from ..foreign import complaining
from ..listing import find_files
from .item import Item, Listing, RejectedError, Sample, until_damaged
from .optional import optional_module
from .registration import Camera, Pose, coarse_size, pose_between, register_depth, rotation_of
from .splits import recording_name, tail_split

TOLERANCE = 17_000_000
"""Nanoseconds between the two frames of a pair: half of a frame at 30 a second."""
_TO_BGR = {
    'rgb8': (3, cv2.COLOR_RGB2BGR),
    'bgr8': (3, None),
    'rgba8': (4, cv2.COLOR_RGBA2BGR),
    'bgra8': (4, cv2.COLOR_BGRA2BGR),
}
_ENDS = (
    ('Color_0/image/data', 'Depth_0/image/data'),
    ('color/image_raw', 'aligned_depth_to_color/image_raw'),
)


class _Setup(NamedTuple):
    """What the two streams are, and how they lie to each other; no pose if they are aligned."""

    color_topic: str
    depth_topic: str
    scale: float
    color: Camera
    depth: Camera
    pose: Pose | None


def list_realsense(src: Path, test_share: float = 0.1) -> Listing:
    """List a bag's pairs of frames, named BAG/NUMBER.

    Depth of the SDK's recordings is brought into the color camera's view, on a grid as coarse as
    the depth camera's.

    Args:
        src: A .bag file, a folder of a ROS 2 bag, or a folder of .bag files.
        test_share: Share of each bag's pairs, from its end, that is for testing.

    Raises:
        ValueError: No bag there.
    """
    bags = find_files(src, ('.bag',)) if src.is_dir() else [src]
    if (src / 'metadata.yaml').is_file():
        bags = [src]
    if not bags:
        raise ValueError(f'{src}: no .bag file and no ROS 2 bag with metadata.yaml')
    names = {path: recording_name(src, path.with_suffix('')) for path in bags}
    items = chain.from_iterable(
        until_damaged(name, path, partial(_frames, name, path, test_share))
        for path, name in names.items()
    )
    return Listing(sum(map(_count, bags)), items, 'Intel RealSense')


def _count(path: Path) -> int:
    """Number of pairs; a bag that cannot be read counts as the one complaint that it becomes."""
    try:
        with complaining(path), closing(_open(path)) as reader:
            return reader.topics[_streams(path, reader)[0]].msgcount
    except BadFileError:
        return 1


def _open(path: Path) -> Any:
    highlevel = optional_module('rosbags.highlevel', 'rosbags')
    typesys = optional_module('rosbags.typesys', 'rosbags')
    store = typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
    reader = highlevel.AnyReader([path], default_typestore=store)
    reader.open()
    return reader


def _streams(path: Path, reader: Any) -> tuple[str, str]:
    for ends in _ENDS:
        color, depth = (_topic(reader, end) for end in ends)
        if color and depth:
            return color, depth
    topics = ', '.join(topic for topic in reader.topics if 'image' in topic) or 'no images'
    raise BadFileError(
        f'{path}: has {topics}, need Color_0 and Depth_0 of the RealSense SDK, or '
        'color/image_raw and aligned_depth_to_color/image_raw of the ROS wrapper'
    )


def _setup(path: Path, reader: Any) -> _Setup:
    color, depth = _streams(path, reader)
    if color.endswith(_ENDS[1][0]):
        camera = _camera(path, reader, f'{color.removesuffix("image_raw")}camera_info')
        return _Setup(color, depth, 0.001, camera, camera, None)
    roots = [topic.removesuffix('/image/data') for topic in (color, depth)]
    camera, depth_camera = (_camera(path, reader, f'{r}/info/camera_info') for r in roots)
    pose, depth_pose = (_pose(path, reader, f'{root}/tf/0') for root in roots)
    units = _topic(reader, 'option/Depth_Units/value')
    scale = float(_first(path, reader, units).data) if units else 0.001
    return _Setup(color, depth, scale, camera, depth_camera, pose_between(depth_pose, pose))


def _topic(reader: Any, end: str) -> str:
    return next((t for t in sorted(reader.topics) if t.endswith(f'/{end}')), '')


def _messages(reader: Any, *topics: str) -> Iterator[tuple[str, int, Any]]:
    """Topic, time and a function that decodes the message, even once the bag is closed."""
    store = reader.typestore
    decode = store.deserialize_cdr if reader.is2 else store.deserialize_ros1
    connections = [c for c in reader.connections if c.topic in topics]
    if not connections:
        return
    for connection, time, raw in reader.messages(connections):
        yield connection.topic, time, partial(decode, raw, connection.msgtype)


def _first(path: Path, reader: Any, topic: str) -> Any:
    found = next(_messages(reader, topic), None)
    if found is None:
        raise BadFileError(f'{path}: has no {topic}, so its depth cannot be brought to the color')
    return found[2]()


def _camera(path: Path, reader: Any, topic: str) -> Camera:
    info = _first(path, reader, topic)
    matrix = info.K if hasattr(info, 'K') else info.k
    return Camera((matrix[0], matrix[4]), (matrix[2], matrix[5]), (info.height, info.width))


def _pose(path: Path, reader: Any, topic: str) -> Pose:
    transform = _first(path, reader, topic)
    t, q = transform.translation, transform.rotation
    return Pose(rotation_of(q.x, q.y, q.z, q.w), np.array([t.x, t.y, t.z]))


def _frames(bag: str, path: Path, test_share: float) -> Iterator[Item]:
    with closing(_open(path)) as reader:
        setup = _setup(path, reader)
        count = reader.topics[setup.color_topic].msgcount
        for index, (color, depth) in enumerate(_pairs(reader, setup)):
            name, label = f'{bag}/{index:06d}', f'{bag}, frame {index}'
            split = tail_split(index, count, test_share)
            yield Item(name, split, partial(_load, label, color, depth, setup))


def _pairs(reader: Any, setup: _Setup) -> Iterator[tuple[Any, Any]]:
    """Each color frame with the depth frame beside it in time, None if there is none."""
    color: tuple[int, Any] | None = None
    depth: tuple[int, Any] | None = None
    for topic, time, message in _messages(reader, setup.color_topic, setup.depth_topic):
        if topic == setup.depth_topic:
            depth = time, message
        else:
            if color is not None:
                yield color[1], None
            color = time, message
        if color is not None and depth is not None and abs(color[0] - depth[0]) <= TOLERANCE:
            yield color[1], depth[1]
            color = depth = None
    if color is not None:
        yield color[1], None


def _load(label: str, read_color: Any, read_depth: Any, setup: _Setup) -> Sample:
    if read_depth is None:
        raise RejectedError('no depth frame within 17 ms', label)
    color, depth = read_color(), read_depth()
    if color.encoding not in _TO_BGR or depth.encoding not in ('mono16', '16UC1'):
        raise RejectedError(
            'unknown encoding', f'{label}: color {color.encoding}, depth {depth.encoding}'
        )
    channels, code = _TO_BGR[color.encoding]
    image = _array(color, np.dtype(np.uint8), channels, label)
    bgr = image if code is None else cv2.cvtColor(image, code)
    order = '>' if depth.is_bigendian else '<'
    meters = _array(depth, np.dtype(f'{order}u2'), 1, label)[..., 0] * setup.scale
    if setup.pose is not None:
        for message, camera in ((color, setup.color), (depth, setup.depth)):
            if (message.height, message.width) != camera.size:
                raise RejectedError(
                    'image of another size than its camera_info',
                    f'{label}: {message.height}x{message.width}, {camera.size}',
                )
        size = coarse_size(setup.depth, setup.color)
        meters = register_depth(meters, setup.depth, setup.color, setup.pose, size)
    return Sample(bgr, meters, focal=setup.color.focal)


def _array(message: Any, dtype: np.dtype, channels: int, label: str) -> np.ndarray:
    shape = message.height, message.width, channels
    if len(message.data) != message.height * message.step:
        raise RejectedError('truncated', f'{label}: {len(message.data)} bytes for {shape}')
    rows = message.data.reshape(message.height, message.step)
    used = message.width * channels * dtype.itemsize
    return np.ascontiguousarray(rows[:, :used]).view(dtype).reshape(shape)
