import {
  attemptMayMove,
  attemptStateSchema,
  attemptStatesBefore,
  isFinished,
  isLaterPhase,
  jobFiles,
  jobIdSchema,
  jobMayMove,
  jobStatusesBefore,
  jobStatusSchema,
  mayRetry,
  newJobId,
  parseRunId,
  parseTaskId,
  partName,
  partNamePattern,
  publicTaskId,
  runId,
  taskId,
  taskIdSchema,
} from '@gridmr/contracts';
import { expect } from 'chai';

describe('newJobId', () => {
  it('sorts by the time of submission, as text', () => {
    const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48];
    const ids = times.map(time => newJobId(time));
    expect([...ids].reverse().sort()).to.deep.equal(ids);
  });

  it('is accepted by its own schema, differs each time and holds nothing that names may not', () => {
    const ids = Array.from({ length: 500 }, () => newJobId());
    expect(new Set(ids).size).to.equal(500);
    for (const id of ids) expect(jobIdSchema.parse(id)).to.match(/^[a-z0-9]+$/);
  });

  it('is not what anybody may write', () => {
    for (const id of ['', 'j', `${newJobId()}x`, newJobId().toUpperCase(), '../../etc/passwd', 'j:1']) {
      expect(jobIdSchema.safeParse(id).success, id).to.equal(false);
    }
  });
});

describe('taskId', () => {
  it('comes back from parseTaskId as it went in', () => {
    const jobId = newJobId();
    for (const kind of ['map', 'reduce'] as const) {
      for (const index of [0, 12, 99_999, 100_000, 999_999]) {
        expect(parseTaskId(taskId(jobId, kind, index))).to.deep.equal({ jobId, kind, index });
      }
    }
  });

  it('that is none is refused by parseTaskId and publicTaskId, in words', () => {
    const jobId = newJobId();
    for (const other of [jobId, `${jobId}-m-3`, `${jobId}-x-00003`, `${jobId}-m-00003\n`, ` ${jobId}-m-00003`, '']) {
      expect(() => parseTaskId(other), other).to.throw(/is not a task id/);
      expect(() => publicTaskId(other), other).to.throw(/is not a task id/);
    }
  });

  it('looks as the contract says', () => {
    const jobId = newJobId();
    expect(taskId(jobId, 'map', 12)).to.equal(`${jobId}-m-00012`);
    expect(taskId(jobId, 'reduce', 3)).to.equal(`${jobId}-r-00003`);
    expect(taskIdSchema.safeParse(`${jobId}-x-00003`).success).to.equal(false);
    expect(taskIdSchema.safeParse(`${jobId}-m-3`).success).to.equal(false);
  });
});

describe('the table of states', () => {
  it('lets no finished job move, but for one that is retried', () => {
    for (const from of jobStatusSchema.options) {
      const moves = jobStatusSchema.options.filter(to => jobMayMove(from, to));
      if (isFinished(from)) expect(moves, from).to.deep.equal(from === 'completed' ? [] : ['queued']);
      else expect(moves, from).to.include.members(['completed', 'failed', 'cancelled']);
      expect(moves, from).not.to.include(from);
      expect(mayRetry(from), from).to.equal(from === 'failed' || from === 'cancelled');
    }
    expect(jobStatusSchema.options.filter(isFinished)).to.deep.equal(['completed', 'failed', 'cancelled']);
  });

  it('lets lost attempts come back, and no other ended one', () => {
    expect(attemptMayMove('lost', 'committed')).to.equal(true);
    expect(attemptMayMove('lost', 'running')).to.equal(false);
    for (const ended of ['committed', 'superseded', 'failed', 'cancelled'] as const) {
      expect(attemptStateSchema.options.filter(to => attemptMayMove(ended, to))).to.deep.equal([]);
    }
  });

  it('reads the same backwards', () => {
    expect(jobStatusesBefore('completed')).to.deep.equal(['queued', 'running']);
    expect(jobStatusesBefore('queued')).to.deep.equal(['failed', 'cancelled']);
    expect(attemptStatesBefore('committed')).to.deep.equal(['running', 'lost']);
    expect(attemptStatesBefore('lost')).to.deep.equal(['running']);
  });

  it('lets phases only advance', () => {
    expect(isLaterPhase('plan', null)).to.equal(true);
    expect(isLaterPhase('reduce', 'map')).to.equal(true);
    expect(isLaterPhase('map', 'map')).to.equal(false);
    expect(isLaterPhase('map', 'reduce')).to.equal(false);
  });
});

describe('runs of a job', () => {
  const jobId = newJobId();

  it('have ids that messages, files and tasks may have in place of the job', () => {
    expect(runId(jobId, 1)).to.equal(jobId);
    for (const run of [1, 2, 1000]) {
      const id = runId(jobId, run);
      expect(jobIdSchema.parse(id)).to.equal(id);
      expect(parseRunId(id)).to.deep.equal({ jobId, run });
      expect(parseTaskId(taskId(id, 'reduce', 123_456))).to.deep.equal({ jobId: id, kind: 'reduce', index: 123_456 });
      expect(publicTaskId(taskId(id, 'map', 12))).to.equal(`${jobId}-m-00012`);
    }
    for (const other of [`${jobId}-`, `${jobId}-12345`, `${jobId}-x`, `${jobId}-2-3`])
      expect(() => jobIdSchema.parse(other), other).to.throw();
    for (const other of [`${jobId}-`, `${jobId}-12345`, `${jobId}\n`, ''])
      expect(() => parseRunId(other), other).to.throw(/is not a job id/);
  });
});

describe('jobFiles', () => {
  const jobId = newJobId();

  it('puts all of a job under its own directory', () => {
    const paths = [
      jobFiles.asked(jobId),
      jobFiles.plan(jobId),
      jobFiles.planChunk(jobId, 'token', 2),
      jobFiles.commit(jobId, 'map', 12),
      jobFiles.attemptOutput(jobId, 'reduce', 3, 'a1', 'part'),
      jobFiles.verdict(jobId),
    ];
    expect(new Set(paths).size).to.equal(paths.length);
    for (const path of paths) expect(path.startsWith(`.gridmr/jobs/${jobId}/`), path).to.equal(true);
  });

  it('spreads tasks over directories of a thousand, each attempt beside its commit record', () => {
    const directory = jobFiles.taskDirectory(jobId, 'map', 1999);
    expect(directory).to.match(/\/map\/00001$/);
    expect(jobFiles.taskDirectory(jobId, 'map', 2000)).to.match(/\/map\/00002$/);
    expect(jobFiles.commit(jobId, 'map', 1999)).to.equal(`${directory}/m-01999.json`);
    expect(jobFiles.attemptOutput(jobId, 'map', 1999, 'x', 'segment')).to.equal(`${directory}/m-01999.x.segment`);
  });

  it('names parts by the kind of the task that made them', () => {
    expect(partName('reduce', 3)).to.equal('part-r-00003');
    expect(partName('map', 0)).to.equal('part-m-00000');
    expect(partName('map', 0, 'gzip')).to.equal('part-m-00000.gz');
    for (const compression of ['none', 'gzip'] as const)
      expect(partName('map', 999_999, compression)).to.match(partNamePattern);
    for (const other of ['part-r-1', 'part-r-00000.gz.txt', '../part-r-00000', '_SUCCESS'])
      expect(other).not.to.match(partNamePattern);
  });
});
