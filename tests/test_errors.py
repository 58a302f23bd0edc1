import io

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader

from mmwsdepth.apis.runner import load_config
from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.registry import DATASETS


def test_a_missing_config_ends_in_one_sentence() -> None:
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        load_config('nothing.py')
    assert str(end.value) == 'error: nothing.py: no such config file'


def test_what_mmengine_wrapped_is_unwrapped(tmp_path) -> None:
    init_default_scope('mmseg')
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        DATASETS.build(dict(type='mmwsdepth.RGBDDataset', data_root=str(tmp_path)))
    assert str(end.value).startswith(f'error: {tmp_path}/images: no such folder: set data_root')


@pytest.mark.parametrize('error', [ValueError('by others'), OSError('by the system')])
def test_errors_of_others_keep_their_traceback(error: Exception) -> None:
    with pytest.raises(type(error), match='by'), one_sentence_errors():
        raise error


def test_an_accident_in_our_code_keeps_its_traceback() -> None:
    broken = dict(data_root='x', split='a', num='no mapping', size=(8, 8))
    with pytest.raises(ValueError, match='dictionary update'), one_sentence_errors():
        DATASETS.build(dict(type='mmwsdepth.RoomsDataset', **broken))


def _load_in_worker(dataset) -> None:
    for _ in DataLoader(dataset, num_workers=1, collate_fn=list):
        pass


def test_what_a_worker_raised_is_the_sentence_alone(tmp_path) -> None:
    for folder, pixels in (('images', np.zeros((8, 8, 3), np.uint8)), ('annotations', 2000)):
        (tmp_path / folder).mkdir()
        array = np.full((8, 8), pixels, np.uint16) if folder == 'annotations' else pixels
        cv2.imwrite(str(tmp_path / folder / 'a.png'), array)
    load = [dict(type='mmwsdepth.LoadColor')]
    config = dict(type='mmwsdepth.RGBDDataset', data_root=str(tmp_path), pipeline=load)
    dataset = DATASETS.build(config)
    (tmp_path / 'images').rename(tmp_path / 'gone')
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        _load_in_worker(dataset)
    assert str(end.value) == (
        f'error: {tmp_path}/images: gone with 1 pairs: bring it back, then resume'
    )


class _Broken:
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> None:
        raise ValueError('by others')


def test_an_accident_in_a_worker_keeps_its_traceback() -> None:
    with pytest.raises(ValueError, match='by others'), one_sentence_errors():
        _load_in_worker(_Broken())


@pytest.mark.parametrize(('encoding', 'shown'), [('ascii', r'\u0444\udce9'), ('utf-8', r'ф\udce9')])
def test_any_terminal_shows_any_name(monkeypatch, encoding: str, shown: str) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr('sys.stdout', terminal)
    with one_sentence_errors():
        print('ф\udce9', flush=True)
    assert terminal.buffer.getvalue().decode(encoding).strip() == shown
