/** Point clouds: from depth to points, and from points to pixels. */

const MAX_POINTS = 250000;
const LARGEST_DOT = 9;
const OVERLAP = 1.7;

/**
 * Place pixels in front of a pinhole camera that looks through the image's center, as the PLY does.
 *
 * @param depth Float32Array of meters, row by row.
 * @param rgba The image's bytes, of the same size.
 * @param focal In pixels of this size.
 * @returns Positions in meters from the middle of the cloud, colors, the middle's distance from
 *   the camera, and the distance of neighbors on a plane one meter away.
 */
export function backProject(depth, rgba, width, height, focal) {
  const stride = Math.ceil(Math.sqrt((width * height) / MAX_POINTS));
  const middle = median(depth, stride);
  const packed = new Uint32Array(rgba.buffer);
  const positions = [];
  const colors = [];
  for (let row = 0; row < height; row += stride) {
    for (let column = 0; column < width; column += stride) {
      const z = depth[row * width + column];
      if (!(z > 0)) continue;
      const x = ((column + 0.5 - width / 2) * z) / focal;
      const y = ((row + 0.5 - height / 2) * z) / focal;
      positions.push(x, y, z - middle);
      colors.push(packed[row * width + column]);
    }
  }
  return {
    positions: Float32Array.from(positions),
    colors: Uint32Array.from(colors),
    middle,
    spacing: stride / focal,
    angles: [width / focal, height / focal],
  };
}

/**
 * Draw points from a camera that circles around their middle, the nearest one on top.
 *
 * @param image ImageData to draw into.
 * @param view yaw and pitch in radians, and zoom.
 */
export function drawPoints(image, points, { yaw, pitch, zoom }) {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer).fill(0);
  const nearest = new Float32Array(width * height).fill(Infinity);
  const focal = Math.min(width / points.angles[0], height / points.angles[1]);
  const distance = points.middle / zoom;
  const [cosYaw, sinYaw] = [Math.cos(yaw), Math.sin(yaw)];
  const [cosPitch, sinPitch] = [Math.cos(pitch), Math.sin(pitch)];
  const { positions, colors, middle, spacing } = points;
  for (let i = 0, j = 0; i < colors.length; i++, j += 3) {
    const [x, y, z] = [positions[j], positions[j + 1], positions[j + 2]];
    const across = cosYaw * x - sinYaw * z;
    const along = sinYaw * x + cosYaw * z;
    const down = cosPitch * y - sinPitch * along;
    const away = sinPitch * y + cosPitch * along + distance;
    if (away < 0.02 * middle) continue;
    const scale = focal / away;
    const wanted = Math.ceil(OVERLAP * spacing * (z + middle) * scale);
    const size = Math.min(LARGEST_DOT, Math.max(1, wanted));
    const left = Math.round(width / 2 + across * scale - size / 2);
    const top = Math.round(height / 2 + down * scale - size / 2);
    const [right, bottom] = [Math.min(left + size, width), Math.min(top + size, height)];
    for (let row = Math.max(top, 0); row < bottom; row++) {
      for (let k = row * width + Math.max(left, 0); k < row * width + right; k++) {
        if (away < nearest[k]) {
          nearest[k] = away;
          pixels[k] = colors[i];
        }
      }
    }
  }
}

function median(depth, stride) {
  const some = depth.filter((z, i) => z > 0 && i % (stride * 7) === 0).sort();
  return some.length ? some[some.length >> 1] : 1;
}
