/** Bounds of a run of the tests. */
export const testLimits = {
  /** One test, unless it says otherwise. */
  testMs: 10_000,
  /**
   * Every timeout that a test names is for an idle machine; a busy one, that stalls for seconds, gets so many times as much. What a
   * test asserts is not touched.
   */
  patience: 6,
  /** After the last test of a suite, for its process to end by itself. */
  endMs: 3_000,
  /** After the end of its process, for what it has written last. */
  outputEndMs: 1_000,
  /** Without any news from a suite, it is given up: a test blocks the event loop. */
  silenceMs: 900_000,
  silenceCheckMs: 1_000,
  /** Of a failed test's message, in the list at the end. */
  reasonLengthMax: 600,
};
