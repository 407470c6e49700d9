/** The public surface of `quorumlab`: run specs, draw them from scenarios, bring your own. */

export { isLinked, isRunning, owedWhileConnected } from '../sim/connectivity.ts';
export type {
  Acknowledgement,
  Claims,
  Client,
  ClientEnv,
  Cluster,
  ClusterView,
  Durable,
  DurableRecord,
  Env,
  Invariant,
  InvariantWatcher,
  Loss,
  Message,
  Micros,
  Mutant,
  NodeId,
  OptionSchema,
  Options,
  Owed,
  Process,
  Protocol,
  StateMachine,
  Unreadable,
  Write,
} from '../sim/contract.ts';
export { FAULT_KINDS, type Fault, type FaultKind } from '../sim/fault.ts';
export type { Level, Staleness, WeakerLevel } from '../sim/level.ts';
export type { NumberName, NumberNames } from '../sim/number-names.ts';
export { digest, type Plain } from '../sim/plain.ts';
export type { NetworkConfig, Plan, PlannedFault, PlannedOperation } from '../sim/plan.ts';
export type { EventRecord } from '../sim/record.ts';
export { builtIn, type Registry, SpecError } from './assemble.ts';
export type { CampaignEngine } from './campaign-run.ts';
export { genericScenarios } from './catalogue/generic.ts';
export { type DrawSettings, findScenarios, type Scenario, scenarios } from './catalogue/index.ts';
export { defineScenario } from './catalogue/scenario.ts';
export { defineConfig, type Extension, extend } from './extension.ts';
export { oracles } from './oracles/index.ts';
export { type RunRequest, run } from './run.ts';
export { normaliseSeed, runSeed } from './seeds.ts';
export { type ShrinkOutcome, type ShrinkRequest, shrink } from './shrink/shrink.ts';
export { refinedSignature } from './signature.ts';
export type {
  Expectation,
  Failure,
  ReturnWindow,
  RunResult,
  RunSpec,
  Verdict,
  WindowOutcome,
} from './spec.ts';
