import locale
import pickle

import pytest

from mmwsdepth.datasets.bad_file import BadFileError, first_line, printable


@pytest.mark.parametrize(
    ('encoding', 'shown'),
    [
        ('utf-8', r'ф\udce9: bad'),
        ('ascii', r'\u0444\udce9: bad'),
        ('latin-1', r'\u0444\udce9: bad'),
    ],
)
def test_a_sentence_can_be_printed_in_every_encoding(monkeypatch, encoding, shown):
    monkeypatch.setattr(locale, 'getpreferredencoding', lambda _: encoding)
    assert str(BadFileError('ф\udce9: bad')) == printable('ф\udce9: bad') == shown
    assert shown.encode(encoding)


def test_the_error_travels_between_processes():
    assert str(pickle.loads(pickle.dumps(BadFileError('a: bad')))) == 'a: bad'


@pytest.mark.parametrize(
    ('error', 'line'), [(ValueError('a.\nb'), 'a'), (MemoryError(), 'MemoryError')]
)
def test_an_error_is_one_line(error, line):
    assert first_line(error) == line
