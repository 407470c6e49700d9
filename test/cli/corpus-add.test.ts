import { describe, expect, it } from 'vitest';
import { edited, entryOf, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const passing = entryOf(runThat('passed', 'vr/primary-crash'));
const calm = runThat('passed', 'vr/calm');
const undecided = edited(entryOf(calm), { bounds: { ...calm.spec.bounds, events: 50 } });
const { signature } = failing;
const FAILING = `vr/${failing.signature}.json`;

const home = homeOfEachTest();

describe('quorumlab corpus add', () => {
  it('keeps a failure that was saved with what it has shown', async () => {
    const { expect: _expect, marks: _marks, fired: _fired, ...old } = failing;
    home.put({ 'found.json': old });
    const { code, stdout } = await home.run('corpus', 'add', 'found.json', '--note', 'a gap');
    expect(stdout).toMatch(
      new RegExp(
        `^added {6}corpus/${FAILING} {2}fails with ${signature} \\(.*\\) against VR-13\n$`,
      ),
    );
    expect(code).toBe(0);
    const entry = home.entry(`corpus/${FAILING}`);
    expect(entry).toMatchObject({
      signature,
      oracle: failing.oracle,
      message: failing.message,
      expect: 'fail',
      note: 'a gap',
      traceHash: failing.traceHash,
      marks: failing.marks,
      fired: failing.fired,
      spec: failing.spec,
    });
    expect(entry.code).toMatch(/^[0-9a-f]{12}$/);
    expect(entry.found).toMatchObject({ command: 'quorumlab replay found.json' });
  });

  it('does nothing the second time, and changes nothing without --force', async () => {
    home.put({ 'found.json': failing });
    await home.run('corpus', 'add', 'found.json');
    const before = home.text(`corpus/${FAILING}`);
    for (const name of ['found.json', `corpus/${FAILING}`]) {
      const again = await home.run('corpus', 'add', name);
      expect(again.stdout).toMatch(new RegExp(`^unchanged  corpus/${FAILING}`));
      expect(again.code).toBe(0);
    }
    const refused = await home.run('corpus', 'add', 'found.json', '--note', 'new');
    expect(refused.stderr).toBe(
      `quorumlab: found.json: not added: corpus/${FAILING} is the same run with no note; ` +
        '--force replaces it\n',
    );
    expect(refused.code).toBe(2);
    expect(home.text(`corpus/${FAILING}`)).toBe(before);
    const forced = await home.run('corpus', 'add', 'found.json', '--note', 'new', '--force');
    expect(forced.stdout).toMatch(/^replaced {3}/);
    expect(home.entry(`corpus/${FAILING}`).note).toBe('new');
    expect(home.files('corpus')).toEqual([FAILING]);
  });

  it('gives another run of the same signature another name', async () => {
    home.put({ 'a.json': failing, 'b.json': edited(failing, { paranoid: true }) });
    const { stdout } = await home.run('corpus', 'add', 'a.json', 'b.json', '--dir', 'kept/here');
    expect(stdout.split('\n')).toHaveLength(3);
    expect(home.files('kept/here')).toEqual([`vr/${signature}-2.json`, FAILING]);
  });

  it('refuses to keep as failing what passes, and goes on with the others', async () => {
    home.put({ 'a.json': failing, 'b.json': passing });
    const words = ['add', 'b.json', 'nowhere.json', 'a.json', '--expect', 'fail', '--json'];
    const { code, stdout, stderr } = await home.run('corpus', ...words);
    expect(stderr.split('\n')).toEqual([
      'quorumlab: b.json: not added: it passes, and what is kept to fail has to fail',
      'quorumlab: cannot read nowhere.json: there is no such file or folder',
      '',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ target: 'a.json', action: 'added', expect: 'fail' });
    expect(home.files('corpus')).toEqual([FAILING]);
    expect(code).toBe(2);
  });

  it('keeps a seed as well, made again byte for byte on a given day', async () => {
    const words = ['add', 'vr/calm@7', '--nodes', '5', '--note', 'the normal case'];
    const { stdout } = await home.run('corpus', ...words);
    expect(stdout).toMatch(/^added {6}corpus\/vr\/R-[0-9a-f]{4}\.json {2}passes\n$/);
    const [name = ''] = home.files('corpus');
    expect(home.entry(`corpus/${name}`)).toMatchObject({
      oracle: 'situation',
      message: 'the normal case',
      expect: 'pass',
      found: { command: 'quorumlab replay vr/calm@0x7 --nodes 5' },
      spec: { seed: '0x7', replicas: 5 },
    });
    expect(home.entry(`corpus/${name}`).found?.date).toBe(new Date().toISOString().slice(0, 10));
    process.env.SOURCE_DATE_EPOCH = '86400';
    await home.run('corpus', ...words, '--dir', 'one');
    await home.run('corpus', ...words, '--dir', 'two');
    delete process.env.SOURCE_DATE_EPOCH;
    expect(home.entry(`one/${name}`).found?.date).toBe('1970-01-02');
    const [one, two] = ['one', 'two'].map((at) => home.text(`${at}/${name}`));
    expect(one).toBe(two);
  });

  it('keeps a bug to be mended with what it was found by, and says that it is there', async () => {
    home.put({ 'bug.json': failing });
    const { stdout } = await home.run('corpus', 'add', 'bug.json', '--expect', 'pass');
    expect(stdout).toContain('corpus verify objects until that is mended');
    expect(home.entry(`corpus/${FAILING}`)).toMatchObject({ expect: 'pass', marks: failing.marks });
    expect((await home.run('corpus', 'verify')).code).toBe(1);
  });

  it('keeps of a mended bug what it reached when it was found', async () => {
    const found = { ...passing, marks: ['view-change-started'], fired: [0] };
    const gone = { ...edited(passing, { paranoid: true }), marks: ['torn-record-dropped'] };
    home.put({ 'found.json': found, 'gone.json': gone });
    const { code, stderr } = await home.run('corpus', 'add', 'found.json', 'gone.json');
    expect(home.entry('corpus/vr/L-0123.json')).toMatchObject({ marks: found.marks, fired: [0] });
    expect(stderr).toContain('gone.json: not added: it passes, but no longer shows what was found');
    expect(stderr).toContain('torn-record-dropped is not reached');
    expect(code).toBe(4);
    const forced = await home.run('corpus', 'add', 'gone.json', '--force');
    expect(forced.code).toBe(0);
    expect(home.entry('corpus/vr/L-0123-2.json').marks).toEqual(passing.marks);
  });

  it('refuses what comes to no verdict', async () => {
    home.put({ 'a.json': undecided });
    const { code, stderr } = await home.run('corpus', 'add', 'a.json');
    expect(stderr).toContain('a.json: not added: it came to no verdict: bound on events reached');
    expect(code).toBe(3);
  });

  it('refuses folders, options of saved files, and places it cannot write to', async () => {
    home.put({ 'a.json': failing, 'in-the-way': 'a file' });
    const refusals = await Promise.all([
      home.run('corpus', 'add', '.'),
      home.run('corpus', 'add', 'a.json', '--nodes', '5'),
      home.run('corpus', 'add', 'a.json', '--dir', 'in-the-way/corpus'),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2]);
    const [ofFolder, ofOption, ofPlace] = refusals.map(({ stderr }) => stderr);
    expect(ofFolder).toContain('. is a folder: name its files, such as ./*.json');
    expect(ofOption).toContain('--nodes cannot change a saved run');
    expect(ofPlace).toContain('cannot write to the output folder in-the-way/corpus');
  });

  it('never leads out of its folder, whatever a file says', async () => {
    home.put({
      'a.json': JSON.stringify({ ...failing, signature: '../../escaped' }),
      'b.json': edited(failing, { protocol: '../../escaped' }),
    });
    const { code, stderr } = await home.run('corpus', 'add', 'a.json', 'b.json');
    expect(stderr).toContain('a.json: signature: expected up to 64 letters');
    expect(stderr).toContain('b.json: spec.protocol: unknown "../../escaped"');
    expect({ code, files: home.files('corpus') }).toEqual({ code: 2, files: [] });
  });
});
