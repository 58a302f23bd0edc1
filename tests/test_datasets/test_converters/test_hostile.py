"""Damaged and hostile files: each is named and counted, and the others are converted."""

import contextlib
import io
import json
import os
import pickle
import re
import shutil
import struct
import zipfile

import h5py
import lzfse
import numpy as np
import pytest
from scipy.io import savemat

from mmwsdepth.datasets.converters import matlab, record3d
from mmwsdepth.datasets.lock import locked
from mmwsdepth.errors import one_sentence_errors
from tests.test_datasets.test_converters import (
    test_arkitscenes,
    test_diode,
    test_ibims,
    test_kitti,
    test_nyu,
    test_realsense,
    test_record3d,
    test_strayscanner,
)
from tests.test_datasets.test_converters.conftest import meters, millimeters, put, smooth


def arkitscenes(root):
    for number in (1, 2):
        folder = test_arkitscenes.video(root, 'Training', f'{number}', number)
        pincam = folder / f'wide_intrinsics/{number}_305.244.pincam'
        pincam.parent.mkdir()
        pincam.write_text('32 24 30 31 16 12')


def diode(root):
    for number in (1, 2):
        test_diode.sample(root, place=f'indoors/scene_1/scan_1/{number}', farthest=20.0)


def folder(root):
    for number in (1, 2):
        put(root / f'images/{number}.png', smooth(seed=number))
        put(root / f'depths/{number}.npy', meters(seed=number) * 1000)


def ibims(root):
    for number in (1, 2):
        test_ibims.core(root, f'{number}', number)


def kitti(root):
    src, raw = test_kitti.layout(root)
    shutil.move(raw / test_kitti.DATE, src)
    shutil.move(src, root.with_name('moved'))
    shutil.rmtree(root)
    shutil.move(root.with_name('moved'), root)


def nyu(root):
    for number in (1, 2):
        put(root / f'sync/den/rgb_0000{number}.jpg', smooth(seed=number))
        put(root / f'sync/den/sync_depth_0000{number}.png', millimeters(meters(seed=number)))


def realsense(root):
    root.mkdir(parents=True)
    for number in (1, 2):
        test_realsense.sdk_bag(root / f'{number}.bag', meters(test_realsense.GRID), 2)


def record3d_packed(root):
    for number in (1, 2):
        test_record3d.recording(root / f'{number}.r3d', (0, 1))


def record3d_unpacked(root):
    record3d_packed(root)
    for path in list(root.iterdir()):
        shutil.unpack_archive(path, path.with_suffix(''), 'zip')
        path.unlink()


def strayscanner(root):
    for number in (1, 2):
        test_strayscanner.recording(root / f'{number}', 2)


BUILDERS = {
    function.__name__: function
    for function in (arkitscenes, diode, folder, ibims, kitti, nyu, realsense, record3d_packed,
                     record3d_unpacked, strayscanner)
}  # fmt: skip
SHARED = ('calib_cam_to_cam.txt',)


def npy(shape):
    """A header that promises numbers of this shape, and eight bytes."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += ' ' * (-(len(header) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + bytes(8)


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def flipped(content, seed):
    noisy = np.frombuffer(content, np.uint8).copy()
    rng = np.random.default_rng(seed)
    where = rng.integers(0, max(len(noisy), 1), max(len(noisy) // 20, 1))
    if len(noisy):
        noisy[where] = rng.integers(0, 256, len(where))
    return noisy.tobytes()


DAMAGE = {
    'empty': lambda content: b'',
    'half': lambda content: content[: len(content) // 2],
    'almost whole': lambda content: content[:-3],
    'random': lambda content: np.random.default_rng(0).bytes(500),
    'text': lambda content: b'404 not found\n',
    'not UTF-8': lambda content: b'\xff\xfe\xb0;\n' * 9,
    'zeros inside': lambda content: content[:200] + bytes(len(content) // 2) + content[-200:],
    'flipped a': lambda content: flipped(content, 1),
    'pickle': lambda content: pickle.dumps({'a': print}),
    'zip': lambda content: b'PK\x05\x06' + bytes(18),
    'deep JSON': lambda content: b'[' * 100_000,
    'other JSON': lambda content: b'[1, "a", null]',
    'huge npy': lambda content: npy((1 << 40, 1 << 20)),
    'negative npy': lambda content: npy((-1, 8)),
    'npy of 0 rows': lambda content: saved(np.zeros((0, 8), np.float32)),
    'npy of objects': lambda content: pickle.dumps([1]),
    'npy of text': lambda content: saved(np.array([['a', 'b']])),
    'npy of 4 axes': lambda content: saved(np.zeros((2, 2, 2, 2))),
    'npy of complex numbers': lambda content: saved(np.ones((6, 8)) * 1j),
    'npy of booleans': lambda content: saved(np.ones((6, 8), bool)),
}  # fmt: skip


@pytest.mark.parametrize('name', BUILDERS)
def test_one_damaged_file_does_not_cost_the_others(run, tmp_path, name):
    src = tmp_path / 'src'
    BUILDERS[name](src)
    source = name.partition('_')[0]
    options = dict(test_share=0) if takes(source) else {}
    whole = run(source, src, 'whole', **options)
    files = sorted(path for path in src.rglob('*') if path.is_file())
    kinds = {path.name if path.parent.name == '1' else path.suffix: path for path in files[::-1]}
    for kind, path in kinds.items():
        content = path.read_bytes()
        for damage, change in DAMAGE.items():
            if 'npy' in damage and path.suffix != '.npy':
                continue
            path.write_bytes(change(content))
            out = tmp_path / 'out'
            shutil.rmtree(out, ignore_errors=True)
            if path.name in SHARED:
                with contextlib.suppress(SystemExit), one_sentence_errors():
                    run(source, src, **options)
                continue
            try:
                found = run(source, src, **options)
            except Exception as error:
                raise AssertionError(f'{kind}, {damage}') from error
            assert 1 <= len(found.files) <= len(whole.files), (kind, damage)
            lost = len(whole.files) - len(found.files)
            assert lost == 0 or found.report.rejected, (kind, damage)
        path.write_bytes(content)


def takes(source):
    return source in ('folder', 'realsense', 'record3d', 'strayscanner')


def frame(**changes):
    """An .r3d file's entries."""
    stream = io.BytesIO()
    test = test_record3d
    entries = {
        'metadata': json.dumps(test.METADATA).encode(),
        'rgbd/0.jpg': None,
        'rgbd/0.depth': lzfse.compress(meters(test.GRID).astype(np.float32).tobytes()),
        'rgbd/0.conf': lzfse.compress(test.levels(0).tobytes()),
    }
    entries['rgbd/0.jpg'] = test_record3d.cv2.imencode('.jpg', smooth(test.SIZE))[1].tobytes()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in (entries | changes).items():
            archive.writestr(name, content)
    return stream.getvalue()


def patched(content, offset_local, offset_central, value):
    """Overwrite two bytes of each header of a ZIP archive."""
    content = bytearray(content)
    for mark, offset in ((b'PK\x03\x04', offset_local), (b'PK\x01\x02', offset_central)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset : at + offset + 2] = struct.pack('<H', value)
            at = content.find(mark, at + 4)
    return bytes(content)


RECORDINGS = {
    'encrypted': lambda: patched(frame(), 6, 8, 1),
    'unknown compression': lambda: patched(frame(), 8, 10, 97),
    'LZFSE bomb': lambda: frame(**{'rgbd/0.depth': lzfse.compress(bytes(10**7))}),
    'ZIP bomb': lambda: frame(**{'rgbd/0.depth': bytes(10**6)}),
    'no LZFSE': lambda: frame(**{'rgbd/0.depth': b'bvxa' + bytes(50) + b'bvx$'}),
    'metadata is a list': lambda: frame(metadata=b'[]'),
    'metadata is no JSON': lambda: frame(metadata=b'{'),
    'size as text': lambda: frame(metadata=json.dumps(dict(dw='12', dh='16')).encode()),
    'negative size': lambda: frame(metadata=json.dumps(dict(dw=-12, dh=-16)).encode()),
    'size of zero': lambda: frame(metadata=json.dumps(dict(dw=0, dh=16)).encode()),
    'depth of zero bytes': lambda: frame(**{'rgbd/0.depth': lzfse.compress(b'')}),
    'depth of odd bytes': lambda: frame(**{'rgbd/0.depth': lzfse.compress(b'abc')}),
    'short intrinsics': lambda: frame(
        metadata=json.dumps(dict(dw=12, dh=16, perFrameIntrinsicCoeffs=[[1]])).encode()
    ),
    'matrix of text': lambda: frame(metadata=json.dumps(dict(dw=12, dh=16, K='abcde')).encode()),
    'focal length of nothing': lambda: frame(
        metadata=b'{"dw": 12, "dh": 16, "K": [NaN, 0, 0, 0, 0]}'
    ),
}


@pytest.mark.parametrize('kind', RECORDINGS)
def test_a_hostile_recording_is_named_and_the_other_converted(run, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(record3d, 'LARGEST_ENTRY', 10**5)
    (tmp_path / 'scans').mkdir()
    (tmp_path / 'scans/bad.r3d').write_bytes(RECORDINGS[kind]())
    (tmp_path / 'scans/good.r3d').write_bytes(frame())
    out = run('record3d', tmp_path / 'scans', test_share=0)
    assert list(out.files) == ['good/000000']
    assert sum(out.report.rejected.values()) == 1
    (example,) = out.report.examples.values()
    assert 'bad' in example and '\n' not in example


def test_what_a_mac_leaves_in_a_recording_does_not_count(run, tmp_path):
    extra = {'__MACOSX/rgbd/._0.jpg': b'x', 'rgbd/.DS_Store': b'x', 'rgbd/._0.jpg': b'x',
             'rgbd/thumb.jpg': b'x'}  # fmt: skip
    scans = tmp_path / 'scans'
    scans.mkdir()
    (scans / 'packed.r3d').write_bytes(frame(**extra))
    (scans / '._packed.r3d').write_bytes(b'Mac OS X')
    shutil.unpack_archive(scans / 'packed.r3d', scans / 'unpacked', 'zip')
    shutil.copytree(scans / 'unpacked', scans / '.ipynb_checkpoints/unpacked')
    out = run('record3d', scans, test_share=0)
    assert sorted(out.files) == ['packed/000000', 'unpacked/000000']
    assert out.report.rejected == {}


@pytest.mark.parametrize('within', ['', 'scan/'])
def test_upper_case_names_and_a_folder_in_the_archive(run, tmp_path, within):
    path = tmp_path / 'a.r3d'
    with zipfile.ZipFile(io.BytesIO(frame())) as old, zipfile.ZipFile(path, 'w') as new:
        for name in old.namelist():
            new.writestr(within + name.replace('.jpg', '.JPG'), old.read(name))
    out = run('record3d', path, test_share=0, min_confidence=0)
    out.check('a/000000', smooth(test_record3d.SIZE), meters(test_record3d.GRID))


@pytest.mark.parametrize('name', BUILDERS)
def test_linked_folders_count_and_hidden_ones_do_not(run, tmp_path, name):
    BUILDERS[name](tmp_path / 'disk/a')
    source = name.partition('_')[0]
    whole = run(source, tmp_path / 'disk/a', 'whole')
    (tmp_path / 'src').mkdir()
    for path in (tmp_path / 'disk/a').iterdir():
        os.symlink(path, tmp_path / 'src' / path.name)
    for hidden in ('__MACOSX', '@eaDir', '.ipynb_checkpoints'):
        shutil.copytree(tmp_path / 'disk/a', tmp_path / 'src' / hidden)
    for path in [p for p in (tmp_path / 'disk/a').rglob('*') if p.is_file()]:
        path.with_name(f'._{path.name}').write_bytes(b'Mac OS X')
    linked = run(source, tmp_path / 'src', 'linked')
    assert linked.manifest == whole.manifest and linked.report.rejected == {}


MATLAB = {
    'one row': dict(depth=np.ones(5)),
    'three axes': dict(depth=np.ones((2, 3, 4))),
    'gray color': dict(rgb=np.ones((24, 32))),
    'text': dict(depth='no depth'),
    'empty': dict(depth=np.zeros((0, 0)), mask_invalid=np.zeros((0, 0)),
                  mask_transp=np.zeros((0, 0))),
    'camera of one number': dict(calib=np.ones(1)),
    'camera of text': dict(calib='abc'),
    'a struct': dict(depth=dict(a=1)),
    'edges of three axes': dict(edges=np.ones((2, 2, 2))),
    'planes of text': dict(mask_wall='abc'),
}  # fmt: skip


@pytest.mark.parametrize('kind', MATLAB)
def test_wrong_shapes_in_a_matlab_file(run, tmp_path, kind):
    test_ibims.core(tmp_path, 'good')
    test_ibims.core(tmp_path, 'bad', **MATLAB[kind])
    out = run('ibims', tmp_path)
    assert list(out.files) == ['test/good'] and sum(out.report.rejected.values()) == 1
    assert 'bad' in next(iter(out.report.examples.values()))


def test_a_matlab_file_that_grows_without_bound_is_named(run, tmp_path, monkeypatch):
    test_ibims.core(tmp_path, 'good')
    test_ibims.core(tmp_path, 'bad')
    content = dict(data=dict(depth=np.zeros((1000, 1000)), filler=np.zeros(1000)))
    savemat(tmp_path / 'bad.mat', content, do_compression=True)
    assert (tmp_path / 'bad.mat').stat().st_size < 20_000
    monkeypatch.setattr(matlab, 'LARGEST', 10**6)
    monkeypatch.setattr(matlab, '_STEP', 1000)
    out = run('ibims', tmp_path)
    assert list(out.files) == ['test/good']
    assert re.search(r'bad\.mat: becomes more than 1 million', *out.report.examples.values())


def test_hdf5_of_too_many_pixels_is_refused_unread(run, tmp_path):
    with h5py.File(tmp_path / 'nyu.mat', 'w') as file:
        file.create_dataset('images', (1, 3, 20_000, 20_000), np.uint8)
        file.create_dataset('depths', (1, 20_000, 20_000), np.float32)
    with pytest.raises(ValueError, match=r'nyu\.mat: 20000x20000 is 400 million pixels'):
        run('nyu', tmp_path / 'nyu.mat')


def stolen(path, kind):
    secret = path.with_name('secret.bin')
    secret.write_bytes(np.full((2, 32, 24), 3.0, np.float32).tobytes())
    with h5py.File(path.with_name('other.h5'), 'w') as other:
        other['depths'] = np.ones((2, 32, 24), np.float32)
    images = np.stack([smooth((24, 32), seed) for seed in (0, 1)]).transpose(0, 3, 2, 1)
    with h5py.File(path, 'w') as file:
        file['images'] = images
        if kind == 'external storage':
            space = h5py.h5s.create_simple((2, 32, 24))
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_external(os.fsencode(secret), 0, secret.stat().st_size)
            h5py.h5d.create(file.id, b'depths', h5py.h5t.IEEE_F32LE, space, properties)
        elif kind == 'external link':
            file['depths'] = h5py.ExternalLink('other.h5', '/depths')
        else:
            layout = h5py.VirtualLayout((2, 32, 24), np.float32)
            layout[:] = h5py.VirtualSource(path.with_name('other.h5'), 'depths', (2, 32, 24))
            file.create_virtual_dataset('depths', layout)


@pytest.mark.parametrize('kind', ['external storage', 'external link', 'virtual'])
def test_hdf5_reads_no_other_file(run, tmp_path, kind):
    stolen(tmp_path / 'nyu.mat', kind)
    with pytest.raises(ValueError, match=r'nyu\.mat: `depths` lies in another file'):
        run('nyu', tmp_path / 'nyu.mat')


@pytest.mark.parametrize(
    'shapes',
    [((2, 3, 8, 6), (2, 6, 8)), ((2, 3, 8, 6), (3, 8, 6)), ((2, 8, 6), (2, 8, 6)), ((), ())],
    ids=str,
)
def test_hdf5_of_other_shapes_is_refused(run, tmp_path, shapes):
    with h5py.File(tmp_path / 'nyu.mat', 'w') as file:
        for name, shape in zip(('images', 'depths'), shapes, strict=True):
            file[name] = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match=r'nyu\.mat: '):
        run('nyu', tmp_path / 'nyu.mat')


@pytest.mark.parametrize('damage', DAMAGE)
def test_damaged_files_that_all_pairs_need_end_the_run_with_their_name(run, tmp_path, damage):
    src = test_nyu.labeled(tmp_path / 'nyu.mat')
    savemat(tmp_path / 'splits.mat', dict(trainNdxs=[[1]], testNdxs=[[2]]))
    content = DAMAGE[damage]((tmp_path / 'splits.mat').read_bytes())
    (tmp_path / 'splits.mat').write_bytes(content)
    with pytest.raises(ValueError, match=r'splits\.mat: '):
        run('nyu', src)


MANIFESTS = {
    'no JSON': b'{',
    'not UTF-8': b'\xff\xfe',
    'a list': b'[]',
    'deep': b'[' * 100_000,
    'another version': b'{"version": 99}',
    'empty': b'',
}


@pytest.mark.parametrize('name', ['manifest.json', 'manifest.json.partial'])
@pytest.mark.parametrize('kind', MANIFESTS)
def test_a_manifest_that_is_none_is_refused_by_name(run, pairs, name, kind):
    root = pairs('a').root
    out = run('folder', root).root
    (out / 'manifest.json').unlink()
    (out / name).write_bytes(MANIFESTS[kind])
    with pytest.raises(ValueError, match=rf'{name}: the data there has'):
        run('folder', root)


@pytest.mark.parametrize(
    'files',
    [
        None, 3, 'a', {}, [None, 1, 'a', []], [dict(name=3, split='')],
        [dict(name='0', split=None)], [dict(name='0', split='')],
        [dict(name='0', split='', image=3, depth='x')],
        [dict(name='0', split='', image=dict(sha256='a'), depth=dict(sha256='a', path=3, bytes=1))],
        [dict(name='0', split='', image=dict(sha256='a', path='a', bytes='x'), depth={})],
    ],
    ids=str,
)  # fmt: skip
def test_what_a_manifest_does_not_say_rightly_is_made_anew(run, pairs, files):
    root = pairs('0', '1').root
    first = run('folder', root, test_share=0)
    path = first.root / 'manifest.json'
    path.write_text(json.dumps(first.manifest | dict(files=files)))
    again = run('folder', root, test_share=0)
    assert again.report.written == 2 and again.manifest == first.manifest


def test_names_that_are_no_text_are_converted(run, tmp_path):
    name = os.fsdecode(b'\xff\xb0')
    (tmp_path / f'{name}.r3d').write_bytes(frame())
    out = run('record3d', tmp_path, test_share=0)
    assert list(out.files) == [f'{name}/000000']
    assert (out.root / f'images/{name}/000000.jpg').is_file()


def test_pairs_of_names_that_are_no_text_are_converted(run, pairs):
    folder = pairs('a')
    for place in (folder.image, folder.depth):
        (place / 'a.png').rename(os.fsdecode(os.fsencode(place) + b'/\xff\xb0.png'))
    out = run('folder', folder.root, test_share=0)
    assert list(out.files) == [os.fsdecode(b'\xff\xb0')] and out.report.rejected == {}


def test_a_second_run_at_the_same_time_is_refused(run, pairs, tmp_path):
    root = pairs('a').root
    with (
        locked(tmp_path / 'out'),
        pytest.raises(ValueError, match=r'out: another run writes into it'),
    ):
        run('folder', root)
    assert len(run('folder', root).files) == 1
