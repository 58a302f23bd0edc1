import json

import numpy as np
import pytest

from mmwsdepth.visualization.loss_curves import draw_loss_curves, loss_names, read_scalars


def log(work_dir, run, records, end=''):
    path = work_dir / run / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, records)) + end)


def record(iteration, loss):
    return dict(iter=iteration, loss=loss, loss_hr=loss / 2, lr=0.1, time=3, step=iteration)


def test_a_resumed_run_overrules_what_it_repeated(tmp_path):
    log(tmp_path, '20260101_1', [record(1, 9), record(2, 8), record(3, 7)])
    log(tmp_path, '20260101_2', [record(3, 70), record(4, 60), dict(step=4, abs_rel=1)])
    scalars = read_scalars(tmp_path)
    np.testing.assert_array_equal(scalars['loss'], [[1, 2, 3, 4], [9, 8, 70, 60]])
    assert 'abs_rel' not in scalars


def test_the_last_line_of_a_killed_run_is_skipped(tmp_path):
    log(tmp_path, 'a', [record(1, 9)], end='\n{"iter": 2, "lo')
    assert list(read_scalars(tmp_path)['loss'][0]) == [1]


def test_another_broken_line_is_named(tmp_path):
    log(tmp_path, 'a', [record(1, 9)], end='\n{"iter"\n{}')
    with pytest.raises(ValueError, match=r'scalars\.json:2: no JSON'):
        read_scalars(tmp_path)


def test_a_folder_without_logs_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='no training logged: give the --work-dir'):
        read_scalars(tmp_path)


def curves(**values):
    return {name: (np.arange(len(v)), np.array(v, float)) for name, v in values.items()}


def test_the_total_comes_first_and_the_learning_rate_last():
    runs = dict(a=curves(time=[1], lr=[1], loss_b=[1], loss=[1]), b=curves(loss_aa=[1]))
    assert loss_names(runs) == ['loss', 'loss_b', 'loss_aa', 'lr']


def test_each_name_has_a_panel_and_each_run_a_curve():
    runs = dict(a=curves(loss=[3, 2, 1], lr=[1]), b=curves(loss=[5, 4]))
    figure = draw_loss_curves(runs, ['loss', 'lr'])
    assert [axis.get_title() for axis in figure.axes] == ['loss', 'lr']
    drawn = [[list(line.get_ydata()) for line in axis.lines] for axis in figure.axes]
    assert drawn == [[[3, 2, 1], [5, 4]], [[1], []]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ['a', 'b']


@pytest.mark.parametrize('number', [1, 3, 4, 7])
def test_panels_that_are_not_needed_are_empty(number):
    names = [f'loss_{i}' for i in range(number)]
    figure = draw_loss_curves(dict(a=curves(**{name: [1, 2] for name in names})), names)
    assert [axis.get_title() for axis in figure.axes if axis.axison] == names


def test_a_name_that_no_run_logged_is_refused():
    with pytest.raises(ValueError, match='wrong: not logged; there are loss'):
        draw_loss_curves(dict(a=curves(loss=[1])), ['wrong'])
