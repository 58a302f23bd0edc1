"""Procedurally rendered indoor rooms with exact depth: a data set that needs no download."""

from .render import RoomView, render_room
from .write import room_seed, write_rooms

__all__ = ['RoomView', 'render_room', 'room_seed', 'write_rooms']
