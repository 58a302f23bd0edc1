import shutil

import pytest
from PIL import Image

from mmwsdepth.datasets.pairing import (
    Pair,
    files_by_stem,
    find_issue,
    inspect_pair,
    inspect_pairs,
    pair_folders,
)


def pairs_in(folder, hr=False):
    root = folder.root
    return pair_folders(root / 'images', root / 'annotations', root / 'hr' if hr else None)


def verdict(files):
    return find_issue(Pair('name', files.image, files.depth, files.hr))


@pytest.mark.parametrize('name', ['a', 'kitchen/a', 'house/kitchen/a', 'room.1', 'a.b.png'])
@pytest.mark.parametrize('suffixes', [('.jpg', '.png'), ('.JPG', '.PNG'), ('.jpeg', '.npy')])
def test_files_of_equal_path_and_stem_belong_together(rgbd_folder, name, suffixes):
    files = rgbd_folder.add(name, image=suffixes[0], depth=suffixes[1])
    assert pairs_in(rgbd_folder) == ([Pair(name, files.image, files.depth)], [])


def test_equal_stems_in_different_folders_are_kept_apart(rgbd_folder):
    files = [rgbd_folder.add(f'{room}/0001') for room in ('attic', 'cellar')]
    pairs, _ = pairs_in(rgbd_folder)
    assert [pair[1:3] for pair in pairs] == [(f.image, f.depth) for f in files]


def test_names_that_differ_behind_a_dot_are_kept_apart(rgbd_folder):
    for name in ('room.1', 'room.2', 'room'):
        rgbd_folder.add(name)
    pairs, orphans = pairs_in(rgbd_folder)
    assert {pair.name for pair in pairs} == {'room', 'room.1', 'room.2'}
    assert all(pair.depth.stem == pair.name for pair in pairs) and not orphans


def test_hidden_and_foreign_files_are_not_listed(rgbd_folder):
    files = rgbd_folder.add('a')
    for name in ('._a.png', 'Thumbs.db', 'a.txt'):
        (rgbd_folder.root / 'images' / name).write_text('')
    assert files_by_stem(rgbd_folder.root / 'images', ('.png',)) == {'a': files.image}


def test_depth_without_image_is_a_complaint(rgbd_folder):
    orphan = rgbd_folder.add('b', image=None)
    rgbd_folder.add('a')
    pairs, orphans = pairs_in(rgbd_folder)
    assert [pair.name for pair in pairs] == ['a']
    assert orphans == [f'{orphan.depth}: depth without image']


def test_hr_depth_is_found_where_there_is_some(rgbd_folder):
    rgbd_folder.add('a')
    files = rgbd_folder.add('b', hr='.png')
    pairs, _ = pairs_in(rgbd_folder, hr=True)
    assert [pair.hr_depth for pair in pairs] == [None, files.hr]


@pytest.mark.parametrize('gone', ['images', 'annotations', 'hr'])
def test_a_missing_folder_is_named(rgbd_folder, gone):
    rgbd_folder.add('a', hr='.png')
    shutil.rmtree(rgbd_folder.root / gone)
    with pytest.raises(FileNotFoundError, match=f'{gone}: no such folder'):
        pairs_in(rgbd_folder, hr=True)


@pytest.mark.parametrize(
    ('size', 'grid'),
    [
        ((24, 32), (6, 8)),
        ((32, 24), (8, 6)),
        ((24, 32), (24, 32)),
        ((60, 75), (8, 10)),
        ((101, 202), (50, 101)),
        ((300, 400), (60, 79)),
    ],
    ids=['landscape', 'portrait', 'equal', 'ratio 7.5', 'odd', '1.25 % off'],
)
def test_grids_of_about_one_aspect_are_fine(rgbd_folder, size, grid):
    assert verdict(rgbd_folder.add('a', size, grid)) is None


@pytest.mark.parametrize(
    ('size', 'grid'),
    [((24, 32), (8, 6)), ((32, 24), (6, 8)), ((300, 400), (60, 78)), ((300, 400), (60, 82))],
    ids=['portrait depth', 'portrait image', '2.5 % narrow', '2.5 % wide'],
)
def test_another_aspect_is_a_complaint_with_both_sizes(rgbd_folder, size, grid):
    text = verdict(rgbd_folder.add('a', size, grid))
    assert f'depth is {grid[0]}x{grid[1]}, image {size[0]}x{size[1]}' in text
    assert 'aspect ratios differ by more than 2%' in text


@pytest.mark.parametrize('suffix', ['.png', '.npy'])
@pytest.mark.parametrize(
    ('hr', 'words'),
    [
        ((48, 64), 'more pixels than its image'),
        ((24, 33), 'more pixels than its image'),
        ((16, 24), 'aspect ratios differ'),
        ((24, 32), None),
        ((12, 16), None),
    ],
)
def test_hr_depth_is_held_against_its_image_too(rgbd_folder, suffix, hr, words):
    files = rgbd_folder.add('a')
    files.hr = rgbd_folder.add('hr', grid=hr, depth=suffix).depth
    text = verdict(files)
    assert text is None if words is None else text.startswith(f'{files.hr}: ') and words in text


@pytest.mark.parametrize('part', ['image', 'depth', 'hr'])
def test_a_link_in_a_circle_is_a_complaint(rgbd_folder, part):
    files = rgbd_folder.add('a', hr='.png')
    path = getattr(files, part)
    path.unlink()
    path.symlink_to(path.name)
    assert [find_issue(pair) for pair in pairs_in(rgbd_folder, hr=True)[0]] == [
        f'{path}: no such file'
    ]


def test_an_image_turned_by_its_exif_tag_is_judged_as_it_is_read(rgbd_folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    files = rgbd_folder.add('a', image=None)
    files.image = rgbd_folder.root / 'images/a.jpg'
    Image.new('RGB', (32, 24)).save(files.image, exif=exif)
    assert 'depth is 6x8, image 32x24' in verdict(files)


@pytest.mark.parametrize('grid', [(48, 64), (25, 32), (24, 33)])
def test_depth_finer_than_its_image_is_a_complaint(rgbd_folder, grid):
    text = verdict(rgbd_folder.add('a', (24, 32), grid))
    assert text.endswith('image 24x32: depth has more pixels than its image')


@pytest.mark.parametrize('part', ['image', 'depth', 'hr'])
def test_a_missing_file_of_a_pair_is_named(rgbd_folder, part):
    files = rgbd_folder.add('a', hr='.png')
    path = getattr(files, part)
    path.unlink()
    assert verdict(files) == f'{path}: no such file'


def test_an_image_without_depth_is_a_complaint(rgbd_folder):
    files = rgbd_folder.add('a', depth=None)
    assert verdict(files) == f'{files.image}: image without depth'


@pytest.mark.parametrize(
    ('part', 'suffixes'),
    [
        ('image', dict(image='.jpg')),
        ('image', dict(image='.png')),
        ('image', dict(image='.JPG')),
        ('depth', dict(depth='.png')),
        ('depth', dict(depth='.npy')),
        ('hr', dict(hr='.png')),
    ],
)
def test_a_truncated_file_of_a_pair_is_named(rgbd_folder, truncate, part, suffixes):
    files = rgbd_folder.add('a', size=(96, 128), grid=(48, 64), **suffixes)
    path = truncate(getattr(files, part), 0.9)
    assert verdict(files).startswith(f'{path}: ')


def test_upper_case_suffixes_are_looked_at_alike(rgbd_folder):
    assert verdict(rgbd_folder.add('a', image='.JPG', depth='.NPY')) is None


def test_many_are_looked_at_in_order(rgbd_folder):
    for number in range(20):
        rgbd_folder.add(f'{number:02d}', depth='.png' if number % 2 else None)
    complaints = [look.complaint for look in inspect_pairs(pairs_in(rgbd_folder)[0])]
    assert complaints[1::2] == [None] * 10
    assert [text.split('.png')[0][-2:] for text in complaints[::2]] == [
        f'{n:02d}' for n in range(0, 20, 2)
    ]


@pytest.mark.parametrize('link', ['folder', 'file'])
def test_linked_files_and_folders_are_paired(rgbd_folder, tmp_path, link):
    files = rgbd_folder.add('kitchen/a')
    for kind, path in (('images', files.image), ('annotations', files.depth)):
        elsewhere = tmp_path / 'disk' / kind
        elsewhere.parent.mkdir(exist_ok=True)
        path.parent.rename(elsewhere)
        if link == 'folder':
            path.parent.symlink_to(elsewhere)
        else:
            path.parent.mkdir()
            path.symlink_to(elsewhere / path.name)
    (pair,) = pairs_in(rgbd_folder)[0]
    assert pair.name == 'kitchen/a' and find_issue(pair) is None


def test_pairs_in_hidden_folders_do_not_count(rgbd_folder):
    for folder in ('.ipynb_checkpoints', '__MACOSX', '@eaDir', 'shown'):
        rgbd_folder.add(f'{folder}/a')
    assert [pair.name for pair in pairs_in(rgbd_folder)[0]] == ['shown/a']


def tagged(path, size, orientation):
    """Noise as PNG of a size on disk, with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new('I;16' if 'annotations' in str(path) else 'RGB', size[::-1], 2000).save(
        path, exif=exif
    )


@pytest.mark.parametrize('color', range(1, 9))
@pytest.mark.parametrize('depth', range(1, 9))
def test_each_file_is_turned_by_its_own_tag(rgbd_folder, color, depth):
    files = rgbd_folder.add('a')
    tagged(files.image, (24, 32), color)
    tagged(files.depth, (6, 8), depth)
    look = inspect_pair(Pair('a', files.image, files.depth))
    if (color > 4) != (depth > 4):
        assert (
            f'EXIF rotates the image by orientation {color}, the depth by {depth}' in look.complaint
        )
    else:
        upright = ((32, 24), (8, 6)) if color > 4 else ((24, 32), (6, 8))
        assert look == (None, upright, color != depth)


def test_two_files_of_one_name_in_a_folder_are_refused(rgbd_folder):
    rgbd_folder.add('a', image='.jpg')
    rgbd_folder.add('a', image='.png')
    with pytest.raises(ValueError, match=r'a\.png and a\.jpg share one name: keep one'):
        files_by_stem(rgbd_folder.root / 'images', ('.jpg', '.png'))


@pytest.mark.parametrize('other', ['.png', '.npy', '.tiff'])
def test_an_npz_beside_depth_of_its_name_does_not_count(rgbd_folder, other):
    files = rgbd_folder.add('a', depth=other)
    (rgbd_folder.root / 'annotations/a.npz').write_bytes(b'a camera')
    assert pairs_in(rgbd_folder) == ([Pair('a', files.image, files.depth)], [])
