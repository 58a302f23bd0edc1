from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from mmwsdepth.engine.hooks import DepthVisualizationHook, SavePredictionsHook
from mmwsdepth.engine.hooks.output_check import check_outputs
from mmwsdepth.registry import DATASETS


@pytest.fixture
def dataset(tmp_path):
    """Write pairs of these names into a folder and make a data set of it."""

    def make(folder, *names, image='.jpg', **options):
        root = tmp_path / folder
        for name in names:
            for path, array in (
                (root / f'images/{name}{image}', np.zeros((24, 32, 3), np.uint8)),
                (root / f'annotations/{name}.png', np.full((6, 8), 2000, np.uint16)),
            ):
                path.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(path), array)
        return DATASETS.build(
            dict(type='mmwsdepth.RGBDDataset', data_root=str(root), test_mode=True) | options
        )

    return make


def together(*datasets):
    return DATASETS.build(dict(type='ConcatDataset', datasets=list(datasets)))


AMONG = (
    r': outputs would lie among the inputs in .*d/(images|annotations).*: write to another folder'
)


@pytest.mark.parametrize(
    'out', ['images', 'annotations', 'images/preds', 'images/attic', 'annotations/a/b/c', 'link']
)
@pytest.mark.parametrize('listed', [False, True])
def test_a_folder_among_the_inputs_is_refused(dataset, tmp_path, out, listed):
    data = dataset('d', '0', 'attic/1')
    if listed:
        if '/' in out and 'attic' not in out:
            pytest.skip('what a split file does not name is not read')
        (tmp_path / 'd/s.txt').write_text('0.jpg 0.png\nattic/1.jpg attic/1.png\n')
        data = dataset('d', ann_file='s.txt')
    (tmp_path / 'd/link').symlink_to('images')
    with pytest.raises(ValueError, match=AMONG):
        check_outputs(tmp_path / 'd' / out, data)


def test_a_folder_above_is_refused_where_names_lead_among_the_inputs(dataset, tmp_path):
    data = dataset('d', 'images/0')
    with pytest.raises(ValueError, match=AMONG):
        check_outputs(tmp_path / 'd', data)
    check_outputs(tmp_path, data)


@pytest.mark.parametrize('out', ['out', 'd/out', 'images', '.'])
def test_other_folders_are_fine(dataset, tmp_path, out):
    check_outputs(tmp_path / out, dataset('d', '0', 'attic/1'))


def test_images_that_share_a_name_are_refused(dataset, tmp_path):
    first, second = dataset('d', '0', 's/1'), dataset('e', 's/1', '2')
    words = (
        r'out/s/1: would be written for both .*d/images/s/1\.jpg and .*e/images/s/1\.jpg: rename'
    )
    with pytest.raises(ValueError, match=words):
        check_outputs(tmp_path / 'out', together(first, second))
    check_outputs(tmp_path / 'out', together(first, dataset('f', '1', 's/0')))
    check_outputs(tmp_path / 'out', together(first, first))


def test_names_that_differ_in_the_suffix_alone_are_refused(dataset, tmp_path):
    dataset('d', '0')
    cv2.imwrite(str(tmp_path / 'd/images/0.png'), np.zeros((24, 32, 3), np.uint8))
    (tmp_path / 'd/s.txt').write_text('0.jpg 0.png\n0.png 0.png\n')
    with pytest.raises(ValueError, match=r'images/0\.jpg and .*images/0\.png: rename one'):
        check_outputs(tmp_path / 'out', dataset('d', ann_file='s.txt'))


@pytest.mark.parametrize(
    'make_hook', [SavePredictionsHook, lambda out: DepthVisualizationHook(4, out)]
)
def test_a_test_looks_before_the_work(dataset, tmp_path, make_hook):
    runner = SimpleNamespace(test_dataloader=SimpleNamespace(dataset=dataset('d', '0')))
    with pytest.raises(ValueError, match=AMONG):
        make_hook(str(tmp_path / 'd/images')).before_test(runner)
    make_hook(str(tmp_path / 'out')).before_test(runner)
    DepthVisualizationHook().before_test(runner)
    assert not Path(tmp_path / 'out').exists()
