/** The page: takes an image, asks the server, shows what comes back. */

import { changeFocalLength, showCloud } from './cloud.js';
import { colorLegend, labelLegend } from './legend.js';
import { showPicture } from './picture.js';

const element = (id) => document.getElementById(id);
const file = element('file');
const focal = element('focal');
let settings = null;
let estimate = null;
let colorUrl = null;
let asking = new AbortController();

async function start() {
  settings = await (await fetch('settings')).json();
  colorLegend(settings.colors);
  file.accept = settings.types.join();
  element('model').textContent = `${settings.checkpoint} on ${settings.device}`;
  element('model').title = element('model').textContent;
  element('limits').textContent =
    `JPEG or PNG, up to ${settings.max_megabytes} MB. ` +
    'It goes to the computer that serves this page, and nowhere else.';
}

async function give(image) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  element('error').textContent = '';
  document.body.classList.add('busy');
  const began = performance.now();
  const tell = () => {
    element('clock').textContent = `, ${Math.floor((performance.now() - began) / 1000)} s`;
  };
  element('status').textContent = `Estimating ${image.name}`;
  tell();
  const clock = setInterval(tell, 1000);
  try {
    await show(image, await ask(image, signal), signal);
  } catch (error) {
    if (!signal.aborted) {
      element('error').textContent =
        error instanceof TypeError ? 'The server does not answer: start it again.' : error.message;
    }
  } finally {
    clearInterval(clock);
    if (!signal.aborted) {
      element('status').textContent = '';
      document.body.classList.remove('busy');
    }
  }
}

async function ask(image, signal) {
  const response = await fetch(`estimates?name=${encodeURIComponent(image.name)}`, {
    method: 'POST',
    headers: { 'Content-Type': image.type || 'application/octet-stream' },
    body: image,
    signal,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function show(image, answer, signal) {
  const { key, width, height } = answer;
  const response = await fetch(`estimates/${key}/depth`, { signal });
  const depth = new Float32Array(await response.arrayBuffer());
  if (colorUrl) URL.revokeObjectURL(colorUrl);
  colorUrl = URL.createObjectURL(image);
  estimate = answer;
  labelLegend(answer.near, answer.far);
  showPicture(colorUrl, `estimates/${key}/colors`, depth, width, height);
  describe();
  element('empty').hidden = true;
  element('result').hidden = element('another').hidden = false;
  await Promise.all(['color', 'depth'].map((id) => element(id).decode()));
  showCloud(element('color'), depth, width, height, focalOfEstimate());
}

function describe() {
  const { name, width, height, uploaded_width, uploaded_height, seconds } = estimate;
  const shrunk = width === uploaded_width ? '' : `, shrunk from ${uploaded_width}x${uploaded_height}`;
  element('facts').textContent =
    `${name}: ${width}x${height} pixels${shrunk}; ${seconds.toFixed(1)} s`;
  document.title = `${name} · mmwsdepth`;
  focal.value = Number(estimate.focal_length.toFixed(1));
  const angle = settings.assumed_angle;
  element('focal-source').textContent = {
    given: 'as the command line says',
    exif: 'as the image says (EXIF)',
    assumed: `not known: assumes a view of ${angle}° along the longer side`,
  }[estimate.focal_source];
  linkFiles();
}

function linkFiles() {
  for (const kind of ['png', 'color', 'ply']) {
    const length = kind === 'ply' ? `?focal_length=${focal.value}` : '';
    element(`get-${kind}`).href = `estimates/${estimate.key}/files/${kind}${length}`;
  }
  element('get-ply').ariaDisabled = String(!focal.validity.valid);
}

const focalOfEstimate = () => (focal.value * estimate.width) / estimate.uploaded_width;

focal.addEventListener('input', () => {
  linkFiles();
  element('focal-source').textContent = focal.validity.valid ? '' : 'give a positive number';
  if (focal.validity.valid) changeFocalLength(focalOfEstimate());
});

for (const id of ['choose', 'another']) {
  element(id).addEventListener('click', () => file.click());
}
file.addEventListener('change', () => {
  if (file.files.length) give(file.files[0]);
  file.value = '';
});

for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  window.addEventListener(kind, (event) => {
    event.preventDefault();
    element('drop').hidden = kind === 'drop' || (kind === 'dragleave' && !event.relatedTarget);
    if (kind === 'drop' && event.dataTransfer.files.length) give(event.dataTransfer.files[0]);
  });
}

start();
