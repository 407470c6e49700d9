/**
 * Bundles the report's viewer into `dist/reports/viewer.js` and `viewer.css`, so that whoever
 * installs the package needs no bundler. Run by `npm run build`.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The bundle ends up in every report, so the notices of what it contains go with it. */
const notices = ['preact', '@preact/signals', '@preact/signals-core'].map((name) => {
  const license = readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8').trim();
  return `${name}\n${license}`;
});

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['reports/viewer/viewer.tsx', 'reports/viewer/viewer.css'],
  outdir: 'dist/reports',
  bundle: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  charset: 'utf8',
  banner: { js: `/*!\nThis viewer contains:\n\n${notices.join('\n\n')}\n*/` },
  logLevel: 'warning',
  write: false,
});

// Renamed into place: whoever reads while this runs gets the old file or the new one, whole.
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}
