"""Normalizes and stacks a batch."""

from typing import Any

import torch
from mmengine.model import ImgDataPreprocessor

from mmwsdepth.registry import MODELS


@MODELS.register_module()
class DepthDataPreprocessor(ImgDataPreprocessor):
    """Moves a batch to the device, normalizes the color images and stacks them.

    Ground truth stays in the data samples, on its own grid and unpadded. Arguments are those of
    MMEngine's `ImgDataPreprocessor` (mean, std, bgr_to_rgb, ...).
    """

    def forward(self, data: dict, training: bool = False) -> dict[str, Any]:
        """Normalize a batch.

        Args:
            data: `inputs`, a list of (3, H, W), and `data_samples`.
            training: Not used; part of MMEngine's interface.

        Returns:
            `inputs`, (N, 3, H, W) float32, and `data_samples`.

        Raises:
            ValueError: The images of the batch differ in size.
        """
        data = self.cast_data(data)
        images, samples = data['inputs'], data.get('data_samples')
        for index, image in enumerate(images):
            if image.shape != images[0].shape:
                name = samples[index].get('img_path') if samples else f'image {index}'
                raise ValueError(
                    f'{name}: {image.shape[1]}x{image.shape[2]} in a batch of '
                    f'{images[0].shape[1]}x{images[0].shape[2]}: resize or crop to one size, '
                    'or set batch_size=1'
                )
        batch = torch.stack(tuple(images)).float()
        if self._channel_conversion:
            batch = batch[:, [2, 1, 0]]
        if self._enable_normalize:
            batch = (batch - self.mean) / self.std
        return dict(inputs=batch, data_samples=samples)
