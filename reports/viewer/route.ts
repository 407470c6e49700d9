/** Hash routes: what the address says, and the address of what is shown. */

export type Route =
  | { readonly page: 'campaign' }
  | { readonly page: 'help' }
  | { readonly page: 'compare' }
  | { readonly page: 'group'; readonly signature: string }
  /** A history out of a file, by the number of its block. */
  | { readonly page: 'history'; readonly history: number; readonly view: RunAddress }
  | { readonly page: 'run'; readonly run: number; readonly view: RunAddress };

/** What of a run's page is in its address; absent fields are left to the page. */
export interface RunAddress {
  /** Cursor: virtual time in micros; the event, and which of its records, from 0. */
  readonly time?: number;
  readonly event?: number;
  readonly part?: number;
  /** Selected operation's index in the history. */
  readonly operation?: number;
  readonly filter?: string;
  /** Visible window in micros. */
  readonly from?: number;
  readonly to?: number;
}

/** Anything that is no route leads to the campaign's page. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [page = '', name = ''] = path.split('/').slice(1);
  if (page === 'help') return { page: 'help' };
  if (page === 'compare') return { page: 'compare' };
  if (page === 'f' && name !== '') return { page: 'group', signature: decode(name) };
  if (page === 'r' && /^\d+$/.test(name)) {
    return { page: 'run', run: Number(name), view: parseAddress(query) };
  }
  if (page === 'h' && /^\d+$/.test(name)) {
    return { page: 'history', history: Number(name), view: parseAddress(query) };
  }
  return { page: 'campaign' };
}

export function groupHref(signature: string): string {
  return `#/f/${encodeURIComponent(signature)}`;
}

export function runHref(run: number, view: RunAddress = {}): string {
  return `#/r/${run}${queryOf(view)}`;
}

export function historyHref(history: number, view: RunAddress = {}): string {
  return `#/h/${history}${queryOf(view)}`;
}

function queryOf(view: RunAddress): string {
  const query = new URLSearchParams();
  if (view.time !== undefined) query.set('t', String(view.time));
  if (view.event !== undefined) query.set('e', String(view.event));
  if (view.part !== undefined && view.part > 0) query.set('part', String(view.part));
  if (view.operation !== undefined) query.set('op', String(view.operation));
  if (view.filter !== undefined && view.filter !== '') query.set('q', view.filter);
  if (view.from !== undefined && view.to !== undefined) {
    query.set('from', String(view.from));
    query.set('to', String(view.to));
  }
  const suffix = query.toString();
  return suffix === '' ? '' : `?${suffix}`;
}

function parseAddress(query: string): RunAddress {
  const parameters = new URLSearchParams(query);
  const filter = parameters.get('q');
  return {
    ...time('time', parameters.get('t')),
    ...wholeNumber('event', parameters.get('e')),
    ...wholeNumber('part', parameters.get('part')),
    ...wholeNumber('operation', parameters.get('op')),
    ...time('from', parameters.get('from')),
    ...time('to', parameters.get('to')),
    ...(filter === null ? {} : { filter }),
  };
}

function wholeNumber(name: string, value: string | null): { readonly [name: string]: number } {
  return value !== null && /^\d{1,15}$/.test(value) ? { [name]: Number(value) } : {};
}

/** Those of a file may be negative. */
function time(name: string, value: string | null): { readonly [name: string]: number } {
  return value !== null && /^-?\d{1,16}$/.test(value) ? { [name]: Number(value) } : {};
}

/** A hand-written address may hold a stray percent sign. */
function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
