/** The bar in meters beside the picture. */

const legend = document.getElementById('legend');
const [bar, ticks, marker] = legend.children;
let range = [0, 1];

/** Give the bar its colors, from near to far. */
export function colorLegend(colors) {
  bar.style.background = `linear-gradient(to top, ${colors.join(', ')})`;
}

/** Label the bar with round numbers of meters from near to far. */
export function labelLegend(near, far) {
  range = [near, far];
  const step = roundStep((far - near) / 5);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const depths = [];
  for (let i = Math.ceil(near / step - 1e-6); i * step <= far + step * 1e-6; i++) {
    depths.push(i * step);
  }
  const labels = (depths.length ? depths : [near]).map((depth) => {
    const label = document.createElement('span');
    label.textContent = `${depth.toFixed(digits)} m`;
    label.style.bottom = share(depth);
    return label;
  });
  ticks.replaceChildren(...labels);
  legend.ariaLabel = `Colors from ${near.toFixed(2)} to ${far.toFixed(2)} meters`;
}

/** Point at a depth, or at none. */
export function markLegend(depth) {
  marker.hidden = !(depth > 0);
  marker.style.bottom = share(depth);
}

function share(depth) {
  const [near, far] = range;
  return `${100 * Math.min(1, Math.max(0, (depth - near) / Math.max(far - near, 1e-3)))}%`;
}

function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
}
