"""Procedurally rendered indoor rooms with exact depth: a data set that needs no download."""

from .layout import random_scene
from .render import RoomView, render, render_room
from .scene import Camera, Decal, Light, Room, Scene
from .shapes import Solid, ball, box, pole
from .textures import Material
from .write import room_seed, write_rooms

__all__ = [
    'Camera',
    'Decal',
    'Light',
    'Material',
    'Room',
    'RoomView',
    'Scene',
    'Solid',
    'ball',
    'box',
    'pole',
    'random_scene',
    'render',
    'render_room',
    'room_seed',
    'write_rooms',
]
