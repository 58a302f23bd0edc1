import numpy as np
import pytest

from mmwsdepth.datasets.converters.registration import (
    Camera,
    Pose,
    coarse_size,
    pose_between,
    register_depth,
    rotation_of,
)

DEPTH = Camera((40.0, 40.0), (31.5, 23.5), (48, 64))
COLOR = Camera((100.0, 100.0), (79.5, 44.5), (90, 160))
IDENTITY = Pose(np.eye(3), np.zeros(3))


def plane(normal, distance, camera, size):
    """Depth of the plane normal . x = distance on a grid over a camera's view, in float64."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    x = (columns + 0.5) * camera.size[1] / size[1] - 0.5 - camera.center[0]
    y = (rows + 0.5) * camera.size[0] / size[0] - 0.5 - camera.center[1]
    rays = np.stack((x / camera.focal[0], y / camera.focal[1], np.ones(size)), -1)
    return distance / (rays @ normal)


def test_the_same_camera_sees_the_same():
    depth = np.random.default_rng(0).uniform(1, 5, DEPTH.size)
    depth[3, 4] = 0
    seen = register_depth(depth, DEPTH, DEPTH, IDENTITY, DEPTH.size)
    np.testing.assert_allclose(seen, depth, rtol=1e-6)


def test_the_grid_is_as_coarse_as_the_depth_camera():
    assert coarse_size(DEPTH, COLOR) == (36, 64)
    assert coarse_size(COLOR, DEPTH) == DEPTH.size


@pytest.mark.parametrize('normal', [(0.0, 0.0, 1.0), (0.2, -0.1, 1.0)])
def test_a_plane_seen_from_beside_is_the_plane_there(normal):
    normal = np.array(normal)
    axis = np.array([0.3, 1.0, 0.2]) / np.linalg.norm([0.3, 1.0, 0.2])
    quaternion = (*(axis * np.sin(0.03)), np.cos(0.03))
    pose = Pose(rotation_of(*quaternion), np.array([0.05, -0.02, 0.01]))
    there = pose.rotation @ normal
    distance = 3 + there @ pose.translation
    size = coarse_size(DEPTH, COLOR)
    seen = register_depth(plane(normal, 3, DEPTH, DEPTH.size), DEPTH, COLOR, pose, size)
    wanted = plane(there, distance, COLOR, size)
    hit = seen > 0
    assert hit.mean() > 0.75
    np.testing.assert_allclose(seen[hit], wanted[hit], atol=0.03)
    assert np.abs(seen[hit] - wanted[hit]).mean() < 0.01


def test_of_several_the_nearest_counts():
    depth = np.zeros(DEPTH.size)
    depth[23:25, 31:33] = [[3, 2], [4, 5]]
    seen = register_depth(depth, DEPTH, DEPTH, IDENTITY, (3, 1))
    assert seen.tolist() == [[0], [2], [0]]


def test_what_lies_behind_or_beside_is_not_seen():
    depth = np.full(DEPTH.size, 2.0)
    away = Pose(np.eye(3), np.array([0, 0, -3.0]))
    assert not register_depth(depth, DEPTH, DEPTH, away, DEPTH.size).any()
    aside = Pose(np.eye(3), np.array([20.0, 0, 0]))
    assert not register_depth(depth, DEPTH, DEPTH, aside, DEPTH.size).any()


def test_a_pose_between_two_leads_from_one_to_the_other():
    rng = np.random.default_rng(1)
    point = rng.normal(size=3)
    poses = []
    for _ in range(2):
        q = rng.normal(size=4)
        poses.append(Pose(rotation_of(*q / np.linalg.norm(q)), rng.normal(size=3)))
    first, second = (pose.rotation @ point + pose.translation for pose in poses)
    between = pose_between(*poses)
    np.testing.assert_allclose(between.rotation @ first + between.translation, second)


def test_a_quaternion_turns_as_its_axis_says():
    half = np.sqrt(0.5)
    np.testing.assert_allclose(rotation_of(0, 0, half, half) @ [1, 0, 0], [0, 1, 0], atol=1e-12)
