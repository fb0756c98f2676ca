/** Stores, for threads of their own, whose file system fails now and then: see `injectFileFaults`. */
import { type FaultPlan, injectFileFaults } from '@gridmr/testkit';
import { blockingFixture, type FsFixture } from './fs-fixture.js';

/** The faults begin once the store is open. */
export async function faultyFixture(faults: Omit<FaultPlan, 'root'>): Promise<FsFixture> {
  const fixture = await blockingFixture();
  const injected = injectFileFaults({ root: fixture.root, ...faults });
  return {
    ...fixture,
    [Symbol.asyncDispose]: async () => {
      injected[Symbol.dispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
