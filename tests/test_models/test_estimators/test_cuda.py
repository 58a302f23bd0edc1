import pytest
import torch

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a CUDA device'),
]


def test_half_precision_on_the_device_agrees_with_the_processor(
    make_estimator, make_samples
) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    model.teacher.mask_ratio = 0.0
    image = torch.randn(2, 3, 32, 64)
    expected = model.loss(image, samples)
    model, samples = model.cuda(), [sample.cuda() for sample in samples]
    with torch.autocast('cuda', torch.float16):
        losses = model.loss(image.cuda(), samples)
    for name, loss in losses.items():
        assert loss.dtype == torch.float32
        assert torch.allclose(loss.cpu(), expected[name], rtol=0.05, atol=0.01), name
    sum(losses.values()).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
