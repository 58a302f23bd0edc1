import pytest

from mmwsdepth.datasets.write_whole import write_whole


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / 'a/b.png', b'content')
    assert list((tmp_path / 'a').iterdir()) == []
