/** The point cloud that can be turned. */

import { backProject, drawPoints } from './points.js';

const canvas = document.getElementById('points');
const context = canvas.getContext('2d');
const FIRST_VIEW = { yaw: -0.35, pitch: 0.18, zoom: 0.8 };
const STEP = 0.08;
const CLOSER = 1.1;
const ZOOMS = [0.3, 12];
const TILT = 1.5;

let view = { ...FIRST_VIEW };
let source = null;
let points = null;
let isWaiting = false;

/** Show an estimate's points; depth is a Float32Array of meters, image an element that is loaded. */
export function showCloud(image, depth, width, height, focal) {
  const copy = new OffscreenCanvas(width, height).getContext('2d');
  copy.drawImage(image, 0, 0, width, height);
  source = [depth, copy.getImageData(0, 0, width, height).data, width, height];
  view = { ...FIRST_VIEW };
  changeFocalLength(focal);
}

/** Place the points anew, for a focal length in pixels of the estimate. */
export function changeFocalLength(focal) {
  points = backProject(...source, focal);
  redraw();
}

function redraw() {
  if (isWaiting || !points) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    const density = Math.min(devicePixelRatio, 1.5);
    const { clientWidth, clientHeight } = canvas;
    if (!clientWidth || !clientHeight) return;
    canvas.width = Math.round(clientWidth * density);
    canvas.height = Math.round(clientHeight * density);
    const picture = context.createImageData(canvas.width, canvas.height);
    drawPoints(picture, points, view);
    context.putImageData(picture, 0, 0);
  });
}

function turn(right, down) {
  view.yaw += right;
  view.pitch = Math.min(TILT, Math.max(-TILT, view.pitch + down));
  redraw();
}

function zoomBy(factor) {
  view.zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], view.zoom * factor));
  redraw();
}

function reset() {
  view = { ...FIRST_VIEW };
  redraw();
}

canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
canvas.addEventListener('pointermove', (event) => {
  if (!canvas.hasPointerCapture(event.pointerId)) return;
  turn((event.movementX * 3) / canvas.clientWidth, (event.movementY * 3) / canvas.clientHeight);
});
canvas.addEventListener('dblclick', reset);
canvas.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    zoomBy(CLOSER ** (-event.deltaY / 100));
  },
  { passive: false },
);
canvas.addEventListener('keydown', (event) => {
  const actions = {
    ArrowLeft: () => turn(-STEP, 0),
    ArrowRight: () => turn(STEP, 0),
    ArrowUp: () => turn(0, -STEP),
    ArrowDown: () => turn(0, STEP),
    '+': () => zoomBy(CLOSER),
    '=': () => zoomBy(CLOSER),
    '-': () => zoomBy(1 / CLOSER),
    Home: reset,
  };
  if (!(event.key in actions)) return;
  event.preventDefault();
  actions[event.key]();
});
new ResizeObserver(redraw).observe(canvas);
