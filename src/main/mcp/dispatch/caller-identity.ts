import { clip } from '../../../shared/well-formed.ts'
import { programTitle } from '../../../shared/program-names.ts'
import type { Caller } from '../../access/caller.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { ProgramName } from '../../bus/paused-program.ts'
import type { McpSession } from '../http/session.ts'
import type { CallContext } from '../calls/call-context.ts'

/** Most characters of a program's name that its identity keeps. */
const programLength = 60

/**
 * The start of the identities that Busbar gives to the sessions of one program with one token:
 * `llm-<program>-<token>-` (docs/protocol.md, sender). The program is its name at `initialize` in lower case, with
 * `-` for every character but a–z and 0–9; the token is 6 hex digits of a digest of its digest.
 */
export function identityPrefix(programName: string, tokenTag: string): string {
  const program = programName
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '-')
    .slice(0, programLength)
  return `llm-${program === '' ? 'program' : program}-${tokenTag}-`
}

/** The program of a session, for a person who means all its sessions: its name with its token. */
export function programOf(
  { clientInfo, caller }: Pick<McpSession, 'clientInfo' | 'caller'>,
  tokenTagOf: (caller: Caller) => string,
): ProgramName {
  const name = (clientInfo === null ? '' : programTitle(clientInfo)) || 'A program without a name'
  return { program: identityPrefix(clientInfo?.name ?? '', tokenTagOf(caller)), name }
}

function programLabel({ clientInfo }: Pick<McpSession, 'clientInfo'>): string {
  const title = clientInfo === null ? '' : programTitle(clientInfo)
  return clip(title.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '), 200)
}

type SessionOnBus = Pick<CallContext, 'bus' | 'session'>

/**
 * The client that a session is on the bus. One that registered nothing gets a sticky identity: the lowest number of
 * its program and token that no open session has. So a program that reconnects is the same client again, and what a
 * person decided about it still holds.
 */
export interface CallerIdentity {
  /** The uuid of the calling session, whether it is on the bus already or not. */
  of(context: SessionOnBus): string
  /** The identity that the session was given, or would be given with its next call; null where it chose its uuid itself. */
  givenTo(context: SessionOnBus): string | null
  /** What people know the calling session by: its label on the bus, else its program's name; "" for neither. */
  labelOf(context: SessionOnBus): string
  /** Puts the session on the bus as an ephemeral `llm`, unless it is there. */
  register(context: CallContext): ClientInfo
}

export function createCallerIdentity(ports: {
  /** 6 hex digits that stand for a caller's token. */
  tokenTagOf: (caller: Caller) => string
}): CallerIdentity {
  /** What each session was given last. One that left the bus, as by a block, comes back as the same client. */
  const given = new WeakMap<McpSession, string>()
  const of = ({ bus, session }: SessionOnBus): string => {
    const bound = bus.registry.boundTo(session)
    if (bound !== undefined) return bound.uuid
    const isFree = (uuid: string): boolean => (bus.get(uuid)?.session ?? null) === null
    const last = given.get(session)
    if (last !== undefined && isFree(last)) return last
    const prefix = identityPrefix(session.clientInfo?.name ?? '', ports.tokenTagOf(session.caller))
    let number = 1
    while (!isFree(`${prefix}${String(number)}`)) number += 1
    return `${prefix}${String(number)}`
  }
  return {
    of,
    givenTo(context) {
      const bound = context.bus.registry.boundTo(context.session)
      if (bound === undefined) return of(context)
      return bound.uuid === given.get(context.session) ? bound.uuid : null
    },
    labelOf({ bus, session }) {
      const label = bus.registry.boundTo(session)?.metadata.label ?? ''
      return label === '' ? programLabel(session) : label
    },
    register(context) {
      const { bus, session } = context
      const bound = bus.registry.boundTo(session)
      if (bound !== undefined) return bound
      const label = programLabel(session)
      const uuid = of(context)
      given.set(session, uuid)
      return bus.register(
        {
          client_uuid: uuid,
          client_type: 'llm',
          is_persistent: false,
          capabilities: [],
          group_id: null,
          metadata: label === '' ? {} : { label },
        },
        session,
      ).client
    },
  }
}
