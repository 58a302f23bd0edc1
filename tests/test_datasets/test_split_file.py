import re

import pytest

from mmwsdepth.datasets.pairing import Pair
from mmwsdepth.datasets.split_file import pair_split_file

NAMES = ['a', 'my photo 1', 'фото', 's/b', 'sub dir/c', '1305031102.175304', '#1', 'x,y', "it's"]


@pytest.fixture
def listed(rgbd_folder):
    """Read a split file of these bytes: names of the pairs, and complaints."""
    for name in NAMES:
        rgbd_folder.add(name)
    split = rgbd_folder.root / 'split.txt'

    def read(content):
        text = content if isinstance(content, bytes) else content.encode('utf-8', 'surrogateescape')
        split.write_bytes(text)
        pairs, complaints = pair_split_file(
            split, rgbd_folder.root / 'images', rgbd_folder.root / 'annotations'
        )
        assert all(p.image.is_file() and (p.depth is None or p.depth.is_file()) for p in pairs)
        prefix = f'{rgbd_folder.root}/'
        return [pair.name for pair in pairs], [text.replace(prefix, '') for text in complaints]

    return read


PLAIN = 'a.png a.png\ns/b.png s/b.png\n'


@pytest.mark.parametrize(
    'content',
    [
        PLAIN,
        PLAIN.replace('\n', '\r\n'),
        PLAIN.replace('\n', '\r'),
        PLAIN.encode('utf-8-sig'),
        PLAIN.encode('utf-16'),
        b'\xfe\xff' + PLAIN.encode('utf-16-be'),
        'a.png\ta.png  \n\n   s/b.png\t  s/b.png\t518.8',
        'a.png,a.png\ns/b.png,s/b.png,518\n',
        'a.png;a.png\n s/b.png ; s/b.png\n',
        'a.png, a.png\ns/b.png, s/b.png\n',
        '"a.png" "a.png"\n\'s/b.png\',\'s/b.png\'\n',
        '"a.png","a.png"\n"s/b.png","s/b.png"\n',
        'a.png a.png\ns\\b.png s\\b.png\n',
        '/a.png /a.png 518.8\n/s/b.png /s/b.png 518.8\n',
        'images/a.png annotations/a.png\nimages/s/b.png annotations/s/b.png\n',
        'data/images/a.png data/annotations/a.png\ns/b.png annotations/s/b.png\n',
        'a a\ns/b s/b\n',
        '1.0 a.png 1.1 a.png\n1.2 s/b.png 1.3 s/b.png\n',
        '# image depth\na.png a.png\n#s/b.jpg s/b.png\ns/b.png s/b.png\n',
        './a.png ./a.png\ns//b.png s/./b.png\n',
    ],
)
def test_every_spelling_of_two_pairs_is_read(listed, content):
    assert listed(content) == (['a', 's/b'], [])


@pytest.mark.parametrize('name', NAMES[1:])
@pytest.mark.parametrize('form', ['{0}.png {0}.png', '{0}.png\t{0}.png', '{0}.png {0}.png 518.8 x'])
def test_blanks_and_signs_may_be_in_names(listed, name, form):
    assert listed(form.format(name) + '\na.png a.png\n') == ([name, 'a'], [])


def test_quotes_keep_blanks_together(listed):
    line = '"my photo 1.png" "my photo 1.png" 518\n"sub dir/c.png","sub dir/c.png"\n'
    assert listed(line) == (['my photo 1', 'sub dir/c'], [])


def test_absolute_paths_are_taken_as_they_are(listed, rgbd_folder):
    root = rgbd_folder.root
    line = f'{root}/images/a.png {root}/annotations/a.png\ns/b.png {root}/annotations/s/b.png\n'
    assert listed(line) == (['a', 's/b'], [])


def test_an_absolute_path_may_lead_elsewhere(listed, rgbd_folder, tmp_path):
    image, depth = tmp_path / 'i.png', tmp_path / 'd.png'
    image.write_bytes((rgbd_folder.root / 'images/a.png').read_bytes())
    depth.write_bytes((rgbd_folder.root / 'annotations/a.png').read_bytes())
    (name,), complaints = listed(f'{image} {depth}\n')
    assert name == str(image.with_suffix(''))[1:] and not complaints


@pytest.mark.parametrize('linked', ['root', 'folders', 'above'])
@pytest.mark.parametrize('is_listed_by_link', [False, True])
def test_an_absolute_path_may_be_spelled_through_links(
    rgbd_folder, tmp_path, linked, is_listed_by_link
):
    name = 's/depth_1'
    hr_depth = rgbd_folder.add(name, hr='.npy').hr
    link = tmp_path / 'link'
    if linked == 'folders':
        link.mkdir()
        for folder in ('images', 'annotations', 'hr'):
            (link / folder).symlink_to(rgbd_folder.root / folder)
    elif linked == 'root':
        link.symlink_to('data')
    else:
        link.symlink_to('.')
        link /= 'data'
    root, listed = (rgbd_folder.root, link) if is_listed_by_link else (link, rgbd_folder.root)
    split = tmp_path / 'split.txt'
    split.write_text(f'{listed}/images/{name}.png {listed}/annotations/{name}\n')
    (pair,), complaints = pair_split_file(split, root / 'images', root / 'annotations', root / 'hr')
    assert pair.name == name and not complaints
    assert pair.hr_depth == root / hr_depth.relative_to(rgbd_folder.root)
    assert pair.depth == root / 'annotations' / f'{name}.png'


def test_a_name_longer_than_a_file_s_may_be_is_a_complaint(listed):
    long = 'x' * 300
    assert listed(f'{long} a.png\na.png a.png\n') == (
        ['a'], [f'split.txt:1: images/{long}: no such file'],
    )  # fmt: skip


def test_latin_1_is_read_where_the_files_bear_it_out(listed, rgbd_folder):
    rgbd_folder.add('fotoé')
    assert listed('fotoé.png fotoé.png\n'.encode('latin-1')) == (['fotoé'], [])


def test_names_that_are_not_utf_8_are_read(listed, rgbd_folder):
    rgbd_folder.add('foto\udce9')
    assert listed(b'foto\xe9.png foto\xe9.png\n') == (['foto\udce9'], [])


@pytest.mark.parametrize(
    ('line', 'complaint'),
    [
        ('gone.png a.png', 'images/gone.png: no such file'),
        ('a.png gone.png', 'annotations/gone.png: no such file'),
        ('image depth', 'images/image: no such file'),
        ('s/b.png s/b.png', 'images/s/b.png is in line 1'),
        ('s/b.png a.png', 'images/s/b.png is in line 1'),
    ],
)
def test_what_a_line_lacks_is_a_complaint_with_its_number(listed, line, complaint):
    found, (text,) = listed(f's/b.png s/b.png\n\n{line}\na.png a.png\n')
    assert found == ['s/b', 'a'] and text == f'split.txt:3: {complaint}'


def test_kitti_s_none_is_an_image_without_depth(listed, rgbd_folder):
    folders = rgbd_folder.root / 'images', rgbd_folder.root / 'annotations'
    listed('a.png None 721.5\n')
    (pair,), _ = pair_split_file(rgbd_folder.root / 'split.txt', *folders)
    assert pair == Pair('a', folders[0] / 'a.png', None)


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ('', r'split\.txt: 0 lines name a pair: write an image and a depth path a line'),
        ('\n\n# nothing\n', r'split\.txt: 0 lines name a pair'),
        (
            '# head\na.png a.png\na.png\n',
            r'split\.txt:3: found 1 column, write an image and a depth',
        ),
        ('a.png a.png\n../a.png a.png\n', r'split\.txt:2: a path leads out of its folder by \.\.'),
        ('a.png ..\\a.png\n', r'split\.txt:1: a path leads out'),
        (b'a.png a.png\n\0\1\2', r'split\.txt:2: holds a zero byte: save it as text in UTF-8'),
        (PLAIN.encode('utf-16-le'), r'split\.txt:1: holds a zero byte'),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(listed, content, words):
    with pytest.raises(ValueError, match=words) as caught:
        listed(content)
    assert '\n' not in str(caught.value)


def test_hr_depth_has_the_name_of_the_depth(rgbd_folder):
    files = rgbd_folder.add('depth_1', hr='.npy')
    rgbd_folder.add('rgb_1', depth=None)
    root = rgbd_folder.root
    (root / 'split.txt').write_text('rgb_1.png depth_1.png\n')
    folders = root / 'images', root / 'annotations', root / 'hr'
    (pair,), _ = pair_split_file(root / 'split.txt', *folders)
    assert pair.hr_depth == files.hr


def test_a_missing_split_file_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=re.escape(f'{tmp_path}/no.txt: no such split file')
    ):
        pair_split_file(tmp_path / 'no.txt', tmp_path, tmp_path)
