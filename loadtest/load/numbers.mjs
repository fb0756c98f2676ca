/** Numbers as options have them, and what many of them come to. */

export function listOf(text, max) {
  return text.split(',').map(part => boundedNumber(part, Number.MIN_VALUE, max));
}

export function boundedNumber(text, min, max) {
  const number = Number(text);
  if (!(number >= min && number <= max)) throw new Error(`${text} is not a number from ${min} to ${max}`);
  return number;
}

/** Of an odd number of them, the middle one; else the higher of two. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
