import logging
import re
from pathlib import Path

from mmwsdepth.apis import build_runner
from mmwsdepth.apis.terminal import import_quietly, keep_setup_off_terminal


def test_the_terminal_has_a_summary_and_progress_and_the_log_file_has_all(tiny_config, capsys):
    cfg = tiny_config(default_hooks__logger__interval=2)
    build_runner(cfg).train()
    (log,) = (path.read_text() for path in Path(cfg.work_dir).glob('*/*.log'))
    terminal = capsys.readouterr().out
    for text in ('System environment', 'Config:', 'Hooks will be executed'):
        assert text not in terminal and text in log
    for text in ('training\n  model ', '  schedule  4 iterations of', 'Iter(train) [4/4]'):
        assert text in terminal and text in log
    assert len(terminal.splitlines()) < 60
    line = next(line for line in log.splitlines() if 'Iter(train) [4/4]' in line)
    rates, losses = line.split('eta')
    assert 'lr: ' in rates and 'loss' not in rates
    assert re.search(r'loss_lr: \d+\.\d+(?!\d*e)', losses)


def test_the_file_alone_gets_the_setup(tmp_path, monkeypatch):
    logger, stream, shown = logging.Logger('x'), logging.Handler(), []
    monkeypatch.setattr(stream, 'emit', lambda record: shown.append(record.getMessage()))
    logger.addHandler(logging.FileHandler(tmp_path / 'log'))
    logger.addHandler(stream)
    keep_setup_off_terminal(logger)
    logger.info('Config:\na = 1')
    logger.warning('a bad file')
    assert shown == ['a bad file']
    assert (tmp_path / 'log').read_text() == 'Config:\na = 1\na bad file\n'


def test_a_module_is_imported_without_what_it_prints(tmp_path, monkeypatch, capsys):
    (tmp_path / 'talks_a_lot.py').write_text("print('Could not import X')")
    monkeypatch.syspath_prepend(tmp_path)
    import_quietly('talks_a_lot')
    assert capsys.readouterr().out == ''
