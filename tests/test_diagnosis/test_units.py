import numpy as np
import pytest

from mmwsdepth.diagnosis.units import RawDepth, share_inside, unit_findings

ROOM, STREET = np.linspace(0.6, 5, 1000), np.linspace(5, 70, 1000)


def raw(meters, scale, dtype=np.uint16, **changed):
    parts = dict(missing=0.1, neighbors=0.99, saturated=0.0, levels=4000, step=1.0, columns=256)
    return RawDepth(meters / scale, np.dtype(dtype), **(parts | changed))


def problems(findings):
    return [finding.text for finding in findings if finding.grade == 'problem']


@pytest.mark.parametrize('scale', [1.0, 0.01, 0.001, 1 / 256, 1 / 5000])
def test_the_right_unit_is_healthy(scale):
    assert unit_findings(raw(ROOM, scale), scale, (0.1, 10)) == []


@pytest.mark.parametrize(
    ('really', 'said', 'name'),
    [
        (0.001, 0.01, '0.001 (millimeters)'),
        (0.001, 1.0, '0.001 (millimeters)'),
        (1 / 5000, 0.001, '1/5000 (as TUM RGB-D)'),
        (1.0, 0.01, '1 (meters)'),
    ],
)
def test_a_wrong_unit_leads_out_of_the_range_and_the_right_one_is_named(really, said, name):
    (text,) = problems(unit_findings(raw(ROOM, really), said, (0.1, 10)))
    assert f'lies outside depth_range 0.1 to 10 m with depth_scale={said:g}' in text
    assert f'depth_scale={name}' in text


def test_depth_that_fits_no_common_unit_says_what_to_set():
    values = np.concatenate([ROOM, ROOM * 1000])
    (text,) = problems(unit_findings(raw(values, 0.001), 0.001, (0.1, 10)))
    assert text.startswith('50% of the measured') and text.endswith(
        'set depth_scale or depth_range'
    )


LIDAR = dict(missing=0.8, neighbors=0.55)


def test_a_lidar_in_centimeters_that_is_read_as_millimeters_is_found():
    (text,) = problems(unit_findings(raw(STREET, 0.01, **LIDAR), 0.001, (0.1, 100)))
    assert 'reaches 6.94 m only' in text
    assert 'depth_scale=0.01 (centimeters) would make it 69.4 m' in text


@pytest.mark.parametrize(
    ('nearest', 'text'), [(0.01, 'depth is scattered as that of a lidar'), (0.2, '23% of the')]
)
def test_a_wrong_unit_is_one_finding(nearest, text):
    (finding,) = unit_findings(raw(STREET, 0.1, **LIDAR), 0.001, (nearest, 100))
    assert finding.grade == 'problem' and finding.text.startswith(text)


@pytest.mark.parametrize(
    ('meters', 'pattern'),
    [(STREET, LIDAR), (ROOM, dict(missing=0.8)), (ROOM, dict(neighbors=0.55))],
    ids=['far enough', 'large holes', 'few holes'],
)
def test_only_scattered_depth_must_reach_far(meters, pattern):
    assert unit_findings(raw(meters, 0.01, **pattern), 0.01, (0.1, 100)) == []


def test_close_ups_are_noted_with_what_ten_times_the_unit_would_give():
    (finding,) = unit_findings(raw(ROOM, 0.01), 0.001, (0.01, 10))
    assert finding.grade == 'note'
    assert 'depth_scale=0.01, 0.64 to 5 m' in finding.text


@pytest.mark.parametrize(
    ('columns', 'levels', 'grade'), [(500, 400, 'note'), (640, 400, 'problem'), (640, 0, 'note')]
)
def test_centimeters_on_a_fine_grid_are_a_problem(columns, levels, grade):
    files = raw(ROOM, 0.01, columns=columns, levels=levels)
    (finding,) = unit_findings(files, 0.001, (0.01, 10))
    assert finding.grade == grade


def test_the_largest_number_is_no_depth():
    (finding,) = unit_findings(raw(ROOM, 0.001, saturated=0.05), 0.001, (0.1, 100))
    assert finding.grade == 'note'
    assert '5% of the pixels hold 65535' in finding.text


@pytest.mark.parametrize(
    ('levels', 'step', 'found'), [(200, 39.0, 1), (200, 1.0, 0), (4000, 39.0, 0), (0, 0.0, 0)]
)
def test_eight_bits_are_noted_by_few_levels_far_apart(levels, step, found):
    findings = unit_findings(raw(ROOM, 0.001, levels=levels, step=step), 0.001, (0.1, 10))
    assert [finding.grade for finding in findings] == ['note'] * found


def test_both_ends_of_the_range_count_as_inside():
    assert share_inside(np.array([100, 10000, 99, 10001]), 0.001, (0.1, 10)) == 0.5
