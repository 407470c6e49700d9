/** What a configuration file says, as far as that can be seen without running it. */
import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Extension } from '../scenarios/extension.ts';
import { CONFIG_NAMES } from './config.ts';
import { InputError } from './exit.ts';
import { reasonOf } from './files.ts';
import { didYouMean } from './hints.ts';

const member = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'expected a function',
});

/** The members without which nothing would run or be shown; what they do, the first run shows. */
const protocolSchema = z.looseObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
  title: z.string(),
  paper: z.string(),
  optionSchema: z.array(z.looseObject({ name: z.string() })),
  marks: z.record(z.string(), z.string()),
  invariants: z.array(z.looseObject({ name: z.string(), watch: member })),
  replica: member,
  client: member,
  claims: member,
  decidedCount: member,
  decidedOperation: member,
  appliedCount: member,
  app: member,
  acknowledges: member,
  holds: member,
  summary: member,
  leadership: member,
  numberNames: z
    .looseObject({
      fields: z.record(z.string(), member),
      round: member.optional(),
      acknowledgedRound: member.optional(),
    })
    .optional(),
});

const machineSchema = z.looseObject({
  name: z.string(),
  initial: member,
  apply: member,
  clone: member,
  isReadOnly: member,
});

const configSchema = z.strictObject({
  protocols: z.array(protocolSchema).optional(),
  machines: z.array(machineSchema).optional(),
  mutants: z
    .array(z.looseObject({ id: z.string(), summary: z.string(), apply: member }))
    .optional(),
  scenarios: z.array(z.looseObject({ id: z.string(), draw: member })).optional(),
});

const KEYS = Object.keys(configSchema.shape);

/** Throws `InputError` for a file that cannot be read, or says what it may not. */
export async function importConfig(path: string): Promise<Extension> {
  if (!['.mjs', '.js'].includes(extname(path))) {
    throw new InputError(`${path}: write it in JavaScript, and name it ${CONFIG_NAMES[0]}`);
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${reasonOf(error)}${placeOfError(error, path)}`);
  }
  if (module.default === undefined) {
    throw new InputError(
      `${path}: it has no default export; write export default defineConfig({…})`,
    );
  }
  const { success, error } = configSchema.safeParse(module.default);
  if (success) return module.default as Extension;
  const [issue] = error.issues;
  const hint = issue?.code === 'unrecognized_keys' ? didYouMean(issue.keys[0] ?? '', KEYS) : '';
  throw new InputError(`${path}: ${placeOf(issue?.path ?? [])}: ${issue?.message}${hint}`);
}

/** ` (config.mjs:3:14)`, in whichever file it is; nothing where the engine does not say. */
function placeOfError(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const thrown = /^ +at .*?(file:\/\/[^\s)]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  const place = placeOfSyntax(stack) ?? thrown ?? placeOfSyntax(complaintOf(path));
  return place === undefined ? '' : ` (${place.replace(/^file:\/\/[^:]+/, fileURLToPath)})`;
}

/** What Node puts above a syntax error: the place, the line, and a caret below the column. */
function placeOfSyntax(text: string): string | undefined {
  const [, place, caret] = /^(file:\/\/\S+:\d+)\n.*\n( *)\^?/.exec(text) ?? [];
  return place === undefined ? undefined : `${place}:${(caret?.length ?? 0) + 1}`;
}

/** An error that is caught does not tell where the syntax is wrong; one that ends Node does. */
function complaintOf(path: string): string {
  const code = `await import(${JSON.stringify(pathToFileURL(path).href)})`;
  const words = ['--input-type=module', '--eval', code];
  const { stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 5_000 });
  return stderr ?? '';
}

/** `protocols[0].claims` */
function placeOf(path: readonly PropertyKey[]): string {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return words.join('').replace(/^\./, '') || 'the default export';
}
