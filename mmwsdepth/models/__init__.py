"""Models, heads, backbones and losses."""

from . import backbones, decode_heads, estimators, losses

__all__ = ['backbones', 'decode_heads', 'estimators', 'losses']
