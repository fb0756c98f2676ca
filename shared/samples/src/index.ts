/** Sample input of any size, made from a seed. Needs nothing but JavaScript. */
export * from './random.js';
export * from './sample-chunks.js';
export { type SampleKind, sampleKinds } from './sample-lines.js';
