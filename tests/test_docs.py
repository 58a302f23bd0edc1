import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
from mmengine.config import Config

import mmwsdepth.apis
import mmwsdepth.datasets.converters
import mmwsdepth.datasets.transforms
import mmwsdepth.engine.hooks
import mmwsdepth.evaluation
import mmwsdepth.functional
import mmwsdepth.models.backbones
import mmwsdepth.models.decode_heads
import mmwsdepth.models.estimators
import mmwsdepth.models.inference
import mmwsdepth.models.losses
from mmwsdepth.config_lookup import resolve_config
from mmwsdepth.registry import MODELS
from tests.conftest import ROOT, without_pretrained

DOCS = ROOT / 'docs'
PAGES = [ROOT / 'README.md', *sorted(DOCS.rglob('*.md'))]
DOCUMENTED = [
    mmwsdepth.apis,
    mmwsdepth.datasets,
    mmwsdepth.datasets.converters,
    mmwsdepth.datasets.transforms,
    mmwsdepth.engine.hooks,
    mmwsdepth.evaluation,
    mmwsdepth.functional,
    mmwsdepth.models.backbones,
    mmwsdepth.models.decode_heads,
    mmwsdepth.models.estimators,
    mmwsdepth.models.inference,
    mmwsdepth.models.losses,
]


class Page(HTMLParser):
    """Anchors, links and what is loaded, of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids |= {found[key] or '' for key in ('id', 'name') if key in found}
        if tag == 'a' and found.get('href'):
            self.links.append(found['href'] or '')
        rel = found.get('rel') or ''
        if tag == 'link' and rel not in ('canonical', 'next', 'prev') and found.get('href'):
            self.loaded.append(found['href'] or '')
        if found.get('src'):
            self.loaded.append(found['src'] or '')


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ('mkdocs', 'material', 'mkdocstrings_handlers'):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed: pip install -e '.[docs]'")
    out = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--site-dir', str(out)]
    quiet = os.environ | dict(NO_MKDOCS_2_WARNING='1')
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.fixture(scope='module')
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob('*.html')) if path.name != '404.html'}


def test_links_and_anchors_resolve(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for link in page.links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            assert target.exists(), f'{path}: {link}'
            if url.fragment and target in pages:
                assert unquote(url.fragment) in pages[target].ids, f'{path}: {link}'


def test_pages_load_local_files_only(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for link in page.loaded:
            url = urlsplit(link)
            assert not url.scheme and not url.netloc, f'{path} loads {link}'
            assert (path.parent / unquote(url.path)).exists(), f'{path}: {link}'


def test_whatever_is_exported_is_documented(pages: dict[Path, Page]) -> None:
    ids = set().union(*(page.ids for page in pages.values()))
    missing = []
    for package in DOCUMENTED:
        for name in package.__all__:
            thing = getattr(package, name)
            if callable(thing):
                defined = f'{thing.__module__}.{thing.__qualname__}'
                missing += [] if ids & {f'{package.__name__}.{name}', defined} else [name]
    assert not missing


def test_every_picture_of_the_command_is_shown() -> None:
    drawn = set(load(DOCS / 'draw_pictures.py').PICTURES)
    assert drawn == {path.stem for path in (DOCS / 'pictures').glob('*.png')}
    shown = {
        name for page in PAGES for name in re.findall(r'pictures/(\w+)\.png', page.read_text())
    }
    assert drawn == shown


def test_relative_links_resolve_in_the_sources_too() -> None:
    for page in PAGES:
        for link in re.findall(r'\]\(([^)\s]+)\)', page.read_text()):
            if not urlsplit(link).scheme and urlsplit(link).path:
                assert (page.parent / urlsplit(link).path).exists(), f'{page}: {link}'


def test_named_files_exist() -> None:
    prose = re.compile(
        r'(?<![\w/.])((?:configs|tools|docs|tests|mmwsdepth)/[\w./-]*\.(?:py|sh|md|png))'
    )
    for page in PAGES:
        text = page.read_text()
        for name in prose.findall(text):
            assert (ROOT / name).is_file(), f'{page}: {name}'
        for name in re.findall(r'mmwsdepth::\w+\.py', text):
            assert Path(resolve_config(name)).is_file(), f'{page}: {name}'


def test_get_started_has_the_commands_of_the_readme() -> None:
    readme = (ROOT / 'README.md').read_text()
    blocks = re.findall(r'```bash\n(.*?)```', (DOCS / 'index.md').read_text(), re.S)
    assert len(blocks) == 2
    assert all(block in readme for block in blocks)


def test_navigation_names_every_page() -> None:
    named = re.findall(r'(?m)^ +- .*: (\S+\.md)$', (ROOT / 'mkdocs.yml').read_text())
    assert sorted(named) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob('*.md'))


def commands() -> Iterator[str]:
    """The command lines in code blocks and tables that call our tools, each once."""
    found = {}
    for page in PAGES:
        text = page.read_text().replace('\\\n', ' ')
        spans = re.findall(r'```bash\n(.*?)```', text, re.S) + re.findall(r'`([^`\n]+)`', text)
        for line in '\n'.join(spans).splitlines():
            for command in line.split('#')[0].split('&&'):
                called = re.match(r'(python tools/[\w/]+\.py|mmwsdepth \w+) \S', command.strip())
                if called and '|' not in command and '...' not in command:
                    found[' '.join(command.split())] = None
    yield from found


@pytest.mark.parametrize('command', commands())
def test_commands_have_options_that_exist(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *arguments = shlex.split(command)
    if program == 'mmwsdepth':
        parse(arguments[0], arguments[1:])
        return
    tool = ROOT / arguments[0]
    name = re.search(r"run_command\('(\w+)'\)", tool.read_text())
    if name:
        there = str(ROOT)  # `doctor` asks whether its target is a folder
        parse(name.group(1), [there if word == 'data/rgbd' else word for word in arguments[1:]])
        return
    monkeypatch.setattr(sys, 'argv', arguments)
    monkeypatch.syspath_prepend(tool.parent)
    load(tool).parse_args()


def parse(name: str, arguments: list[str]) -> None:
    importlib.import_module(f'mmwsdepth.commands.{name}').parse(arguments)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f'docs_test_{path.stem}', path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MY_PROJECT = """
from mmengine.registry import MODELS as ROOT
from mmengine.registry import Registry
from torch import nn

MODELS = Registry('model', parent=ROOT, scope='myproject')


@MODELS.register_module()
class MyLoss(nn.Module):
    pass
"""
EXAMPLES = [
    block
    for page in PAGES
    for block in re.findall(r'```python\n(.*?)```', page.read_text(), re.S)
    if "_base_ = 'mmwsdepth::" in block
]


@pytest.mark.parametrize('example', EXAMPLES, ids=lambda text: text.splitlines()[-2][:40])
def test_examples_of_inheritance_build_the_whole_method(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'myproject.py').write_text(MY_PROJECT)
    (tmp_path / 'mine.py').write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    cfg = Config.fromfile(tmp_path / 'mine.py')
    model = MODELS.build(without_pretrained(cfg.model))
    assert model.teacher is not None and model.learning_branches == ['hr', 'lr']
    assert all([model.loss_lr, model.loss_hr, model.loss_consistency, model.loss_affinity])
    assert cfg.default_hooks.alternation and cfg.default_hooks.distillation
