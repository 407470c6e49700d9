/** What the tidy test enforces: who may import whom, what is banned where, how big things get. */
import { dirname, extname, join } from 'node:path/posix';
import { transformSync } from 'esbuild';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const LINE_LENGTH_MAX = 100;

/**
 * The layers, and what each may import besides itself. `types` stands for `import type` alone, but
 * for what is named as `words`: tables that are the same wherever they are told.
 */
const LAYERS: { readonly [folder: string]: Layer } = {
  sim: { ours: [] },
  protocols: {
    ours: [
      'sim/contract.ts',
      'sim/level.ts',
      'sim/number-names.ts',
      'sim/plain.ts',
      'sim/connectivity.ts',
    ],
  },
  checker: { ours: [] },
  scenarios: { ours: ['sim/', 'protocols/', 'checker/'] },
  reports: {
    ours: ['sim/', 'protocols/', 'checker/', 'scenarios/'],
    types: true,
    words: ['sim/fault.ts'],
  },
  testing: { ours: ['checker/', 'reports/'] },
  cli: { ours: ['sim/', 'protocols/', 'checker/', 'scenarios/', 'reports/'] },
};

interface Layer {
  readonly ours: readonly string[];
  readonly types?: boolean;
  readonly words?: readonly string[];
}

/** Folders whose code runs in any engine with the same result, and the packages that it may use. */
const NEUTRAL = ['sim', 'protocols', 'checker', 'scenarios'];
const NEUTRAL_PACKAGES = ['seedrandom/lib/alea.js'];

const INEXACT =
  'log|log2|log10|log1p|exp|expm1|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|' +
  'asinh|acosh|atanh|cbrt|hypot';
const BANS: readonly (readonly [string, RegExp])[] = [
  ['the wall clock', /\b(Date|performance)\b/],
  ['chance without a seed', /\bMath\.random\b|\bcrypto\b/],
  ['a timer', /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
  ['asynchrony', /\b(async|await|Promise)\b/],
  ['a locale', /\b(Intl|localeCompare|toLocale\w*)\b/],
  ['inexact arithmetic', new RegExp(`\\bMath\\.(${INEXACT})\\b|(?<!\\b2) \\*\\* `)],
  ['the process', /(?<![.#\w])process\s*\.|\bglobalThis\b/],
  ['a sort without a comparator', /\.(sort|toSorted)\(\s*\)/],
];

/** Tests that share a process, as `vitest.config.ts` has it. */
const SHARING =
  /^test\/(sim|protocols|checker|scenarios|reports|paper|corpus)\/(?!.*\.alone\.test\.ts$).*\.ts$/;
/** What the files after them would see. */
const LASTING =
  /\bvi\.(mock|doMock|spyOn|stub\w+|use\w+|set\w+)\b|\bprocess\.(env\.\w+ = |chdir\b|on\b)/;

/** Written so that the patterns do not match themselves. */
const MACHINE = new RegExp(
  [
    String.raw`(?<![\w.])/(?:wor[k]|hom[e]|roo[t]|User[s]|tm[p])/\w`,
    String.raw`https?://[^/\s"']*(?:registr[y]|artifactor[y]|verdacci[o])`,
    '"resolve[d]":',
  ].join('|'),
);

/** Everything that is wrong with a file, as `path:line what`; `path` is relative to the project. */
export function complaintsAbout(path: string, text: string): string[] {
  const complaints = [...complaintsAboutWords(path, text), ...complaintsAboutSharing(path, text)];
  if (!/^\.(ts|tsx|mjs)$/.test(extname(path))) return complaints;
  return [...complaints, ...complaintsAboutImports(path, text), ...complaintsAboutSize(path, text)];
}

function complaintsAboutWords(path: string, text: string): string[] {
  const complaints = text
    .split('\n')
    .flatMap((line, index) =>
      MACHINE.test(line) ? `${path}:${index + 1} names a machine's path or a registry` : [],
    );
  const isNeutral = NEUTRAL.includes(path.split('/')[0] ?? '') && extname(path) === '.ts';
  if (!isNeutral || path.endsWith('/mutants.ts') || path.endsWith('.d.ts')) return complaints;
  const code = codeOf(text);
  const broken = BANS.filter(([, pattern]) => pattern.test(code));
  return [...complaints, ...broken.map(([what]) => `${path} uses ${what}`)];
}

function complaintsAboutSharing(path: string, text: string): string[] {
  const lasting = SHARING.test(path) ? LASTING.exec(codeOf(text))?.[0] : undefined;
  if (lasting === undefined) return [];
  return [`${path} shares its process and uses ${lasting}: only a *.alone.test.ts may`];
}

/** The code without comments, types and the contents of strings; what `\${}` encloses is code. */
function codeOf(text: string): string {
  const { code } = transformSync(text, {
    loader: 'ts',
    target: 'esnext',
    legalComments: 'none',
    supported: { 'template-literal': false },
  });
  return code.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');
}

const IMPORT =
  /^(?:import|export)\b([^'";]*?)\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

function complaintsAboutImports(path: string, text: string): string[] {
  const folder = path.split('/')[0] ?? '';
  const layer = LAYERS[folder];
  if (layer === undefined) return [];
  return [...text.matchAll(IMPORT)].flatMap(([, names, ...specifiers]) => {
    const specifier = specifiers.find((each) => each !== undefined) ?? '';
    if (!specifier.startsWith('.')) {
      const isFine = !NEUTRAL.includes(folder) || NEUTRAL_PACKAGES.includes(specifier);
      return isFine ? [] : `${path} imports ${specifier}`;
    }
    const target = join(dirname(path), specifier);
    if (target.startsWith(`${folder}/`) || target === 'package.json') return [];
    const isAllowed = layer.ours.some((allowed) => target.startsWith(allowed));
    const isByType = layer.types === true && layer.words?.includes(target) !== true;
    if (isAllowed && (!isByType || isTypeOnly(names ?? ''))) return [];
    return `${path} imports ${target}`;
  });
}

function isTypeOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const inBraces = /\{([^}]*)\}/.exec(names)?.[1]?.split(',') ?? [''];
  return inBraces.every((name) => /^\s*(type\s|$)/.test(name)) && /\btype\b/.test(names);
}

function complaintsAboutSize(path: string, text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const complaints = lines.flatMap((line, index) =>
    [...line].length > LINE_LENGTH_MAX ? `${path}:${index + 1} is ${[...line].length} long` : [],
  );
  if (lines.length > FILE_LINES_MAX) complaints.push(`${path} has ${lines.length} lines`);
  for (const [index, line] of lines.entries()) {
    if (!opensFunction(line)) continue;
    const indentation = /^ */.exec(line)?.[0] ?? '';
    const closing = lines.findIndex((each, at) => at > index && each.startsWith(`${indentation}}`));
    const length = closing - index + 1;
    if (length <= FUNCTION_LINES_MAX) continue;
    complaints.push(`${path}:${index + 1} begins a function of ${length} lines`);
  }
  return complaints;
}

/** Formatted code closes a body at the indentation of the line that opens it. */
function opensFunction(line: string): boolean {
  if (/^\s*(?:\} )?(?:if|else|for|while|do|switch|catch|try|describe)\b/.test(line)) return false;
  return /(?:=>|\)|\): [^=]+) \{$/.test(line);
}
