import type { EventEmitter } from 'node:events'
import { createEvents } from '../base/guarded.ts'
import type { Block, BlockKind, ListedBlock } from '../../shared/blocks.ts'
import { programTitle } from '../../shared/program-names.ts'
import { plainAddress } from './address.ts'
import type { SessionRequest, Blocked } from './caller.ts'

/** What a person asks for: until when in Unix seconds, null until it is lifted. */
export type BlockOrder = Omit<Block, 'id' | 'createdAt' | 'tokenId'> & { readonly tokenId?: string | null }

/** Who a person keeps away, and for how long. */
export interface BlockList {
  /** Adds a block, in place of an older one of the same. */
  add(order: BlockOrder): Block
  /** False where there was no such block. */
  lift(id: string): boolean
  /** The block of a client's uuid that holds now, or null. */
  find(userId: string, uuid: string): Block | null
  /** The block that keeps a program from a session: by its address, its token or its name. */
  blockOf(applicant: SessionRequest): Block | null
  /** Every block that still holds, newest first. */
  list(): Block[]
  /** The same, with what each refused. */
  listed(): ListedBlock[]
  /** Something was refused because of this block, one that this list returned. */
  noteRefused(block: Block): void
  /** `changed` follows `added` or `lifted`; blocks that run out are silent. */
  readonly events: EventEmitter<{ changed: []; added: [block: Block]; lifted: [block: Block] }>
}

/** The id of a block: what it blocks. No part can hold a control character. */
export function blockId(
  kind: BlockKind,
  userId: string,
  subject: string,
  tokenId: string | null = null,
): string {
  return [kind, userId, normal(kind, subject), ...(tokenId === null ? [] : [tokenId])].join('\u001f')
}

/**
 * Builds a list with what was kept of it. `clock` gives Unix milliseconds.
 *
 * @param nameOf what a token is called, by its id: a person may block it by either
 */
export function createBlockList(
  clock: () => number,
  kept: readonly Block[] = [],
  nameOf: (tokenId: string) => string | null = () => null,
): BlockList {
  const events: BlockList['events'] = createEvents('blocks')
  const blocks = new Map<string, Block>(kept.map((block) => [block.id, block]))
  /** In memory alone. New terms for the same subject are a new block, which counts from zero. */
  const refused = new WeakMap<Block, ListedBlock['refused']>()

  const holds = (block: Block): boolean => block.blockedUntil === null || block.blockedUntil > clock() / 1000
  const get = (...named: Parameters<typeof blockId>): Block | null => {
    const block = blocks.get(blockId(...named))
    return block !== undefined && holds(block) ? block : null
  }

  const list = (): Block[] => {
    for (const [id, block] of blocks) {
      if (!holds(block)) blocks.delete(id)
    }
    return [...blocks.values()].reverse()
  }

  return {
    events,
    add(order) {
      const { kind, tokenId = null } = order
      const subject = normal(kind, order.subject)
      // An address is blocked on every bus.
      const userId = kind === 'address' ? '' : order.userId
      const id = blockId(kind, userId, subject, tokenId)
      const block: Block = { ...order, id, userId, subject, tokenId, createdAt: clock() / 1000 }
      blocks.delete(id)
      blocks.set(id, block)
      events.emit('added', block)
      events.emit('changed')
      return block
    },
    lift(id) {
      const block = blocks.get(id)
      if (block === undefined || !blocks.delete(id) || !holds(block)) return false
      events.emit('lifted', block)
      events.emit('changed')
      return true
    },
    find: (userId, uuid) => get('client', userId, uuid),
    blockOf({ caller, remoteAddress, programName }) {
      const { user_id, token_id } = caller
      const onBus = (kind: BlockKind, subject: string, tokenId: string | null = null): Block | null =>
        get(kind, '', subject, tokenId) ?? get(kind, user_id, subject, tokenId)
      const name = nameOf(token_id)
      const withToken = (find: (token: string) => Block | null): Block | null =>
        find(token_id) ?? (name === null ? null : find(name))
      return (
        get('address', '', remoteAddress) ??
        withToken((token) => onBus('token', token)) ??
        (programName === null
          ? null
          : (withToken((token) => onBus('program', programName, token)) ?? onBus('program', programName)))
      )
    },
    list,
    listed: () =>
      list().map((block) => ({ ...block, refused: refused.get(block) ?? { count: 0, lastAt: null } })),
    noteRefused(block) {
      refused.set(block, { count: (refused.get(block)?.count ?? 0) + 1, lastAt: clock() / 1000 })
    },
  }
}

/**
 * What a model reads whose program may do nothing for now: who did it, why, until when, and what to do. It is told
 * in the session that goes on, so it says nothing of reconnecting.
 */
export function blockedCallAnswer({ kind, subject, tokenId, reason, blockedUntil }: Block): Blocked {
  const whom = {
    program: `${programTitle({ name: subject })}${tokenId === null ? '' : ' with this token'}`,
    token: 'every program that uses this token',
    client: `this client ("${subject}")`,
    address: `every program at ${subject}`,
  }[kind]
  const until = blockedUntil === null ? 'until that is lifted' : `until ${isoTime(blockedUntil)}`
  return {
    message:
      `A person at the Busbar panel has blocked ${whom}, ${until}${reason === '' ? '' : ` (${reason})`}. ` +
      'Nothing was run, and nothing will be while the block holds. Tell your user; do not look for another way.',
    blockedUntil,
  }
}

const isoTime = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString()

/** Says to who is kept out what happened and what to do. `who` is how they are named in it. */
export function blockedAnswer(block: Block, who: string): Blocked {
  const { blockedUntil, reason } = block
  const when = blockedUntil === null ? 'until the operator allows it' : `before ${isoTime(blockedUntil)}`
  return {
    message:
      `${who} ${when}${reason === '' ? '' : ` (${reason})`}. ` +
      'Stop reconnecting; ask the operator to lift the block.',
    blockedUntil,
  }
}

/** Programs are told apart without regard to case; an address has one form. */
function normal(kind: BlockKind, subject: string): string {
  if (kind === 'program') return subject.trim().toLowerCase()
  return kind === 'address' ? plainAddress(subject) : subject
}
