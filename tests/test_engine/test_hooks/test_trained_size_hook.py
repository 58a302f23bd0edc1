import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from mmwsdepth.engine.hooks import PublishStudentHook, TrainedSizeHook
from mmwsdepth.engine.hooks.trained_size_hook import ENOUGH, measure
from mmwsdepth.safe_load import load_checkpoint_file


def _batch(*sizes: tuple[int, int] | None) -> dict[str, Any]:
    return dict(
        data_samples=[
            SimpleNamespace(metainfo=dict(whole_shape=size) if size else {}) for size in sizes
        ]
    )


@pytest.mark.parametrize(
    ('sizes', 'expected'),
    [
        ([(48, 64)], (48, 64)),
        ([(96, 128), (48, 64), (24, 32)], (48, 64)),
        ([(64, 48), (64, 48), (48, 64)], (64, 48)),
        ([(64, 48), (48, 64), (48, 64)], (48, 64)),
    ],
)
def test_the_size_is_the_median_and_stands_where_most_stand(sizes, expected) -> None:
    assert measure([dict(whole_shape=size) for size in sizes]) == dict(trained_size=expected)


def test_the_focal_length_is_the_cameras_at_the_size_of_training(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((96, 128, 3), np.uint8))
    (tmp_path / 'manifest.json').write_text(json.dumps(dict(focal_length=100)))
    sample = dict(whole_shape=(48, 64), ori_shape=(96, 128), img_path=str(tmp_path / 'a.png'))
    assert measure([sample])['trained_focal_length'] == pytest.approx(50)
    unknown = dict(whole_shape=(48, 64))
    assert 'trained_focal_length' not in measure([sample, unknown])
    (tmp_path / 'manifest.json').write_text('{')
    assert measure([sample]) == dict(trained_size=(48, 64)), 'no reason to end a training'


def test_checkpoints_carry_what_was_seen(make_runner) -> None:
    runner, hook = make_runner(), TrainedSizeHook()
    runner.hooks = [hook]
    for batch in (_batch((48, 64), None), _batch((48, 64))):
        hook.after_train_iter(runner, 0, batch)
    checkpoint: dict[str, Any] = dict(meta={})
    hook.before_save_checkpoint(runner, checkpoint)
    PublishStudentHook().after_train(runner)
    published = load_checkpoint_file(str(Path(runner.work_dir) / 'student.pth'))
    for meta in (checkpoint['meta'], published['meta']):
        assert meta['test_cfg'] == dict(trained_size=(48, 64))


def test_it_looks_at_enough_and_not_at_more(make_runner) -> None:
    runner, hook = make_runner(), TrainedSizeHook()
    for _ in range(ENOUGH):
        hook.after_train_iter(runner, 0, _batch((48, 64), (48, 64), (48, 64)))
    hook.after_train_iter(runner, 0, _batch(*[(4, 4)] * 5 * ENOUGH))
    assert hook.known() == dict(trained_size=(48, 64))


def test_a_loaded_checkpoint_counts_until_this_run_trains(make_runner) -> None:
    told: list[dict] = []
    runner, hook = make_runner(), TrainedSizeHook()
    runner.model.take_over_options = told.append
    loaded = dict(trained_size=(30, 40), depth_factor=1.2)
    hook.after_load_checkpoint(runner, dict(meta=dict(test_cfg=loaded)))
    hook.before_test(runner)
    hook.after_train_iter(runner, 0, _batch(None))
    hook.before_val(runner)
    hook.after_train_iter(runner, 0, _batch((48, 64)))
    hook.before_val(runner)
    assert told == [loaded, {}, dict(trained_size=(48, 64))]
    hook.after_load_checkpoint(runner, dict(state_dict={}))


@pytest.mark.parametrize(
    ('start', 'loaded', 'kept'),
    [
        (5, dict(trained_size=(30, 40), trained_focal_length=33.0), True),
        (5, dict(trained_size=(30, 40), depth_factor=1.2), True),
        (5, dict(), False),
        (5, dict(depth_factor=1.2), False),
        (0, dict(trained_size=(30, 40), depth_factor=1.2), False),
    ],
)
def test_a_resumed_run_keeps_what_was_measured(make_runner, start, loaded, kept) -> None:
    runner, hook, checkpoint = make_runner(), TrainedSizeHook(), dict[str, Any](meta={})
    runner.iter = start
    hook.after_load_checkpoint(runner, dict(meta=dict(test_cfg=loaded)))
    hook.before_train(runner)
    for _ in range(2):
        hook.after_train_iter(runner, 0, _batch((48, 64)))
        hook.before_save_checkpoint(runner, checkpoint)
        assert checkpoint['meta']['test_cfg'] == (loaded if kept else dict(trained_size=(48, 64)))


def test_all_processes_see_images_at_the_size_that_the_first_measured(
    make_runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, hook, told = make_runner(), TrainedSizeHook(), []
    runner.model.take_over_options = told.append
    hook.after_train_iter(runner, 0, _batch((48, 64)))

    def receive(data: list) -> None:
        data[0] = dict(trained_size=(96, 128))

    module = 'mmwsdepth.engine.hooks.trained_size_hook'
    monkeypatch.setattr(f'{module}.broadcast_object_list', receive)
    hook.before_val(runner)
    assert told == [dict(trained_size=(96, 128))]
