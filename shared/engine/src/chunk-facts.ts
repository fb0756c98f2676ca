/** How a sort buffer remembers its chunks of values: four numbers each, side by side in one array. */

/** What is known of a chunk: offsets into `chunks`, from `chunk * chunkFacts` on. */
export const chunkFacts = 4;
export const chunkFact = {
  /** The key's next chunk, plus 1; 0 is none. */
  next: 0,
  /** Of its bytes. */
  start: 1,
  end: 2,
  /** Four times the number of its values, plus its kind. */
  valuesAndKind: 3,
} as const;
