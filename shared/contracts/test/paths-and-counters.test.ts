import {
  addCounters,
  countersSchema,
  dataPathSchema,
  failureClass,
  jobErrorCodes,
  normaliseDataPath,
  pathFault,
  RequestError,
  TaskError,
  zeroCounters,
} from '@gridmr/contracts';
import { expect } from 'chai';

describe('a path of a request', () => {
  for (const [path, meant] of [
    ['a.txt', 'a.txt'],
    ['/data/a.txt', 'a.txt'],
    ['/data//a//b/./c/', 'a/b/c'],
    ['/data', ''],
    ['data/a.txt', 'data/a.txt'],
    ['./a', 'a'],
    ['a..b/...', 'a..b/...'],
    ['logs/**/*.txt', 'logs/**/*.txt'],
    ['a/.gridmr', 'a/.gridmr'],
  ] as const) {
    it(`may be ${path}, which means "${meant}"`, () => {
      expect(dataPathSchema.safeParse(path).success).to.equal(true);
      expect(normaliseDataPath(path)).to.equal(meant);
    });
  }

  for (const [path, fault] of [
    ['/etc/passwd', 'absolute'],
    ['/dataset/a', 'absolute'],
    ['//data/a', 'absolute'],
    ['..', 'cannot leave'],
    ['../data/a', 'cannot leave'],
    ['a/../../b', 'cannot leave'],
    ['a/..', 'cannot leave'],
    ['/data/../etc', 'cannot leave'],
    ['/data//..', 'cannot leave'],
    ['..\\a', 'backslash'],
    ['a\\..\\b', 'backslash'],
    ['a\0b', 'NUL'],
    ['.gridmr', 'belongs to GridMR'],
    ['.gridmr/jobs/x', 'belongs to GridMR'],
    ['/data/.gridmr/x', 'belongs to GridMR'],
    ['./.gridmr//x', 'belongs to GridMR'],
  ] as const) {
    it(`may not be ${JSON.stringify(path)}`, () => {
      expect(pathFault(path)).to.include(fault);
      expect(dataPathSchema.safeParse(path).success).to.equal(false);
    });
  }

  it('is neither empty nor endless', () => {
    expect(dataPathSchema.safeParse('').success).to.equal(false);
    expect(dataPathSchema.safeParse('a/'.repeat(2000)).success).to.equal(false);
  });
});

describe('counters', () => {
  it('start at zero and add up name by name', () => {
    const sum = zeroCounters();
    addCounters(sum, { ...zeroCounters(), map_input_records: 2, user: { a: 1.5, b: -1 } });
    addCounters(sum, { ...zeroCounters(), map_input_records: 3, lost_attempts: 1, user: { a: 1 } });
    expect(sum).to.deep.equal({ ...zeroCounters(), map_input_records: 5, lost_attempts: 1, user: { a: 2.5, b: -1 } });
  });

  it('may be named as properties that every object has', () => {
    const sum = zeroCounters();
    const more = zeroCounters();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      Object.defineProperty(more.user, name, { value: 2, enumerable: true });
    }
    addCounters(sum, more);
    addCounters(sum, more);
    expect(Object.entries(sum.user)).to.deep.equal([
      ['__proto__', 4],
      ['constructor', 4],
      ['toString', 4],
    ]);
    expect(Object.getPrototypeOf(sum.user)).to.equal(Object.prototype);
    expect(Object.hasOwn({}, 'constructor')).to.equal(false);
  });

  it('are whole and not negative, but for those of users', () => {
    expect(countersSchema.safeParse({ map_input_records: -1 }).success).to.equal(false);
    expect(countersSchema.safeParse({ map_input_records: 0.5 }).success).to.equal(false);
    expect(countersSchema.safeParse({ unheard_of: 1 }).success).to.equal(false);
    expect(countersSchema.parse({ user: { down: -0.5 } }).user).to.deep.equal({ down: -0.5 });
  });
});

describe('errors', () => {
  it('know their HTTP status', () => {
    expect(new RequestError('output_exists', 'there is something')).to.include({ status: 409, code: 'output_exists' });
  });

  it('keep what is already known of a task’s failure', () => {
    const cause = new Error('deep');
    const error = new TaskError({ code: 'user_code_error', message: 'm', line: 3 }, { cause }).with({
      line: 9,
      attempt: 2,
    });
    expect(error.error).to.deep.equal({ code: 'user_code_error', message: 'm', line: 3, attempt: 2 });
    expect(error.cause).to.equal(cause);
  });

  it('are the user’s, but for those of storage and of GridMR itself', () => {
    expect(jobErrorCodes.filter(code => failureClass(code) === 'system')).to.deep.equal([
      'storage_error',
      'lost_too_often',
      'internal_error',
    ]);
  });
});
