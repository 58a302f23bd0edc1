import os

import pytest

from mmwsdepth.commands.test import parse, run


@pytest.mark.parametrize('pictures', ['a', './a', 'link'])
def test_predictions_and_pictures_need_two_folders(tmp_path, monkeypatch, pictures):
    monkeypatch.chdir(tmp_path)
    os.symlink('a', 'link')
    with pytest.raises(ValueError, match=r'^--out and --show-dir are both a: name two folders$'):
        run(parse(['x.pth', '--out', 'a', '--show-dir', pictures]))
