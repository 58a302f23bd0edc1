import pytest
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader, Dataset

from mmwsdepth.apis import one_sentence_errors
from mmwsdepth.apis.runner import load_config
from mmwsdepth.registry import DATASETS


class _Failing(Dataset):
    def __getitem__(self, index: int) -> float:
        raise OSError('by others')

    def __len__(self) -> int:
        return 1


def test_a_missing_config_ends_in_one_sentence() -> None:
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        load_config('nothing.py')
    assert str(end.value) == 'error: nothing.py: no such config file'


def test_what_mmengine_wrapped_is_unwrapped(tmp_path) -> None:
    init_default_scope('mmseg')
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        DATASETS.build(dict(type='mmwsdepth.RGBDDataset', data_root=str(tmp_path)))
    assert str(end.value).startswith(
        f'error: {tmp_path}/annotations: no such folder: set data_root'
    )


@pytest.mark.parametrize('error', [ValueError('by others'), OSError('by the system')])
def test_errors_of_others_keep_their_traceback(error: Exception) -> None:
    with pytest.raises(type(error), match='by'), one_sentence_errors():
        raise error


def test_an_accident_in_our_code_keeps_its_traceback() -> None:
    broken = dict(data_root='x', split='a', num='no mapping', size=(8, 8))
    with pytest.raises(ValueError, match='dictionary update'), one_sentence_errors():
        DATASETS.build(dict(type='mmwsdepth.RoomsDataset', **broken))


def test_errors_of_others_in_a_loading_worker_keep_their_traceback() -> None:
    with pytest.raises(OSError, match='by others'), one_sentence_errors():
        next(iter(DataLoader(_Failing(), num_workers=1)))
