/** Starts and stops GridMR's programs on one machine. */
export { Stack, type StackOptions } from './stack.js';
