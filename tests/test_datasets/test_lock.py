import errno
import multiprocessing
import threading
import time

import pytest

from mmwsdepth.datasets import lock
from mmwsdepth.datasets.lock import locked


def hold(folder, held):
    with locked(folder):
        held.set()
        time.sleep(60)


def test_a_second_writer_is_refused_and_nothing_is_left_behind(tmp_path):
    folder = tmp_path / 'out'
    with locked(folder):
        with pytest.raises(ValueError, match=r'out: another run writes into it'), locked(folder):
            pass
        assert list(folder.iterdir())
    assert list(folder.iterdir()) == []
    with locked(folder):
        pass


def test_what_is_no_folder_is_named(tmp_path):
    (tmp_path / 'out').write_text('kept')
    message = r'out: cannot be written to \(File exists\)'
    with pytest.raises(OSError, match=message), locked(tmp_path / 'out'):
        pass
    assert (tmp_path / 'out').read_text() == 'kept'


def test_a_second_writer_waits_and_says_so(tmp_path, capsys):
    order = []

    def first():
        with locked(tmp_path):
            held.set()
            time.sleep(0.3)
            order.append('first')

    held, thread = threading.Event(), threading.Thread(target=first)
    thread.start()
    held.wait(5)
    with locked(tmp_path, wait=True):
        order.append('second')
    thread.join()
    assert order == ['first', 'second']
    assert 'another run writes into it, waiting' in capsys.readouterr().err


def test_only_one_of_many_is_inside_at_a_time(tmp_path):
    inside, most = [], []

    def enter():
        for _ in range(5):
            with locked(tmp_path, wait=True):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20 and list(tmp_path.iterdir()) == []


def test_a_lock_ends_with_its_process(tmp_path):
    context = multiprocessing.get_context('fork')
    held = context.Event()
    process = context.Process(target=hold, args=(tmp_path, held))
    process.start()
    assert held.wait(20)
    with pytest.raises(ValueError, match='another run'), locked(tmp_path):
        pass
    process.kill()
    process.join()
    with locked(tmp_path):
        pass


def test_a_file_system_without_locks_does_without(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, 'not implemented')

    monkeypatch.setattr(lock.fcntl, 'flock', refuse)
    with locked(tmp_path), (tmp_path / 'x').open('a') as file:
        assert lock.try_lock(file.fileno())
