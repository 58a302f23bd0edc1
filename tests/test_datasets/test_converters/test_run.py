import hashlib
import json
import threading

import numpy as np
import pytest

from mmwsdepth.datasets import RGBDDataset
from mmwsdepth.datasets.converters import Style
from mmwsdepth.datasets.converters.run import in_order
from tests.test_datasets.test_converters.conftest import meters, put, smooth

NAMES = [f'{number:02d}' for number in range(10)]


def stamps(root):
    return {p: p.stat().st_mtime_ns for p in root.rglob('*') if p.suffix in ('.jpg', '.png')}


def test_the_data_sets_read_what_was_written(run, pairs):
    out = run('folder', pairs(*NAMES).root, test_share=0.2)
    for split, count in (('train', 8), ('test', 2)):
        prefix = dict(img_path=f'images/{split}', depth_map_path=f'annotations/{split}')
        data = RGBDDataset(str(out.root), prefix, pipeline=[dict(type='mmwsdepth.LoadDepth')])
        assert len(data) == count
        first = data[0]
        assert first['name'] == {'train': '00', 'test': '08'}[split]
        np.testing.assert_allclose(
            first['gt_depth_map'], meters(seed=int(first['name'])), atol=6e-4
        )


def test_the_manifest_describes_every_file(run, pairs):
    out = run('folder', pairs(*NAMES).root, test_share=0.2)
    assert out.manifest['num'] == {'train': 8, 'test': 2}
    assert (out.manifest['unit'], out.manifest['missing']) == ('millimeter', 0)
    described = set()
    for entry in out.files.values():
        assert entry['image']['size'] == [24, 32] and entry['depth']['size'] == [6, 8]
        assert entry['depth']['measured'] == round(47 / 48, 4)
        for key in ('image', 'depth'):
            path = out.root / entry[key]['path']
            content = path.read_bytes()
            assert entry[key]['bytes'] == len(content)
            assert entry[key]['sha256'] == hashlib.sha256(content).hexdigest()
            described.add(path)
    assert described == set(stamps(out.root))
    assert [p.name for p in out.root.iterdir() if p.is_file()] == ['manifest.json']


def test_a_second_run_writes_nothing_and_says_the_same(run, pairs):
    root = pairs(*NAMES).root
    first = run('folder', root)
    before = stamps(first.root)
    second = run('folder', root)
    assert (first.report.written, second.report.written) == (10, 0)
    assert stamps(second.root) == before and second.manifest == first.manifest


def test_a_killed_run_goes_on_where_it_stopped(run, pairs):
    folder = pairs(*NAMES)
    whole = run('folder', folder.root, 'whole')
    lines = [json.dumps(entry) for entry in whole.manifest.pop('files')]
    header = {k: v for k, v in whole.manifest.items() if k not in ('sensor', 'num', 'rejected')}
    killed = run('folder', folder.root, 'killed').root
    (killed / 'manifest.json').unlink()
    journal = [json.dumps(header), *lines[:4], lines[4][:30]]
    (killed / 'manifest.json.partial').write_text('\n'.join(journal))
    lost = killed / json.loads(lines[0])['image']['path']
    lost.write_bytes(b'')
    lost.with_name('.x.jpg.123.tmp').write_bytes(b'half')
    before = stamps(killed)
    out = run('folder', folder.root, 'killed')
    touched = {p.stem for p, stamp in stamps(killed).items() if before[p] != stamp}
    there = {json.loads(line)['name'] for line in lines[1:4]}
    assert out.report.written == 7 and touched == set(NAMES) - there
    assert not list(killed.rglob('.*'))
    assert lost.stat().st_size and out.manifest['files'] == [json.loads(line) for line in lines]


def test_a_new_pair_in_the_source_is_added(run, pairs):
    run('folder', pairs('a', 'b').root, test_share=0)
    out = run('folder', pairs('a', 'b', 'c').root, test_share=0)
    assert out.report.written == 1 and sorted(out.files) == ['a', 'b', 'c']


def test_a_pair_does_not_stay_in_its_old_split(run, pairs):
    run('folder', pairs('a', 'b').root, test_share=0.5)
    with pytest.raises(ValueError, match=r'out: 1 pairs, b among them.*another split.*empty'):
        run('folder', pairs('a', 'b', 'c', 'd').root, test_share=0.5)


@pytest.mark.parametrize('change', [dict(test_share=0.3), dict(unit=0.002), dict(every=2)])
def test_other_options_do_not_mix_with_what_is_there(run, pairs, change):
    root = pairs(*NAMES).root
    options = dict(test_share=0.2, unit=0.001)
    run('folder', root, **options)
    with pytest.raises(ValueError, match=r'manifest\.json: the data there has .*settings'):
        run('folder', root, **options | change)


def test_rejected_pairs_are_counted_by_reason_and_leave_no_file(run, pairs):
    folder = pairs(*NAMES)
    (folder.depth / '00.png').unlink()
    (folder.image / '01.png').unlink()
    put(folder.depth / '02.png', np.zeros((6, 8), np.uint16))
    put(folder.depth / '03.png', np.full((8, 8), 900, np.uint16))
    put(folder.depth / '04.png', np.full((8, 8), 900, np.uint16))
    image = folder.image / '05.png'
    image.write_bytes(image.read_bytes()[:-40])
    out = run('folder', folder.root)
    reasons = {
        'no depth file': 1, 'no color image': 1, 'bad file': 2, 'sizes do not fit': 2
    }  # fmt: skip
    assert out.report.rejected == out.manifest['rejected'] == reasons
    assert '03: depth is 8x8, image 24x32' in out.report.examples['sizes do not fit']
    assert '00.png' in out.report.examples['no depth file']
    assert {path.stem for path in stamps(out.root)} == set(NAMES[6:])


def test_of_two_pairs_of_one_name_the_second_is_left_out_and_named(run, pairs):
    folder = pairs('a', 'train/a')
    out = run('folder', folder.root, jobs=4)
    assert out.report.rejected == {'name used twice': 1}
    assert 'train, a' in out.report.examples['name used twice']
    out.check('train/a', smooth(seed=0), meters(seed=0))


def test_the_source_is_not_written_into(run, pairs, tmp_path):
    root = pairs('a', folder='out').root
    with pytest.raises(ValueError, match=r'out: is the source itself'):
        run('folder', root)


@pytest.mark.parametrize('place', ['out/images/train', 'out/annotations', 'linked'])
def test_the_source_is_not_in_a_folder_that_is_written(run, pairs, tmp_path, place):
    root = pairs('a', folder=place).root
    if place == 'linked':
        (tmp_path / 'out').mkdir()
        (tmp_path / 'out/images').symlink_to(root / 'images')
    before = {path: path.read_bytes() for path in root.rglob('*') if path.is_file()}
    with pytest.raises(ValueError, match=r'would be written to, and the source .* is in it'):
        run('folder', root)
    assert before == {path: path.read_bytes() for path in root.rglob('*') if path.is_file()}


def test_nothing_usable_is_an_error_with_the_first_complaint(run, pairs):
    folder = pairs('a')
    put(folder.depth / 'a.png', np.full((8, 8), 900, np.uint16))
    with pytest.raises(ValueError, match=r'out: none of 1 pairs.*depth is 8x8, image 24x32'):
        run('folder', folder.root)


def test_jobs_do_not_change_what_is_written(run, pairs):
    root = pairs(*NAMES).root
    assert run('folder', root, 'one').manifest == run('folder', root, 'four', jobs=4).manifest


def test_every_third_pair(run, pairs):
    out = run('folder', pairs(*NAMES).root, every=3, test_share=0)
    assert sorted(out.files) == ['00', '03', '06', '09']


def test_items_are_drawn_only_as_threads_need_them():
    drawn, gate = [], threading.Event()

    def items():
        for number in range(50):
            drawn.append(number)
            yield number

    def work(number):
        gate.wait(5)
        return number

    threading.Timer(0.1, gate.set).start()
    results = in_order(work, items(), jobs=2)
    assert next(results) == 0 and len(drawn) <= 6
    assert list(results) == list(range(1, 50))


def test_an_unexpected_error_is_not_hidden(run, pairs, monkeypatch):
    def broken(*_):
        raise OSError('disk full')

    monkeypatch.setattr('mmwsdepth.datasets.converters.encode.write_whole', broken)
    with pytest.raises(OSError, match='disk full'):
        run('folder', pairs('a').root, jobs=2)


@pytest.mark.parametrize('change', [dict(jobs=0), dict(every=0), dict(test_share=1.0)])
def test_arguments_out_of_range_are_refused(run, pairs, tmp_path, change):
    with pytest.raises(ValueError, match=r'positive|share'):
        run('folder', pairs('a').root, **change)
    assert not (tmp_path / 'out').exists()


def test_a_missing_source_is_named(run, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere: no such file or folder'):
        run('diode', tmp_path / 'nowhere')


@pytest.mark.parametrize('source', ['nyu', 'kitti', 'arkitscenes', 'diode', 'ibims', 'record3d',
                                    'strayscanner', 'realsense'])  # fmt: skip
def test_an_empty_folder_is_no_source(run, tmp_path, source):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ValueError, match=r'empty: n'):
        run(source, tmp_path / 'empty')


def test_color_of_png_is_kept_without_loss_if_asked(run, pairs):
    out = run('folder', pairs('a').root, style=Style(lossless=True), test_share=0)
    assert out.files['a']['image']['path'] == 'images/a.png'
    assert np.array_equal(out.read('a', 'image'), smooth(seed=0))
