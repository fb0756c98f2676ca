/** All fences, each named by what it keeps. */
import { noCycles } from './rules/cycles.js';
import { noDeadExports } from './rules/dead-code.js';
import { lockfileInStep, pinnedDependencies } from './rules/dependencies.js';
import { noAny, noConsole, noDefaultExport } from './rules/forbidden-code.js';
import { importDirections, noDeepImports, noTestsInProduct } from './rules/import-directions.js';
import { contractsWithoutNode, declaredImports, filesOnlyInStorage } from './rules/import-sources.js';
import { kebabCaseNames, tellingNames } from './rules/names.js';
import { shallowFolders, shortFiles, shortMedian } from './rules/sizes.js';
import type { Rule } from './source-file.js';

export const fences: Readonly<Record<string, Rule>> = {
  'packages import only those below them': importDirections,
  'packages are entered by their index': noDeepImports,
  'src imports nothing of tests': noTestsInProduct,
  'every imported library is declared by the package itself': declaredImports,
  'files are touched through storage only': filesOnlyInStorage,
  'contracts need no Node.js': contractsWithoutNode,
  'no file imports itself by way of others': noCycles,
  'what is exported is used': noDeadExports,
  'names are kebab-case': kebabCaseNames,
  'names say what is inside': tellingNames,
  'no file is long': shortFiles,
  'half of all files are short': shortMedian,
  'folders are shallow': shallowFolders,
  'nothing has the type any': noAny,
  'nothing is exported by default': noDefaultExport,
  'nothing is written to the console': noConsole,
  'dependencies are pinned': pinnedDependencies,
  'the lockfile is in step': lockfileInStep,
};
