/**
 * Replaces what is at a place of the engine's text. A place that is not found exactly `times` times is not the one that was meant: this throws.
 *
 * @param {string} text
 * @param {RegExp} place with the flag `g`
 * @param {(...found: string[]) => string} replacement
 * @param {number} times
 */
export function change(text, place, replacement, times = 1) {
  const found = text.match(place)?.length ?? 0;
  if (found !== times) throw new Error(`the engine has ${found} places of the form ${place.source}, not ${times}`);
  return text.replace(place, replacement);
}
