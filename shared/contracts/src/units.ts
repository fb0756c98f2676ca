/** Of every setting, limit and field whose name ends in `mb`, except rates, which count a million. */
export const bytesPerMb = 1024 * 1024;
