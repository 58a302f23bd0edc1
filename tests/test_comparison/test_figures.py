from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mmwsdepth.comparison import Result, Run, Variant, draw_figures
from mmwsdepth.comparison.figures import contact_sheet, edge_window, median_depth


def _room() -> np.ndarray:
    """Something near, low and right, before a wall."""
    depth = np.full((60, 80), 4.0)
    depth[35:55, 50:70] = 1.5
    return depth


NAMED = dict(depth_map_path='depths', img_path='colors')


@pytest.fixture(params=[dict(split='test'), dict(data_prefix=NAMED)])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    dataset = dict(data_root=str(tmp_path / 'data'), **request.param)
    run = Run(
        Variant('half as far', Config(dict(test_dataloader=dict(dataset=dataset)))), 0, tmp_path
    )
    names = ('annotations/test', 'images/test') if 'split' in dataset else NAMED.values()
    folders = [tmp_path / 'data' / name for name in names]
    for folder in (*folders, run.predictions):
        folder.mkdir(parents=True)
    cv2.imwrite(str(folders[0] / 'a.png'), (_room() * 1000).astype(np.uint16))
    cv2.imwrite(str(run.predictions / 'a.png'), (_room() * 500).astype(np.uint16))
    cv2.imwrite(str(folders[1] / 'a.jpg'), np.full((60, 80, 3), 99, np.uint8))
    return run


def test_the_window_lies_on_the_strongest_edges() -> None:
    rows, columns = edge_window(_room())
    steps = np.abs(np.diff(_room(), axis=1))[rows, columns] > 0.1
    assert (rows.stop - rows.start, columns.stop - columns.start) == (21, 28)
    assert steps.sum() == 2 * 20


def test_the_median_is_that_of_what_was_measured() -> None:
    assert median_depth(np.array([[0, 1.0, 3.0], [0, 2.0, 0]])) == 2


def test_in_the_contact_sheet_an_estimate_off_by_a_factor_has_the_colors_of_the_truth(
    run: Run,
) -> None:
    figure = contact_sheet([run])
    truth, shown = (axis.images[0].get_array() for axis in figure.axes[1:3])
    assert np.allclose(truth, shown, rtol=1e-3)
    assert [text.get_text() for text in figure.axes[2].texts] == ['x2.00']


def test_the_contact_sheet_leaves_out_what_was_scored_on_other_images(
    run: Run, tmp_path: Path
) -> None:
    cfg = Config(dict(test_dataloader=dict(dataset=dict(data_root=str(tmp_path / 'others')))))
    figure = contact_sheet([run, Run(Variant('on others', cfg), 0, tmp_path)])
    assert [axis.get_ylabel() for axis in figure.axes] == ['color', 'ground truth', 'half as far']


def test_metrics_that_a_variant_lacks_are_not_drawn(run: Run, tmp_path: Path) -> None:
    results = [
        Result('one', dict(rmse=[1.0, 2.0]), 'line', 4),
        Result('two', dict(rmse=[2.0, 2.0], abs_rel=[0.1, 0.1]), 'line', 8),
    ]
    paths = draw_figures(results, [run], ('rmse', 'abs_rel'), tmp_path)
    assert [path.name for path in paths] == ['budget.png', 'contact_sheet.png']
    budget = cv2.imread(str(tmp_path / 'budget.png'))
    assert budget.shape[1] == pytest.approx(4.2 * 110, abs=2)


def test_where_the_first_seed_failed_the_next_is_shown(run: Run, tmp_path: Path) -> None:
    result = Result('half as far', dict(rmse=[1.0]), 'line', 4)
    draw_figures([result], [run._replace(seed=1)], ['rmse'], tmp_path)
    assert (tmp_path / 'contact_sheet.png').is_file()
