/** The commit that decides, made by processes that know nothing of each other. */
import { expect } from 'chai';
import { RacingProcesses } from './racing-processes.js';
import { readText, type StoreFixture } from './store-fixture.js';

/** Starting processes takes long on a busy machine. */
const racingDeadlineMs = 120_000;

export function describeRaces(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} and many processes`, () => {
    let fixture: StoreFixture;
    const store = () => fixture.store;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    it('has exactly one winner among many processes, whose content is whole', async function () {
      this.timeout(racingDeadlineMs);
      const count = 4;
      const texts = Array.from({ length: count }, (_, i) => `${i}:`.repeat(50_000));
      await using processes = await RacingProcesses.start(count, fixture.address);
      for (let round = 0; round < 10; round++) {
        const won = await processes.race(`race/${round}/record.json`, texts);
        expect(won.filter(Boolean)).to.have.length(1);
        const winner = texts[won.indexOf(true)];
        expect((await readText(store(), `race/${round}/record.json`)) === winner).to.equal(true);
        expect(await fixture.everything(`race/${round}`)).to.deep.equal(['record.json']);
      }
    });
  });
}
