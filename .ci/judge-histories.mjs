/**
 * Judges a folder of recorded histories by the command line, as a user would, and compares the
 * verdicts with the folder's `expected.json`. Usage: node .ci/judge-histories.mjs <folder>
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OUTPUT_MAX = 256 * 1024 * 1024;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node .ci/judge-histories.mjs <folder>');
  process.exit(2);
}
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
let differences = 0;
for (const group of groupsByOptions(Object.entries(expected))) {
  const verdicts = judge(group);
  for (const [file, { linearizable }] of group.files) {
    const due = linearizable ? 'linearizable' : 'not-linearizable';
    const verdict = verdicts.get(join(folder, file)) ?? 'no verdict';
    if (verdict === due) continue;
    differences += 1;
    console.log(`${file}: ${verdict}, should be ${due}`);
  }
}
console.log(`${Object.keys(expected).length} recorded histories, ${differences} judged wrongly`);
process.exitCode = differences === 0 ? 0 : 1;

/** Files that need the same options are judged by one process. */
function groupsByOptions(entries) {
  const groups = new Map();
  for (const [file, expectation] of entries) {
    const { format, model, initial } = expectation;
    const key = JSON.stringify([format, model, initial]);
    const group = groups.get(key) ?? { format, model, initial, files: [] };
    group.files.push([file, expectation]);
    groups.set(key, group);
  }
  return groups.values();
}

/** Verdict by path. A file with several histories has the worst of their verdicts. */
function judge({ format, model, initial, files }) {
  const paths = files.map(([file]) => join(folder, file));
  const options = ['--format', format, '--model', model, '--initial', JSON.stringify(initial)];
  const words = ['quorumlab', 'check', '--json', ...options, ...paths];
  const { stdout, stderr } = spawnSync('npx', words, { encoding: 'utf8', maxBuffer: OUTPUT_MAX });
  if (stdout === '' || stderr.includes('quorumlab:')) console.error(stderr);
  const verdicts = new Map();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { file, verdict, error } = JSON.parse(line);
    if (verdicts.get(file) !== 'not-linearizable') verdicts.set(file, verdict ?? error);
  }
  return verdicts;
}
