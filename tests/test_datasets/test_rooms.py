import contextlib
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.rooms import render_room, room_seed, write_rooms
from mmwsdepth.datasets.rooms.camera import look
from mmwsdepth.datasets.rooms.layout import FAR, random_scene
from mmwsdepth.datasets.rooms.render import render
from mmwsdepth.datasets.rooms.scene import Light, Room, Scene
from mmwsdepth.datasets.rooms.shapes import box, cylinder, sphere
from mmwsdepth.datasets.rooms.textures import PATTERNS, Material, albedo
from mmwsdepth.datasets.rooms.trace import trace

GRAY = Material('plain', np.array([[0.3, 0.5]] * 3, np.float32))
EYE = (1.0, 3.0, 1.5)
SIZE = (31, 41)


def empty_scene(*solids, pitch=0.0, yaw=0.0):
    room = Room(np.array([8, 6, 3], np.float32), (GRAY,) * 6)
    lamp = Light(np.array([4, 3, 2.8], np.float32), np.ones(3, np.float32), 0.1)
    return Scene(room, solids, (lamp,), look(EYE, yaw, pitch, 0.0, math.radians(60)), 0.25)


def depth_of(scene, size=SIZE):
    return render(scene, size, np.random.default_rng(0)).depth


def pixel_slopes(size=SIZE):
    """How far each pixel looks to the right and down per meter ahead, in float64."""
    focal = max(size) / 2 / math.tan(math.radians(30))
    rows, columns = np.mgrid[: size[0], : size[1]]
    return (columns + 0.5 - size[1] / 2) / focal, (rows + 0.5 - size[0] / 2) / focal


def test_frontal_wall_is_flat():
    right, down = pixel_slopes()
    wall = (np.abs(right) < 3 / 7) & (np.abs(down) < 1.5 / 7)
    np.testing.assert_allclose(depth_of(empty_scene())[wall], 7, rtol=1e-6)


@pytest.mark.parametrize('pitch', [0, -12, -25])
def test_floor_follows_the_ray_down(pitch):
    angle = math.radians(pitch)
    right, down = pixel_slopes()
    drop = down * math.cos(angle) - math.sin(angle)
    depth = EYE[2] / np.maximum(drop, 1e-9)
    ahead = EYE[0] + depth * (math.cos(angle) + down * math.sin(angle))
    floor = (drop > 0) & (ahead < 8) & (np.abs(right * depth) < 3)
    assert floor.sum() > 50
    got = depth_of(empty_scene(pitch=angle))
    np.testing.assert_allclose(got[floor], depth[floor], rtol=1e-5)


def test_sphere_matches_the_quadratic_formula():
    distance, radius = 3.0, 0.8
    right, down = pixel_slopes()
    square = right**2 + down**2 + 1
    root = distance**2 - square * (distance**2 - radius**2)
    inside = root > 1e-3
    depth = (distance - np.sqrt(np.maximum(root, 0))) / square
    got = depth_of(empty_scene(sphere((EYE[0] + distance, EYE[1], EYE[2]), radius, GRAY)))
    np.testing.assert_allclose(got[inside], depth[inside], rtol=1e-5)
    assert (got[root < -1e-3] > distance).all()


def test_turned_box_shows_two_slanted_faces():
    distance, half = 4.0, 0.5
    right, down = pixel_slopes()
    got = depth_of(
        empty_scene(box((EYE[0] + distance, EYE[1], EYE[2]), (1, 1, 1), GRAY, yaw=math.pi / 4))
    )
    near = distance - half * math.sqrt(2)
    depth = near / (1 - np.abs(right))
    inside = (np.abs(right * depth) < half * math.sqrt(2)) & (np.abs(down * depth) < half)
    np.testing.assert_allclose(got[inside], depth[inside], rtol=1e-5)
    assert got[SIZE[0] // 2, SIZE[1] // 2] == pytest.approx(near, rel=1e-5)


def test_thin_upright_pole_matches_the_circle():
    distance, radius, size = 2.0, 0.02, (24, 161)
    right, _ = pixel_slopes(size)
    base = (EYE[0] + distance, EYE[1])
    got = depth_of(empty_scene(cylinder((*base, 0), (*base, 3), radius, GRAY)), size)
    root = distance**2 - (right**2 + 1) * (distance**2 - radius**2)
    inside = root > 1e-5
    depth = (distance - np.sqrt(np.maximum(root, 0))) / (right**2 + 1)
    assert inside[0].sum() >= 2
    np.testing.assert_allclose(got[inside], depth[inside], rtol=1e-4)
    assert (got[root < -1e-5] > distance + 1).all()


def test_tilted_pole_keeps_its_radius():
    start, end, radius = np.array([3.0, 2.5, 0.5]), np.array([3.5, 3.6, 2.4]), 0.05
    got = depth_of(empty_scene(cylinder(tuple(start), tuple(end), radius, GRAY)), (96, 128))
    right, down = pixel_slopes((96, 128))
    points = np.array(EYE) + np.stack([np.ones_like(right), -right, -down], -1) * got[..., None]
    axis = (end - start) / np.linalg.norm(end - start)
    along = (points - start) @ axis
    gap = np.linalg.norm(points - start - along[..., None] * axis, axis=-1)
    on = (got < 3.5) & (along > 1e-3) & (along < np.linalg.norm(end - start) - 1e-3)
    assert on.sum() > 50
    np.testing.assert_allclose(gap[on], radius, atol=1e-4)


def test_a_solid_behind_the_camera_is_unseen():
    behind = sphere((0.4, 3, 1.5), 0.2, GRAY)
    np.testing.assert_array_equal(depth_of(empty_scene(behind)), depth_of(empty_scene()))


def test_a_shadow_darkens_the_floor():
    plate = box((4, 3, 1.4), (1, 1, 0.05), GRAY)
    free, cast = (
        render(empty_scene(*solids, pitch=-0.3), (60, 80), np.random.default_rng(0)).image
        for solids in ((), (plate,))
    )
    floor = depth_of(empty_scene(plate, pitch=-0.3), (60, 80)) == depth_of(
        empty_scene(pitch=-0.3), (60, 80)
    )
    assert (cast[floor].mean(-1) < 0.8 * free[floor].mean(-1)).sum() > 20


@pytest.mark.parametrize('size', [(24, 32), (23, 37), (32, 24), (1, 1)])
def test_views_have_the_asked_size_type_and_range(size):
    view = render_room(3, size)
    assert view.image.shape == (*size, 3) and view.image.dtype == np.uint8
    assert view.depth.shape == size and view.depth.dtype == np.float32


def test_an_empty_picture_is_refused():
    with pytest.raises(ValueError, match='0x32'):
        render_room(0, (0, 32))


def test_depths_fit_the_range_at_any_aspect():
    for seed in range(24):
        scene = random_scene(np.random.default_rng(seed))
        for size in ((12, 16), (16, 12), (9, 9)):
            depth = next(trace(scene, size)).depth
            assert np.isfinite(depth).all()
            assert depth.min() > 0.3 and depth.max() <= FAR


def test_scenes_differ_in_scale():
    scenes = [random_scene(np.random.default_rng(seed)) for seed in range(24)]
    means = [next(trace(scene, (6, 8))).depth.mean() for scene in scenes]
    assert min(means) < 1.5 and max(means) > 3.5


@pytest.mark.parametrize('size', [(24, 32), (15, 21)])
@pytest.mark.parametrize('seed', [1, 2])
def test_depth_does_not_depend_on_resolution(seed, size):
    coarse = render_room(seed, size).depth
    fine = render_room(seed, (3 * size[0], 3 * size[1])).depth[1::3, 1::3]
    assert np.isclose(fine, coarse, rtol=1e-4).mean() > 0.998


def test_color_depends_on_resolution_only_by_detail():
    coarse = render_room(5, (24, 32)).image.astype(np.float32)
    fine = cv2.resize(render_room(5, (96, 128)).image, (32, 24), interpolation=cv2.INTER_AREA)
    assert np.abs(coarse - fine).mean() < 12


def test_a_seed_fixes_the_view():
    first, again, other = (render_room(seed, (24, 32)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.depth, again.depth)
    assert not np.array_equal(first.depth, other.depth)


def test_rooms_stay_those_that_results_were_measured_with():
    view = render_room(5, (6, 8))
    depth = [
        [4.186, 6.064, 6.019, 3.425],
        [2.05, 3.003, 5.187, 5.288],
        [1.799, 1.811, 1.824, 1.836],
    ]
    np.testing.assert_allclose(view.depth[::2, ::2], depth, atol=1e-3)
    np.testing.assert_allclose(view.image.mean((0, 1)), [109.92, 129.56, 157.81], atol=0.5)


@pytest.mark.parametrize('pattern', PATTERNS)
def test_patterns_stay_in_range(pattern):
    u, v = np.random.default_rng(0).uniform(-9, 9, (2, 500)).astype(np.float32)
    tones = np.random.default_rng(1).uniform(0.2, 0.6, (3, 3)).astype(np.float32)
    color = albedo(Material(pattern, tones, 0.3), u, v)
    assert color.shape == (3, 500) and color.dtype == np.float32
    assert color.min() >= 0 and color.max() < 1.3 and color.std() > 0


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob('*')
        if path.is_file()
    }


def test_written_rooms_read_back(tmp_path):
    write_rooms(tmp_path, {'train': 2, 'test': 1}, (24, 32), seed=4, progress=False)
    assert sorted(contents(tmp_path)) == [
        'annotations/test/room_00000.png',
        'annotations/train/room_00000.png',
        'annotations/train/room_00001.png',
        'images/test/room_00000.jpg',
        'images/train/room_00000.jpg',
        'images/train/room_00001.jpg',
        'manifest.json',
    ]
    view = render_room(room_seed(4, 'train', 1), (24, 32))
    depth = cv2.imread(str(tmp_path / 'annotations/train/room_00001.png'), cv2.IMREAD_UNCHANGED)
    image = cv2.imread(str(tmp_path / 'images/train/room_00001.jpg'))
    assert depth.dtype == np.uint16
    np.testing.assert_allclose(depth / 1000, view.depth, atol=6e-4)
    assert np.abs(image.astype(int) - view.image).mean() < 8
    manifest = json.loads((tmp_path / 'manifest.json').read_text())
    assert manifest['unit'] == 'millimeter' and manifest['num'] == {'train': 2, 'test': 1}


def test_a_stopped_run_is_continued(tmp_path):
    whole, stopped = tmp_path / 'whole', tmp_path / 'stopped'
    for folder in (whole, stopped):
        write_rooms(folder, {'train': 3}, (12, 16), progress=False)
    (stopped / 'manifest.json').rename(stopped / 'manifest.json.partial')
    (stopped / 'images/train/room_00001.jpg').unlink()
    (stopped / 'images/train/.room_00001.jpg.123.tmp').write_bytes(b'half')
    kept = stopped / 'images/train/room_00002.jpg'
    written = kept.stat().st_mtime_ns
    with pytest.raises(ValueError, match=r"partial: .*'seed': 0.*'seed': 1"):
        write_rooms(stopped, {'train': 3}, (12, 16), seed=1, progress=False)
    write_rooms(stopped, {'train': 3}, (12, 16), progress=False)
    assert kept.stat().st_mtime_ns == written
    assert contents(whole) == contents(stopped)


def test_a_complete_set_is_left_alone_and_a_different_one_refused(tmp_path):
    write_rooms(tmp_path, {'train': 1}, (12, 16), progress=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob('*')}
    write_rooms(tmp_path, {'train': 1}, (12, 16), progress=False)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob('*')}
    with pytest.raises(ValueError, match=r'manifest\.json: .*\[12, 16\].*\[24, 32\].*delete'):
        write_rooms(tmp_path, {'train': 1}, (24, 32), progress=False)
    (tmp_path / 'manifest.json').write_text('{')
    with pytest.raises(ValueError, match=r'manifest\.json'):
        write_rooms(tmp_path, {'train': 1}, (12, 16), progress=False)


@pytest.mark.parametrize(
    'change',
    [{'num': {'a/b': 1}}, {'num': {'train': -1}}, {'size': (0, 4)}, {'jobs': 0}, {'seed': -1}],
)
def test_arguments_out_of_range_are_refused(tmp_path, change):
    with pytest.raises(ValueError, match=r'num|positive'):
        write_rooms(tmp_path, **{'num': {'train': 1}, 'size': (4, 4), 'progress': False, **change})
    assert not list(tmp_path.iterdir())


RENDER = """
import signal, sys
from mmwsdepth.datasets.rooms import write_rooms
if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
    write_rooms(sys.argv[1], {'train': 10_000}, (48, 64), jobs=2, progress=False)
"""


def processes_of(group):
    """Living processes that were started together."""
    found = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            state, _, pgrp = path.read_text().rpartition(')')[2].split()[:3]
            if int(pgrp) == group and state != 'Z':
                found.append(path.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize('name', ['SIGTERM', 'SIGKILL', 'SIGINT'])
def test_workers_end_with_their_parent_and_the_run_goes_on(tmp_path, name):
    script, dst = tmp_path / 'render.py', tmp_path / 'rooms'
    script.write_text(RENDER)
    command = [sys.executable, str(script), str(dst)]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: list(dst.glob('images/train/*.jpg')))
            assert len(processes_of(process.pid)) >= 3
            process.send_signal(getattr(signal, name))
            process.wait(90)
        finally:
            process.kill()
    wait_until(lambda: not processes_of(process.pid))
    with pytest.raises(ValueError, match=r"partial: .*'seed': 0"):
        write_rooms(dst, {'train': 10_000}, (48, 64), seed=1, progress=False)


def wait_until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_jobs_do_not_change_the_rooms(tmp_path):
    for jobs in (1, 2):
        write_rooms(
            tmp_path / str(jobs), {'train': 5, 'test': 2}, (12, 16), jobs=jobs, progress=False
        )
    assert contents(tmp_path / '1') == contents(tmp_path / '2')


@pytest.mark.slow
def test_a_room_takes_less_time_than_sorting_three_and_a_half_million_numbers():
    """Which is a fifth of a second; beside it, for other jobs slow down both."""
    numbers = np.random.default_rng(0).random(3_500_000)
    works = [lambda seed: render_room(seed, (192, 256)), lambda _: np.sort(numbers)]
    spent = np.zeros((15, len(works)))
    for seed, which in np.ndindex(spent.shape):
        start = time.process_time()
        works[which](seed)
        spent[seed, which] = time.process_time() - start
    room, sorting = np.median(spent, axis=0)
    assert room < sorting
