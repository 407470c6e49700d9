/** Builds the viewer from its sources, so that no test looks at an old bundle. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function buildViewer(): void {
  const script = fileURLToPath(new URL('../../reports/build-viewer.mjs', import.meta.url));
  execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
