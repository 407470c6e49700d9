/**
 * A server of CRAQ, after Jeff Terrace and Michael J. Freedman, "Object Storage on CRAQ", USENIX
 * ATC 2009: one of a chain (../chain-replication), and with it these.
 *
 * State (§2.3)            here                         Rules (section)             file
 * versions of an object   state.objects                versions (§2.3)             versions
 * version number          version.number               reads (§2.3, §2.4)          reads
 * clean, dirty            version.isClean              version queries (§2.3)      version-queries
 * version query           state.questions              mini-transactions (§4.1.1)  test-and-set
 *                                                      multicast (§4.2)            multicast
 *                                                      joining anywhere (§5.3)     back-propagation
 *                                                      the chain's, and versions   on-the-chain
 *
 * The master is the chain's. Each file opens with what deviates from the paper, and why.
 */
import type {
  Cluster,
  Durable,
  Env,
  NodeId,
  Process,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import { firstConfiguration } from '../chain-replication/configuration.ts';
import { rolesOf } from '../chain-replication/options.ts';
import { expireAsServer, receiveAsServer } from '../chain-replication/server.ts';
import { CraqContext, type CraqTimer, type ServerRules } from './context.ts';
import type { CraqMessage } from './messages.ts';
import { type CraqServerState, initialCraqState } from './state.ts';

export class CraqServer implements Process<CraqMessage, CraqTimer, CraqServerState> {
  readonly state: CraqServerState;
  readonly #context: CraqContext;

  constructor(
    env: Env<CraqMessage, CraqTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: ServerRules,
  ) {
    this.state = initialCraqState(env.id, firstConfiguration(rolesOf(cluster).firstChain));
    this.#context = new CraqContext(env, cluster, machine, rules);
  }

  start(durable: Durable): void {
    const { chain } = this.#context;
    chain.rules.start(this.state, chain, durable);
  }

  receive(from: NodeId, message: CraqMessage | Unreadable): void {
    const context = this.#context;
    const { rules, chain } = context;
    switch (message.type) {
      case 'VersionQuery':
        rules.onVersionQuery(this.state, context, from, message);
        break;
      case 'VersionReply':
        rules.onVersionReply(this.state, context, from, message);
        break;
      case 'Payload':
        rules.onPayload(this.state, context, message);
        break;
      case 'Fetch':
        rules.onFetch(this.state, context, from, message);
        break;
      case 'Committed':
        rules.onCommitted(this.state, context, from, message);
        break;
      case 'Behind':
        rules.onBehind(this.state, context, from, message);
        break;
      case 'Back':
        rules.onBack(this.state, context, from, message);
        break;
      case 'Rejected':
        // For clients only.
        return;
      default:
        receiveAsServer(this.state, chain, from, message);
    }
  }

  expire(timer: CraqTimer): void {
    const context = this.#context;
    if (timer === 'ask') context.rules.onAskTimer(this.state, context);
    else if (timer === 'fetch') context.rules.onFetchTimer(this.state, context);
    else expireAsServer(this.state, context.chain, timer);
  }
}
