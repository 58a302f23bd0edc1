import numpy as np
import pytest

from mmwsdepth.visualization.point_cloud import back_project, encode_point_cloud

pytestmark = pytest.mark.filterwarnings('error')


def test_points_project_back_onto_their_pixels():
    depth = np.random.default_rng(0).uniform(1, 5, (6, 9))
    fx, fy = 7.0, 11.0
    x, y, z = np.moveaxis(back_project(depth, (fx, fy)), -1, 0)
    rows, columns = np.indices(depth.shape)
    np.testing.assert_allclose(x / z * fx + 4.5 - 0.5, columns, atol=1e-5)
    np.testing.assert_allclose(y / z * fy + 3 - 0.5, rows, atol=1e-5)
    np.testing.assert_allclose(z, depth, rtol=1e-6)


def test_the_center_lies_on_the_axis_and_y_points_down():
    points = back_project(np.full((3, 5), 2.0), (1.0, 1.0))
    np.testing.assert_array_equal(points[1, 2], [0, 0, 2])
    assert points[0, 0, 0] < 0 < points[0, -1, 0]
    assert points[0, 0, 1] < 0 < points[-1, 0, 1]


def read_ply(content):
    """A reader of what the format's description says, with nothing from the writer."""
    header, _, body = content.partition(b'end_header\n')
    lines = header.decode('ascii').splitlines()
    assert lines[:2] == ['ply', 'format binary_little_endian 1.0']
    (num,) = (int(line.split()[2]) for line in lines if line.startswith('element'))
    kinds = {'float': '<f4', 'uchar': 'u1'}
    fields = [line.split()[1:] for line in lines if line.startswith('property')]
    vertices = np.frombuffer(body, [(name, kinds[kind]) for kind, name in fields])
    assert len(vertices) == num
    return vertices


def test_a_file_holds_place_and_color_of_every_pixel_with_depth():
    depth = np.array([[1, 0, 2], [np.nan, np.inf, 3]], np.float32)
    image = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    vertices = read_ply(encode_point_cloud(depth, image, (2, 2)))
    assert vertices.dtype.names == ('x', 'y', 'z', 'red', 'green', 'blue')
    np.testing.assert_array_equal(vertices['z'], [1, 2, 3])
    np.testing.assert_allclose(vertices['x'], [-0.5, 1, 1.5])
    np.testing.assert_allclose(vertices['y'], [-0.25, -0.5, 0.75])
    np.testing.assert_array_equal(vertices['red'], image[[0, 0, 1], [0, 2, 2], 2])
    np.testing.assert_array_equal(vertices['green'], image[[0, 0, 1], [0, 2, 2], 1])
    np.testing.assert_array_equal(vertices['blue'], image[[0, 0, 1], [0, 2, 2], 0])


@pytest.mark.parametrize('depth', [0, np.nan, -1])
def test_no_depth_gives_an_empty_cloud(depth):
    ply = encode_point_cloud(np.full((2, 2), depth), np.zeros((2, 2, 3), np.uint8), (1, 1))
    assert len(read_ply(ply)) == 0
