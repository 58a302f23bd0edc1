/** Color and depth on one stage: the divider between them, and measuring. */

import { markLegend } from './legend.js';

const stage = document.getElementById('stage');
const divider = document.getElementById('divider');
const probe = document.getElementById('probe');
const reading = document.getElementById('reading');
const STEP = 0.01;
const LARGE_STEP = 0.1;

let shown = { depth: new Float32Array(1), width: 1, height: 1 };
let at = [0.5, 0.5];
let split = 0.5;

/** Show an estimate: depth is a Float32Array of meters, row by row. */
export function showPicture(colorUrl, depthUrl, depth, width, height) {
  shown = { depth, width, height };
  stage.style.setProperty('--aspect', width / height);
  document.getElementById('color').src = colorUrl;
  document.getElementById('depth').src = depthUrl;
  at = [0.5, 0.5];
  moveDivider(0.5);
  stopMeasuring();
}

function moveDivider(share) {
  split = clamp(share);
  stage.style.setProperty('--split', `${100 * split}%`);
  divider.ariaValueNow = Math.round(100 * split);
  divider.ariaValueText = `${Math.round(100 * split)} % color`;
}

function measure(x, y) {
  at = [clamp(x), clamp(y)];
  const column = Math.min(Math.floor(at[0] * shown.width), shown.width - 1);
  const row = Math.min(Math.floor(at[1] * shown.height), shown.height - 1);
  const depth = shown.depth[row * shown.width + column];
  reading.textContent = depth > 0 ? `${depth.toFixed(2)} m` : 'no depth';
  place(probe, 0, 0);
  place(reading, at[0] > 0.8 ? -1 : 0, at[1] > 0.15 ? -1 : 0);
  markLegend(depth);
}

/** Put an element at the measured point; -1 to its left or above, 0 to its right or below. */
function place(element, left, above) {
  element.hidden = false;
  element.style.left = `${100 * at[0]}%`;
  element.style.top = `${100 * at[1]}%`;
  if (element === reading) {
    const shift = (side) => (side ? 'calc(-100% - 12px)' : '12px');
    element.style.transform = `translate(${shift(left)}, ${shift(above)})`;
  }
}

function stopMeasuring() {
  probe.hidden = reading.hidden = true;
  markLegend(0);
}

function pointed(event) {
  const box = stage.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function direction(event) {
  const step = event.shiftKey ? LARGE_STEP : STEP;
  const sides = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  return sides[event.key]?.map((side) => side * step);
}

const clamp = (share) => Math.min(1, Math.max(0, share));

stage.addEventListener('pointermove', (event) => {
  if (divider.hasPointerCapture(event.pointerId)) {
    moveDivider(pointed(event)[0]);
  } else {
    measure(...pointed(event));
  }
});
stage.addEventListener('pointerdown', (event) => measure(...pointed(event)));
stage.addEventListener('pointerleave', stopMeasuring);
stage.addEventListener('blur', stopMeasuring);
stage.addEventListener('keydown', (event) => {
  const move = direction(event);
  if (event.target !== stage || !move) return;
  event.preventDefault();
  measure(at[0] + move[0], at[1] + move[1]);
});

divider.addEventListener('pointerdown', (event) => {
  event.stopPropagation();
  divider.setPointerCapture(event.pointerId);
  stopMeasuring();
});
divider.addEventListener('keydown', (event) => {
  const move = direction(event);
  const ends = { Home: 0, End: 1 };
  if (!move && !(event.key in ends)) return;
  event.preventDefault();
  moveDivider(move ? split + move[0] - move[1] : ends[event.key]);
});
