"""Scalars and pictures of a training in TensorBoard, by a config that inherits a shipped one."""

from pathlib import Path

import cv2
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from .conftest import TRAIN

BACKENDS = """
visualizer = dict(vis_backends=[dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')])
"""


def test_a_training_shows_its_losses_metrics_and_pictures(
    run_tool, config_file, tmp_path: Path
) -> None:
    parent = config_file()
    config = tmp_path / 'child.py'
    config.write_text(f'_base_ = {str(parent)!r}\n{BACKENDS}')
    work_dir = tmp_path / 'work'
    run_tool([*TRAIN, config, '--work-dir', work_dir])

    (folder,) = work_dir.glob('*/vis_data')
    found = EventAccumulator(str(folder), size_guidance=dict(images=0, scalars=0)).Reload()
    scalars = found.Tags()['scalars']
    assert {'loss', 'loss_hr', 'lr', 'model/abs_rel'} <= set(scalars)
    assert [event.step for event in found.Scalars('loss')] == [1, 2, 3, 4]
    assert (folder / 'scalars.json').is_file()

    (name,) = found.Tags()['images']
    (event,) = found.Images(name)
    (path,) = (work_dir / 'pictures' / 'iter_4').rglob('*.png')
    assert (name, event.step) == (f'depth/{path.stem}', 4)
    shown = cv2.imdecode(np.frombuffer(event.encoded_image_string, np.uint8), cv2.IMREAD_COLOR)
    assert (shown == cv2.imread(str(path))).all()
