/**
 * The store in a bucket: what every blob store does, and what only it has. Always against the small server of the testkit; with `GRIDMR_TEST_S3_URL` against a
 * real one too.
 */
import { describeBlobStore } from './blob-store-suite.js';
import { describeDirectories } from './directory-suite.js';
import { OwnServer, objectFixture, realStore } from './object-fixture.js';
import { describeRaces } from './race-suite.js';
import { describeTransfers } from './transfer-suite.js';

const own = new OwnServer();
after(() => own.stop());

const fixture = async () => objectFixture(await own.address());
const blockingFixture = async () => objectFixture(await own.address(), { mayBlock: true });

describeBlobStore('a bucket', fixture);
describeBlobStore('a bucket, for a thread of its own', blockingFixture);
describeTransfers('a bucket', fixture);
describeDirectories('a bucket', fixture);
describeRaces('a bucket', fixture);

const address = realStore;
if (address === undefined) {
  describe('a bucket of a real store', () => {
    it('is tested where GRIDMR_TEST_S3_URL names one', function () {
      this.skip();
    });
  });
} else {
  describeBlobStore('a bucket of a real store', () => objectFixture(address));
  describeBlobStore('a bucket of a real store, for a thread of its own', () =>
    objectFixture(address, { mayBlock: true }),
  );
  describeTransfers('a bucket of a real store', () => objectFixture(address));
  describeDirectories('a bucket of a real store', () => objectFixture(address));
  describeRaces('a bucket of a real store', () => objectFixture(address));
}
