import json
import re
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.demo.estimates import estimate_upload
from mmwsdepth.demo.server import PAGE, open_socket
from mmwsdepth.visualization.depth_picture import color_depth, depth_limits

from .conftest import encoded

HEIC = b'\0\0\0\x18ftypheic' + bytes(99)
OWN_FILES = [path.name for path in PAGE.iterdir()]


@pytest.fixture(scope='module')
def address(served: Callable) -> Iterator[str]:
    with served() as address:
        yield address


def post(address: str, data: bytes, name: str = 'a.png', media_type: str = 'image/png') -> dict:
    headers = {'Content-Type': media_type}
    with urlopen(Request(f'{address}/estimates?name={name}', data, headers)) as response:
        return json.load(response)


def get(url: str) -> bytes:
    with urlopen(url) as response:
        return response.read()


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(HTTPError) as error:
        call()
    return error.value.code, json.load(error.value)['error']


def test_an_upload_becomes_depth_colors_and_files(address: str, inferencer: DepthInferencer):
    answer = post(address, encoded((40, 80)), 'my%20room.png')
    expected = estimate_upload(inferencer, encoded((40, 80)), 'my room.png', 64)
    near, far = depth_limits(expected.depth)
    described = dict(name='my room.png', width=64, height=32, near=near, far=far)
    described |= dict(uploaded_width=80, uploaded_height=40, focal_source='assumed')
    assert described.items() <= answer.items()
    url = f'{address}/estimates/{answer["key"]}'
    depth = np.frombuffer(get(f'{url}/depth'), '<f4').reshape(32, 64)
    np.testing.assert_array_equal(depth, expected.depth)
    colors = cv2.imdecode(np.frombuffer(get(f'{url}/colors'), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(colors[..., ::-1], color_depth(expected.depth))
    with urlopen(f'{url}/files/png') as response:
        assert response.headers['Content-Disposition'].endswith("utf-8''my%20room_depth.png")
    for kind, name in (('color', 'my%20room_color.png'), ('ply', 'my%20room.ply')):
        with urlopen(f'{url}/files/{kind}') as response:
            assert response.headers['Content-Disposition'].endswith(f"utf-8''{name}")
    usual, longer = get(f'{url}/files/ply'), get(f'{url}/files/ply?focal_length=999')
    assert usual == get(f'{url}/files/ply?focal_length={answer["focal_length"]}') != longer


@pytest.mark.parametrize(
    ('data', 'media_type', 'status', 'sentence'),
    [
        (bytes(2_500_000), 'image/png', 413, 'a.png: 2.5 MB, the limit is 1 MB: shrink'),
        (b'text', 'text/plain', 415, 'a.png: text/plain is not read here'),
        (b'text', 'image/png', 415, 'a.png: 4 bytes that are no JPEG or PNG'),
        (HEIC, 'image/heic', 415, 'a.png: HEIC is not read here: convert it to JPEG'),
        (HEIC, 'image/png', 415, 'a.png: HEIC is not read here: convert it to JPEG'),
    ],
)
def test_bad_uploads_get_one_sentence(address, data, media_type, status, sentence) -> None:
    found = refusal(lambda: post(address, data, media_type=media_type))
    assert found[0] == status and found[1].startswith(sentence)


def test_a_name_is_neither_a_path_nor_long(address: str) -> None:
    _, sentence = refusal(lambda: post(address, b'x', '../../etc/' + 'n' * 300))
    assert sentence.startswith('n' * 100 + ': 1 bytes')
    assert refusal(lambda: post(address, b'x', ''))[1].startswith('image: 1 bytes')


@pytest.mark.parametrize('what', ['depth', 'colors', 'files/png'])
def test_an_unknown_estimate_is_not_found(address: str, what: str) -> None:
    status, sentence = refusal(lambda: get(f'{address}/estimates/nothing/{what}'))
    assert status == 404 and 'give the image again' in sentence


def test_a_focal_length_of_words_is_refused(address: str) -> None:
    url = f'{address}/estimates/{post(address, encoded())["key"]}/files/ply?focal_length=far'
    assert refusal(lambda: get(url)) == (422, "focal length is 'far': give a number of pixels")


def test_the_settings_tell_the_page_what_it_needs(address: str) -> None:
    settings = json.loads(get(f'{address}/settings'))
    assert (settings['checkpoint'], settings['device']) == ('student.pth', 'cpu')
    nearest = '#{:02x}{:02x}{:02x}'.format(*color_depth(np.ones((1, 1)), (1, 2))[0, 0])
    assert settings['colors'][0] == nearest != settings['colors'][-1]


@pytest.mark.parametrize('path', ['', 'settings', 'main.js', 'nothing'])
def test_nothing_may_be_loaded_from_elsewhere(address: str, path: str) -> None:
    try:
        headers = urlopen(f'{address}/{path}').headers
    except HTTPError as error:
        headers = error.headers
    allowed = dict(rule.split(' ', 1) for rule in headers['Content-Security-Policy'].split('; '))
    assert allowed.pop('img-src') == "'self' blob:"
    assert allowed.pop('default-src') == "'none'"
    assert set(allowed.values()) == {"'self'", "'none'"}


@pytest.mark.parametrize('name', OWN_FILES)
def test_the_page_names_files_of_its_own_alone(address: str, name: str) -> None:
    text = get(f'{address}/{name}').decode()
    urls = re.findall(r'https?://[^\s"\'<>)]+|url\(', text)
    assert set(urls) <= {'http://www.w3.org/2000/svg'}
    named = re.findall(r'(?:src|href)="([^"]+)"|from \'\./([^\']+)\'', text)
    assert {first or second for first, second in named} <= set(OWN_FILES)


def test_another_hosts_name_is_refused_unless_others_are_served(served: Callable) -> None:
    for is_local, status in ((True, 400), (False, 200)):
        with served(is_local=is_local) as address:
            request = Request(f'{address}/settings', headers={'Host': 'elsewhere.example'})
            try:
                found = urlopen(request).status
            except HTTPError as error:
                found = error.code
            assert found == status


def test_a_taken_port_is_one_sentence() -> None:
    with open_socket('127.0.0.1', 0) as listener:
        port = listener.getsockname()[1]
        sentence = rf'127\.0\.0\.1:{port} cannot be listened at \(Address already in use\): give'
        with pytest.raises(OSError, match=sentence):
            open_socket('127.0.0.1', port)


@pytest.mark.parametrize('port', [-1, 65536])
def test_a_port_that_is_none_is_one_sentence(port: int) -> None:
    with pytest.raises(ValueError, match=f'--port is {port}: give 0 to 65535'):
        open_socket('127.0.0.1', port)
