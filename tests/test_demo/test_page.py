"""The page in a headless Chromium, as a visitor uses it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from mmwsdepth.demo.turns import Turns
from mmwsdepth.demo.upload import RefusedError

from .conftest import encoded

CHROMIUM, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
PATIENCE = 60
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason='needs the packages chromium and chromium-driver'
    ),
]


class Page:
    """What a visitor sees and does."""

    def __init__(self, driver: webdriver.Chrome, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def find(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def until(self, condition: Callable[[], object]) -> object:
        return WebDriverWait(self.driver, PATIENCE).until(lambda _: condition())

    def press(self, name: str, *keys: str) -> None:
        self.driver.execute_script('arguments[0].focus()', self.find(name))
        ActionChains(self.driver).send_keys(*keys).perform()

    def give(self, path: Path) -> None:
        self.find('file').send_keys(str(path))

    def download(self, name: str) -> Path:
        seen = set(self.downloads.iterdir())
        self.find(name).click()
        new = self.until(
            lambda: [
                path
                for path in set(self.downloads.iterdir()) - seen
                if path.suffix not in ('.crdownload', '.tmp') and not path.name.startswith('.')
            ]
        )
        return new[0]

    def points(self) -> str:
        return self.driver.execute_script('return arguments[0].toDataURL()', self.find('points'))


@pytest.fixture(scope='module')
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('photos') / 'room.png'
    path.write_bytes(encoded((48, 64)))
    return path


@pytest.fixture(scope='module')
def page(served: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    downloads = tmp_path_factory.mktemp('downloads')
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ('--headless=new', '--no-sandbox', '--window-size=1400,950'):
        options.add_argument(flag)
    options.add_experimental_option('prefs', {'download.default_directory': str(downloads)})
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        with served() as address:
            driver.get(address)
            yield Page(driver, downloads)
    finally:
        driver.quit()


@pytest.fixture
def shown(page: Page, photo: Path) -> Page:
    """The page with an estimate."""
    page.driver.refresh()
    page.until(lambda: 'student.pth on cpu' in page.find('model').text)
    page.give(photo)
    page.until(page.find('result').is_displayed)
    page.until(lambda: page.find('points').get_attribute('width') != '300')
    return page


def test_a_fresh_page_invites(page: Page) -> None:
    page.until(lambda: 'up to 1 MB' in page.find('limits').text)
    assert page.find('file').get_attribute('accept') == 'image/jpeg,image/png'
    assert page.find('choose').is_displayed() and not page.find('result').is_displayed()


def test_an_image_gives_a_result_without_complaints(shown: Page) -> None:
    assert not shown.find('empty').is_displayed() and not shown.find('error').is_displayed()
    assert 'room.png: 64x48 pixels' in shown.find('facts').text
    assert shown.find('legend').text.count(' m') >= 2
    assert [entry for entry in shown.driver.get_log('browser') if entry['level'] == 'SEVERE'] == []


def test_depth_given_with_an_image_or_after_it_gives_the_meters(shown: Page, photo: Path) -> None:
    sensor = photo.with_name('lidar.png')
    cv2.imwrite(str(sensor), np.full((12, 16), 3210, np.uint16))
    shown.give(sensor)
    shown.until(lambda: 'meters from a sensor of 16x12' in shown.find('facts').text)
    shown.until(lambda: '3.21' in shown.find('legend').text)
    shown.give(photo)
    shown.until(lambda: 'sensor' not in shown.find('facts').text)
    shown.find('file').send_keys(f'{sensor}\n{photo}')
    shown.until(lambda: 'meters from a sensor of 16x12' in shown.find('facts').text)
    assert shown.find('facts').text.startswith('room.png')
    shown.driver.refresh()
    shown.until(lambda: 'student.pth on cpu' in shown.find('model').text)
    shown.give(sensor)
    shown.until(lambda: shown.find('error').text == 'lidar.png is depth: give its image too.')


def test_the_divider_moves_by_mouse_and_keys(shown: Page) -> None:
    divider, stage = shown.find('divider'), shown.find('stage')
    quarter = -stage.size['width'] // 4
    ActionChains(shown.driver).drag_and_drop_by_offset(divider, quarter, 0).perform()
    assert abs(int(divider.get_attribute('aria-valuenow')) - 25) <= 1
    shown.press('divider', Keys.HOME)
    assert shown.find('depth').value_of_css_property('clip-path') == 'inset(0px 0px 0px 0%)'
    shown.press('divider', Keys.ARROW_RIGHT)
    assert divider.get_attribute('aria-valuenow') == '1'


def reads(text: str, millimeters: int) -> bool:
    number, _, unit = text.partition(' ')
    return unit == 'm' and abs(float(number) - millimeters / 1000) < 0.0056


def test_hovering_and_arrow_keys_read_the_meters_of_the_png(shown: Page) -> None:
    stored = cv2.imread(str(shown.download('get-png')), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16 and stored.shape == (48, 64)
    stage, reading = shown.find('stage'), shown.find('reading')
    width, height = stage.size['width'], stage.size['height']
    offset = (10.5 / 64 - 0.5) * width, (40.5 / 48 - 0.5) * height
    hover = ActionChains(shown.driver)
    hover.move_to_element_with_offset(stage, *map(round, offset)).perform()
    shown.until(lambda: reads(reading.text, stored[40, 10]))
    hover.move_to_element(shown.find('facts')).perform()
    shown.until(lambda: not reading.is_displayed())
    shown.press('stage', Keys.ARROW_LEFT)
    shown.until(lambda: reads(reading.text, stored[40, 9]))


def test_the_point_cloud_turns_and_downloads(shown: Page) -> None:
    views = [shown.points()]
    canvas = shown.find('points')
    ActionChains(shown.driver).drag_and_drop_by_offset(canvas, 60, 10).perform()
    for keys in ((), (Keys.ARROW_UP,), ('+',), (Keys.HOME,)):
        if keys:
            shown.press('points', *keys)
        before = views[-1]
        shown.until(lambda before=before: shown.points() != before)
        views.append(shown.points())
    assert views[-1] == views[0]
    focal = shown.find('focal')
    focal.clear()
    focal.send_keys('64')
    path = shown.download('get-ply')
    header, _, body = path.read_bytes().partition(b'end_header\n')
    assert path.name == 'room.ply' and b'element vertex 3072' in header
    first = np.frombuffer(body, '<f4', 3)
    np.testing.assert_allclose(first[:2] / first[2], [-31.5 / 64, -23.5 / 64], rtol=1e-5)


NAME = 'wsdepth_efficientnet-lite0_1xb4-1400iter_nyu-192x256_student.pth on cpu'


@pytest.mark.parametrize(('width', 'lines'), [(1366, 1), (700, 1), (390, 2)])
def test_a_long_name_of_a_checkpoint_takes_few_lines(shown: Page, width: int, lines: int) -> None:
    size = dict(width=width, height=800, deviceScaleFactor=1, mobile=False)
    shown.driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', size)
    shown.driver.execute_script(f'arguments[0].textContent = "{NAME}"', shown.find('model'))
    line = float(shown.find('model').value_of_css_property('line-height').removesuffix('px'))
    assert shown.find('model').size['height'] < (lines + 0.5) * line
    root = shown.driver.find_element(By.TAG_NAME, 'html')
    assert int(root.get_property('scrollWidth')) <= width
    assert shown.find('another').location['y'] < 40
    shown.driver.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def test_a_full_queue_is_read_on_the_page(shown: Page, photo: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise RefusedError('8 images wait', 503)

    monkeypatch.setattr(Turns, 'take', full)
    shown.give(photo)
    shown.until(lambda: shown.find('error').text == '8 images wait')


def test_a_refusal_is_read_on_the_page_and_the_next_image_clears_it(
    shown: Page, photo: Path, tmp_path: Path
) -> None:
    bad = tmp_path / 'bad.jpg'
    bad.write_bytes(b'no image')
    shown.give(bad)
    shown.until(lambda: 'bad.jpg: 8 bytes that are no JPEG' in shown.find('error').text)
    shown.give(photo)
    shown.until(lambda: not shown.find('error').is_displayed())
