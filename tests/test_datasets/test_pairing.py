import shutil

import pytest
from PIL import Image

from mmwsdepth.datasets.pairing import (
    Pair,
    files_by_stem,
    find_issue,
    pair_folders,
    pair_split_file,
    validate_pairs,
)


def pairs_in(folder, hr=False):
    root = folder.root
    return pair_folders(root / 'images', root / 'annotations', root / 'hr' if hr else None)


def split_pairs(folder, text, hr=False):
    (folder.root / 'split.txt').write_text(text)
    folders = [folder.root / name for name in ('images', 'annotations', 'hr')[: 2 + hr]]
    return pair_split_file(folder.root / 'split.txt', *folders)


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
    'line',
    [
        'house/a.jpg other/b.png',
        '/house/a.jpg /other/b.png',
        '  house/a.jpg\tother/b.png 518.857',
        '# image depth focal\n\nhouse/a.jpg other/b.png\n#house/c.jpg d.png\n',
    ],
    ids=['plain', 'leading slash', 'third column', 'comments'],
)
def test_a_split_file_names_image_and_depth(rgbd_folder, line):
    root = rgbd_folder.root
    expected = Pair('house/a', root / 'images/house/a.jpg', root / 'annotations/other/b.png')
    assert split_pairs(rgbd_folder, line) == [expected]


def test_dots_in_a_split_file_are_part_of_the_name(rgbd_folder):
    pairs = split_pairs(rgbd_folder, 'room.1.jpg room.1.png\nroom.2.jpg room.2.png\n')
    assert [pair.name for pair in pairs] == ['room.1', 'room.2']


def test_a_split_file_finds_hr_depth_by_the_name_of_the_depth(rgbd_folder):
    files = rgbd_folder.add('depth_1', hr='.npy')
    (pair,) = split_pairs(rgbd_folder, 'rgb_1.jpg depth_1.png', hr=True)
    assert pair.hr_depth == files.hr


def test_a_line_of_one_column_is_named_by_number(rgbd_folder):
    with pytest.raises(ValueError, match=r'split\.txt:3: found 1 column, need image and depth'):
        split_pairs(rgbd_folder, '# head\na.jpg a.png\nb.jpg\n')


def test_a_missing_split_file_is_named(rgbd_folder):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.txt: no such split file'):
        pair_split_file(rgbd_folder.root / 'nowhere.txt', rgbd_folder.root, rgbd_folder.root)


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


def test_sifting_keeps_the_order_of_the_good_and_of_the_complaints(rgbd_folder):
    for number in range(20):
        rgbd_folder.add(f'{number:02d}', depth='.png' if number % 2 else None)
    good, complaints = validate_pairs(pairs_in(rgbd_folder)[0])
    assert [pair.name for pair in good] == [f'{n:02d}' for n in range(1, 20, 2)]
    assert [text.split('.png')[0][-2:] for text in complaints] == [
        f'{n:02d}' for n in range(0, 20, 2)
    ]


def test_two_files_of_one_name_in_a_folder_are_refused(rgbd_folder):
    rgbd_folder.add('a', image='.jpg')
    rgbd_folder.add('a', image='.png')
    with pytest.raises(ValueError, match=r'a\.png and a\.jpg share one name: keep one'):
        files_by_stem(rgbd_folder.root / 'images', ('.jpg', '.png'))
