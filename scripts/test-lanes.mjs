/**
 * Suites that run beside the others, at a low priority: those that neither measure time nor need a processor to themselves. Many of the others mostly wait (for a
 * lost worker to be noticed, for Redis to be back), so that these cost the whole run next to nothing.
 */
const aside = [
  ...[
    'shared/client',
    'shared/contracts',
    'shared/engine',
    'shared/history',
    'shared/samples',
    'shared/storage',
    'shared/tasks',
    'shared/testkit',
  ],
  ...['apps/api', 'apps/cli', 'apps/worker'],
  ...['tests/command-line', 'tests/examples', 'tests/fences', 'tests/infra', 'tests/nfs'],
];

/** The last of those that run by themselves, in this order: they look at times of seconds or less, and nothing runs beside them any more by then. */
const last = ['tests/browser', 'tests/chaos', 'tests/load'];

/** As `nice` has it: what is left over is theirs. */
export const asideNiceness = 10;

/**
 * Two lanes, each to be run one after the other. Whoever runs some of the suites only sees them one by one.
 * @template {{name: string}} Suite
 * @param {readonly Suite[]} suites
 * @param {boolean} areAll
 * @returns {{main: readonly Suite[], aside: readonly Suite[]}}
 */
export function testLanes(suites, areAll) {
  if (!areAll) return { main: suites, aside: [] };
  const plain = ({ name }) => name.replaceAll('\\', '/');
  const isAside = suite => aside.includes(plain(suite));
  const main = suites.filter(suite => !isAside(suite));
  main.sort((a, b) => last.indexOf(plain(a)) - last.indexOf(plain(b)));
  return { main, aside: suites.filter(isAside) };
}
