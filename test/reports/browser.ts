/** A real Chromium over a report on disk: finding one, opening a page, watching what it does. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--in-process-gpu',
  '--renderer-process-limit=1',
];

export const CHROMIUM_MISSING =
  'no Chromium found: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to it';

/** `CHROMIUM_PATH`, or a system's usual place; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') return named;
  return PLACES.find((place) => existsSync(place));
}

/** One page at a time, over reports that are written into a folder of its own. */
export class ReportBrowser {
  /** Console errors and page errors since the last `open`. */
  readonly problems: string[] = [];
  /** Addresses asked for since the last `open`. */
  readonly requests: string[] = [];
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'quorumlab-report-'));
  #page: Page | undefined;
  /** Its scripts are the report's own. */
  #isPlain = false;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<ReportBrowser> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error(CHROMIUM_MISSING);
    return new ReportBrowser(await chromium.launch({ executablePath, args: ARGUMENTS }));
  }

  /** Writes `html` to disk; returns its address. */
  write(name: string, html: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, html);
    return pathToFileURL(path).href;
  }

  /**
   * Opens an address, and waits until the viewer says that it is drawn. The page is the one that
   * was open, emptied, unless its scripts are to be others: a fresh one takes twice the time.
   */
  async open(url: string, options: OpenOptions = {}): Promise<Page> {
    const { width = 1280, scheme = 'light', scripts = true, before } = options;
    const isPlain = scripts && before === undefined;
    const page = await (isPlain ? this.#emptied() : this.#fresh(options));
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    this.problems.length = 0;
    this.requests.length = 0;
    await page.goto(url);
    if (isPlain) await page.waitForSelector('html[data-ready]');
    return page;
  }

  /** The page that is open, if it was a plain one, with nothing in it. */
  async #emptied(): Promise<Page> {
    if (this.#page === undefined || !this.#isPlain) return this.#fresh({});
    await this.#page.goto('about:blank');
    return this.#page;
  }

  async #fresh({ scripts = true, before }: OpenOptions): Promise<Page> {
    await this.#page?.context().close();
    const context = await this.#browser.newContext({ javaScriptEnabled: scripts });
    if (before !== undefined) await context.addInitScript(before);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.problems.push(message.text());
      }
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('request', (request) => this.requests.push(request.url()));
    this.#page = page;
    this.#isPlain = scripts && before === undefined;
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface OpenOptions {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly scripts?: boolean;
  /** Script that runs before the report's own. */
  readonly before?: string;
}
