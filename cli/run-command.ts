/** `quorumlab run`: one seed of each scenario, shown in full. */
import { judge } from '../scenarios/campaign-run.ts';
import { engineFor } from './engine.ts';
import { type ExitCode, severest } from './exit.ts';
import { drawnSeed } from './fuzz-command.ts';
import type { Given } from './given.ts';
import { exitOfRun, RunOutput } from './run-output.ts';
import {
  drawableOf,
  drawSettings,
  selectScenarios,
  simulationWords,
  wantsDeterminism,
} from './selection.ts';

export async function runCommand(given: Given): Promise<ExitCode> {
  const script = given.word('script');
  if (script !== undefined) {
    return (await import('./script-run.ts')).scriptCommand(given, script);
  }
  const named = selectScenarios(given.words('scenario'));
  const settings = drawSettings(given, named);
  // One seed for all of them: what differs between two is then the scenario alone.
  const seed = given.seed('seed') ?? drawnSeed();
  const tell = (text: string): void => void process.stderr.write(`quorumlab: ${text}\n`);
  const selected = drawableOf(named, settings, tell, seed);
  const output = new RunOutput(given, simulationWords(given));
  const engine = engineFor(settings);
  const codes: ExitCode[] = [];
  for (const { id } of selected) {
    const spec = engine.draw(id, seed);
    const result = judge(engine, spec, {
      events: output.wantsEvents,
      states: output.wantsStates,
      twice: wantsDeterminism(given),
    });
    output.add(result);
    codes.push(exitOfRun(result));
  }
  await output.finish();
  return severest(codes);
}
