import numpy as np
import pytest
from rosbags.rosbag1 import Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Writer2
from rosbags.typesys import Stores, get_typestore

from tests.test_datasets.test_converters.conftest import meters, smooth

SIZE, GRID = (60, 80), (48, 64)
STORE = get_typestore(Stores.ROS1_NOETIC)
TYPES = STORE.types
FRAME = 33_333_333
COLOR, DEPTH = '/device_0/sensor_1/Color_0', '/device_0/sensor_0/Depth_0'


def header(types=TYPES):
    time = types['builtin_interfaces/msg/Time'](0, 0)
    make = types['std_msgs/msg/Header']
    return make(0, time, '0') if types is TYPES else make(time, '0')


def image(array, encoding, pad=0, types=TYPES):
    height, width = array.shape[:2]
    rows = np.ascontiguousarray(array).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, pad)))
    make = types['sensor_msgs/msg/Image']
    return make(header(types), height, width, encoding, 0, rows.shape[1], rows.reshape(-1))


def camera_info(focal, size, types=TYPES):
    matrix = np.array([focal, 0, (size[1] - 1) / 2, 0, focal, (size[0] - 1) / 2, 0, 0, 1.0])
    roi = types['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)
    fields = (np.zeros(5), matrix, np.eye(3).reshape(-1), np.zeros(12), 0, 0, roi)
    make = types['sensor_msgs/msg/CameraInfo']
    return make(header(types), *size, 'Inverse Brown Conrady', *fields)


def transform(x=0.0):
    make = TYPES['geometry_msgs/msg/Transform']
    return make(
        TYPES['geometry_msgs/msg/Vector3'](x, 0.0, 0.0),
        TYPES['geometry_msgs/msg/Quaternion'](0.0, 0.0, 0.0, 1.0),
    )


def write(path, messages):
    """A ROS 1 bag of (topic, nanoseconds, message)."""
    with Writer(path) as writer:
        connections = {}
        for topic, time, message in sorted(messages, key=lambda entry: entry[1]):
            if topic not in connections:
                kind = message.__msgtype__
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            data = STORE.serialize_ros1(message, message.__msgtype__)
            writer.write(connections[topic], time, data)
    return path


def sdk_bag(path, depth, frames=4, units=0.00025, late=4_000_000, focal=100.0, baseline=0.0):
    """A recording of the SDK: depth of focal length 50 beside color, each frame a little late."""
    stored = np.round(depth / units).astype(np.uint16)
    messages = [
        (f'{COLOR}/info/camera_info', 1, camera_info(focal, SIZE)),
        (f'{DEPTH}/info/camera_info', 1, camera_info(50.0, GRID)),
        (f'{COLOR}/tf/0', 1, transform(baseline)),
        (f'{DEPTH}/tf/0', 1, transform()),
        ('/device_0/sensor_0/option/Depth_Units/value', 1, TYPES['std_msgs/msg/Float32'](units)),
    ]
    for frame in range(frames):
        time = 10 + FRAME * (frame + 1)
        color = image(smooth(SIZE, frame)[..., ::-1], 'rgb8')
        messages.append((f'{COLOR}/image/data', time + late, color))
        messages.append((f'{DEPTH}/image/data', time, image(stored, 'mono16', pad=6)))
    return write(path, messages)


def test_depth_is_seen_from_the_color_camera_on_a_coarse_grid(run, tmp_path):
    """Twice the focal length: a grid of half the color's size, the middle of the depth's."""
    depth = np.full(GRID, 2.0)
    depth[20:30, 24:40] = 1.0
    src = sdk_bag(tmp_path / 'desk.bag', depth)
    out = run('realsense', src, test_share=0.25)
    names = [f'train/desk/{n:06d}' for n in range(3)] + ['test/desk/000003']
    assert set(out.files) == set(names)
    for frame, name in enumerate(names):
        out.check(name, smooth(SIZE, frame), depth[9:39, 12:52])
        assert out.files[name]['focal'] == [100.0, 100.0]


@pytest.mark.parametrize('late', [-15_000_000, 15_000_000])
def test_a_shifted_camera_sees_a_shifted_wall(run, tmp_path, late):
    """A point at x goes to x + 0.2 m, so at 2 m by 100 * 0.2 / 2 pixels, 5 on the coarse grid."""
    depth = np.full(GRID, 2.0)
    depth[:, :32] = 0
    out = run('realsense', sdk_bag(tmp_path / 'a.bag', depth, 1, late=late, baseline=0.2))
    (name,) = out.files
    seen = out.read(name) > 0
    assert not seen[:, :25].any() and seen[:, 25:].all()


def test_frames_without_a_partner_are_left_out(run, tmp_path):
    src = sdk_bag(tmp_path / 'a.bag', meters(GRID), 3)
    with_gap = sdk_bag(tmp_path / 'b.bag', meters(GRID), 2, late=FRAME * 5)
    assert len(run('realsense', src, 'a').files) == 3
    with pytest.raises(ValueError, match=r'none of 2 pairs.*17 ms'):
        run('realsense', with_gap, 'b')


def test_a_folder_of_bags(run, tmp_path):
    for name in ('a', 'b'):
        sdk_bag(tmp_path / f'{name}.bag', meters(GRID), 1)
    assert sorted(run('realsense', tmp_path, test_share=0).files) == ['a/000000', 'b/000000']


def wrapper_messages(types, prefix):
    depth = (meters(SIZE) * 1000).round().astype(np.uint16)
    return [
        (f'{prefix}/color/camera_info', 1, camera_info(70.0, SIZE, types)),
        (f'{prefix}/color/image_raw', 2, image(smooth(SIZE), 'bgr8', 4, types)),
        (
            f'{prefix}/aligned_depth_to_color/image_raw',
            3,
            image(depth, '16UC1', types=types),
        ),
    ]


def test_aligned_depth_of_the_ros_1_wrapper(run, tmp_path):
    src = write(tmp_path / 'robot.bag', wrapper_messages(TYPES, '/camera'))
    out = run('realsense', src, test_share=0)
    out.check('robot/000000', smooth(SIZE), meters(SIZE))
    assert out.files['robot/000000']['focal'] == [70.0, 70.0]


def test_aligned_depth_of_the_ros_2_wrapper(run, tmp_path):
    store = get_typestore(Stores.ROS2_HUMBLE)
    with Writer2(tmp_path / 'robot', version=8, storage_plugin=StoragePlugin.SQLITE3) as writer:
        for topic, time, message in wrapper_messages(store.types, '/camera/camera'):
            kind = message.__msgtype__
            connection = writer.add_connection(topic, kind, typestore=store)
            writer.write(connection, time, store.serialize_cdr(message, kind))
    out = run('realsense', tmp_path / 'robot', test_share=0)
    out.check('robot/000000', smooth(SIZE), meters(SIZE))


def test_a_bag_without_depth_names_its_topics(run, tmp_path):
    messages = [('/camera/color/image_raw', 1, image(smooth(SIZE), 'bgr8'))]
    with pytest.raises(ValueError, match=r'a\.bag: has /camera/color/image_raw, need Color_0'):
        run('realsense', write(tmp_path / 'a.bag', messages))
    messages = [(f'{COLOR}/image/data', 1, image(smooth(SIZE), 'rgb8'))]
    messages += [(f'{DEPTH}/image/data', 1, image(meters(GRID).astype(np.uint16), 'mono16'))]
    with pytest.raises(ValueError, match=r'b\.bag: has no .*Color_0/info/camera_info'):
        run('realsense', write(tmp_path / 'b.bag', messages))


def test_a_damaged_bag_is_refused(run, tmp_path):
    path = sdk_bag(tmp_path / 'cut.bag', meters(GRID))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r'cut\.bag: damaged, or not'):
        run('realsense', path)


def test_other_encodings_are_left_out(run, tmp_path):
    src = sdk_bag(tmp_path / 'a.bag', meters(GRID), 1)
    messages = wrapper_messages(TYPES, '/camera')
    messages[1][2].encoding = 'yuv422_yuy2'
    with pytest.raises(ValueError, match=r'color yuv422_yuy2, depth 16UC1'):
        run('realsense', write(tmp_path / 'yuv.bag', messages), 'yuv')
    assert len(run('realsense', src, 'ok').files) == 1
