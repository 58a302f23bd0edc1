import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.bad_file import name_some
from mmwsdepth.datasets.orientations import ORIENTATIONS
from mmwsdepth.diagnosis import (
    DataFolder,
    Finding,
    folder_section,
    folders_below,
    has_problem,
    render,
)
from mmwsdepth.diagnosis.alignment import Shift
from mmwsdepth.diagnosis.report import alignment_finding, size_findings
from mmwsdepth.diagnosis.sample import Sample


def look(root, **options):
    (folder,) = folders_below(root, **options)
    return folder_section(folder)


def problems(section):
    return [finding.text for finding in section[1] if finding.grade == 'problem']


def test_a_clean_folder_is_healthy_and_told_in_numbers(box_folder):
    root = box_folder()
    section = look(root)
    assert not has_problem([section])
    text = render([section])
    assert section[0] == f'data: {root}/images beside {root}/annotations'
    assert '6 pairs, no unpaired file' in text
    assert 'color 150x195, depth 20x26, ratio 7.5' in text
    assert 'median' in text and text.splitlines()[-1] == 'healthy'


@pytest.mark.parametrize(
    ('shift', 'words'), [((0, 12), 'px right'), ((0, -12), 'px left'), ((-12, 0), 'px above')]
)
def test_misaligned_color_is_a_problem(box_folder, shift, words):
    (text,) = problems(look(box_folder(shift=shift)))
    assert words in text and 'register depth to color' in text
    assert abs(float(text.split(words)[0].split()[-1]) - 12) < 1


def rewrite(root, change, suffix='.png'):
    for path in list((root / 'annotations').iterdir()):
        depth = change(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
        path.unlink()
        if suffix == '.npy':
            np.save(path.with_suffix(suffix), depth)
        else:
            cv2.imwrite(str(path), np.ascontiguousarray(depth))


@pytest.mark.parametrize('name', ['rotate180', 'fliplr', 'rotate90'])
def test_depth_that_lies_otherwise_than_its_images_is_a_problem_with_its_mend(box_folder, name):
    root = box_folder()
    rewrite(root, ORIENTATIONS[name])
    *_, text = problems(look(root))
    mend = {'rotate90': 'rotate270'}.get(name, name)
    assert f'edges meet after {mend} (6 images)' in text
    assert text.endswith(f'--depths annotations --orient-depth {mend}`')
    assert len(problems(look(root))) == (2 if name == 'rotate90' else 1)


def test_the_largest_number_for_missing_depth_is_healthy(box_folder):
    root = box_folder()
    rewrite(root, lambda depth: np.where(depth > 3000, 65535, depth).astype(np.uint16))
    section = look(root)
    assert not has_problem([section]), render([section])
    assert 'hold 65535' in render([section]) and 'it counts as missing' in render([section])


def test_negative_depth_is_called_negative(box_folder):
    root = box_folder(2)
    rewrite(root, lambda depth: -(depth / np.float32(1000)), '.npy')
    (text,) = problems(look(root, depth_scale=1.0))
    assert '0.npy: depth is negative, median -' in text and 'as positive numbers' in text


def test_files_of_any_kind_end_no_look(box_folder):
    root = box_folder(4)
    for index, shape in enumerate([(0, 26), (20, 0), (2, 2, 2, 2)]):
        (root / f'annotations/{index}.png').unlink()
        np.save(root / f'annotations/{index}.npy', np.ones(shape))
    section = look(root)
    assert 'training would reject 3 pairs' in render([section])


def test_a_wrong_unit_is_a_problem_with_the_right_one_named(box_folder):
    texts = problems(look(box_folder(scale=0.001), depth_scale=0.1, depth_range=(0.1, 10)))
    assert any('depth_scale=0.001 (millimeters)' in text for text in texts)


def test_bad_files_are_counted_and_some_named(box_folder):
    root = box_folder()
    for index in range(5):
        (root / f'annotations/{index}.png').unlink()
    section = look(root)
    assert problems(section) == [
        f'1 pairs, 5 unpaired files: {root}/images/0.png: image without depth; '
        f'{root}/images/1.png: image without depth; {root}/images/2.png: image without depth; '
        'and 2 more'
    ]
    assert render([section]).splitlines()[-1] == '1 problem found'


def test_a_missing_folder_is_a_problem_unless_training_makes_it(tmp_path):
    folder = DataFolder('train', tmp_path / 'images', tmp_path / 'annotations')
    (text,) = problems(folder_section(folder))
    assert f'{tmp_path}/images: no such folder' in text
    made = folder_section(folder._replace(is_made_on_use=True))
    assert made[1] == [Finding('note', 'not there yet: training renders it first')]


def test_an_empty_folder_is_a_problem(tmp_path):
    for name in ('images', 'annotations'):
        (tmp_path / name).mkdir()
    assert problems(look(tmp_path)) == ['0 pairs, no unpaired file']


def sample(color, depth):
    return Sample('a', None, None, color, depth)


@pytest.mark.parametrize(
    ('samples', 'notes'),
    [
        ([sample((48, 64), (12, 16))], []),
        ([sample((48, 64), (12, 16)), sample((64, 48), (16, 12))], ['images differ in size']),
        ([sample((48, 64), (48, 64))], ['depth is as fine as color']),
    ],
)
def test_sizes_that_need_a_transform_are_noted(samples, notes):
    findings = size_findings(samples)
    assert [f.text.startswith(n) for f, n in zip(findings[1:], notes, strict=True)] == [True] * len(
        notes
    )


@pytest.mark.parametrize(
    ('right', 'images', 'grade'), [(3, 50, 'ok'), (5, 50, 'problem'), (5, 4, 'note')]
)
def test_few_images_are_no_proof_of_a_shift(right, images, grade):
    assert alignment_finding(Shift(0, right, 9), 4, images).grade == grade


def test_no_shift_is_a_note():
    assert alignment_finding(None, 4, 50).grade == 'note'


def test_names_are_cut_with_a_count():
    assert name_some(['a', 'b', 'c', 'd']) == 'a; b; c; and 1 more'
    assert name_some(['a', 'b', 'c', 'd'], None) == 'a; b; c; d'
    assert name_some(['a']) == 'a'
