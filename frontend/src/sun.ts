const RADIANS = Math.PI / 180;
const J2000 = Date.UTC(2000, 0, 1, 12);
/** The sun's upper edge, bent by the air, is at the horizon when its middle is this far below it. */
const HORIZON_DEGREES = -0.833;

const sin = (degrees: number) => Math.sin(degrees * RADIANS);
const cos = (degrees: number) => Math.cos(degrees * RADIANS);

/**
 * Whether the sun is down at a moment (milliseconds since 1970) and a place (degrees).
 * The low-precision formula of the Astronomical Almanac, good to a minute of time.
 */
export function isNight(at: number, latitude: number, longitude: number): boolean {
  const days = (at - J2000) / 86_400_000;
  const anomaly = 357.528 + 0.9856003 * days;
  const ecliptic = 280.46 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.02 * sin(2 * anomaly);
  const tilt = 23.439 - 0.0000004 * days;
  const declination = Math.asin(sin(tilt) * sin(ecliptic)) / RADIANS;
  const ascension = Math.atan2(cos(tilt) * sin(ecliptic), cos(ecliptic)) / RADIANS;
  const hourAngle = 280.46061837 + 360.98564736629 * days + longitude - ascension;
  const height = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hourAngle);
  return Math.asin(height) / RADIANS < HORIZON_DEGREES;
}
