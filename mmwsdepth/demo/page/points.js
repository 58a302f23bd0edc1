/** Point clouds: from depth to points, and from points to pixels. */

const MAX_POINTS = 250000;
const LARGEST_DOT = 9;
const OVERLAP = 1.7;

/**
 * Place pixels in front of a pinhole camera that looks through the image's centre, as the PLY does.
 *
 * @param depth Float32Array of metres, row by row.
 * @param rgba The image's bytes, of the same size.
 * @param focal In pixels of this size.
 * @returns Positions in metres from the middle of the cloud, colours, the middle's distance from
 *   the camera, and the distance of neighbours on a plane one metre away.
 */
export function backProject(depth, rgba, width, height, focal) {
  const stride = Math.ceil(Math.sqrt((width * height) / MAX_POINTS));
  const middle = median(depth, stride);
  const packed = new Uint32Array(rgba.buffer);
  const positions = [];
  const colours = [];
  for (let row = 0; row < height; row += stride) {
    for (let column = 0; column < width; column += stride) {
      const z = depth[row * width + column];
      if (!(z > 0)) continue;
      const x = ((column + 0.5 - width / 2) * z) / focal;
      const y = ((row + 0.5 - height / 2) * z) / focal;
      positions.push(x, y, z - middle);
      colours.push(packed[row * width + column]);
    }
  }
  return {
    positions: Float32Array.from(positions),
    colours: Uint32Array.from(colours),
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
  const { positions, colours, middle, spacing } = points;
  for (let i = 0, j = 0; i < colours.length; i++, j += 3) {
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
          pixels[k] = colours[i];
        }
      }
    }
  }
}

function median(depth, stride) {
  const some = depth.filter((z, i) => z > 0 && i % (stride * 7) === 0).sort();
  return some.length ? some[some.length >> 1] : 1;
}
