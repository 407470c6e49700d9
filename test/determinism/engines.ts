/** Other engines to run a script in: another Node process, another Node, a Chromium page. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Includes downloading a Node of some 40 MB the first time. */
const LIMIT_MS = 120_000;
const OUTPUT_MAX = 64 * 1024 * 1024;

const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs a program that prints a JSON array of strings. */
export function runInNode(program: string): string[] {
  return linesPrinted(spawnProgram(process.execPath, ['-'], program));
}

/** A major version of Node that this process is not. */
export function otherMajor(): number {
  return process.version.startsWith('v22.') ? 20 : 22;
}

/** Why the other Node cannot be had, or undefined if it can; npm downloads it when needed. */
export function whyNoOtherNode(): string | undefined {
  const { status, stdout, stderr, error } = spawnOtherNode('console.log(process.version)');
  if (status === 0 && stdout.startsWith(`v${otherMajor()}.`)) return undefined;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  return `npm could not provide Node ${otherMajor()}: ${reason}`;
}

export function runInOtherNode(program: string): string[] {
  return linesPrinted(spawnOtherNode(program));
}

function spawnOtherNode(program: string) {
  const words = ['exec', '--yes', `--package=node@${otherMajor()}`, '--', 'node', '-'];
  return spawnProgram('npm', words, program);
}

function spawnProgram(command: string, words: readonly string[], program: string) {
  return spawnSync(command, words, {
    input: program,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: OUTPUT_MAX,
    env: { ...process.env, npm_config_fetch_retries: '1', npm_config_update_notifier: 'false' },
  });
}

function linesPrinted(ended: ReturnType<typeof spawnProgram>): string[] {
  const { status, stdout, stderr, error } = ended;
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`Node ended with ${status}: ${error?.message ?? stderr}`);
}

/** `CHROMIUM_PATH`, or a system's usual place. */
function chromiumPath(): string {
  const named = process.env.CHROMIUM_PATH;
  const path = named === undefined || named === '' ? CHROMIUM_PLACES.find(existsSync) : named;
  if (path === undefined) {
    throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM_PATH');
  }
  return path;
}

/** Evaluates the script and then the expression in an empty page without network. */
export async function runInChromium(script: string, expression: string): Promise<unknown> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: CHROMIUM_ARGUMENTS,
  });
  try {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.setContent('<!doctype html><title>hundred seeds</title>');
    await page.addScriptTag({ content: script });
    return await page.evaluate(expression);
  } finally {
    await browser.close();
  }
}
