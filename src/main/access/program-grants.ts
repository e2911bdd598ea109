import type { ApprovalGrant } from '../../shared/approvals.ts'
import { programGrantSeconds } from '../../shared/approvals.ts'

/** What a grant goes by: a tool, for all sessions of one program with one token on one user's bus. */
export interface GrantSubject {
  readonly userId: string
  readonly tokenId: string
  /** The name that the program gives at `initialize`. */
  readonly program: string
  readonly tool: string
}

/** What a person allowed to a program for an hour. In memory alone: a restart of the server takes it back. */
export interface ProgramGrants {
  covers(subject: GrantSubject): boolean
  /** Allows it for an hour from now, also where it was allowed before. */
  add(subject: GrantSubject, title: string): ApprovalGrant
  /** Null where there is no such grant (any more). */
  takeBack(id: string): ApprovalGrant | null
  /** Takes back all that fit; how many. */
  takeBackWhere(fits: (subject: GrantSubject) => boolean): number
  /** Those that hold, the newest first. */
  list(): ApprovalGrant[]
  /** Forgets those whose hour is over; how many. */
  expire(): number
}

interface Held {
  readonly subject: GrantSubject
  readonly grant: ApprovalGrant
  readonly untilMs: number
}

export function createProgramGrants({
  clock,
  steady,
}: {
  /** Unix milliseconds, for what is shown. */
  clock: () => number
  /** Milliseconds that only ever grow, for the hour. */
  steady: () => number
}): ProgramGrants {
  const held = new Map<string, Held>()
  const takeBackWhere = (isMeant: (each: Held) => boolean): number => {
    const meant = [...held.values()].filter(isMeant)
    for (const { grant } of meant) held.delete(grant.id)
    return meant.length
  }
  return {
    covers(subject) {
      const mine = held.get(grantId(subject))
      return mine !== undefined && mine.untilMs > steady()
    },
    add(subject, title) {
      const id = grantId(subject)
      const { userId, tokenId, tool } = subject
      const allowedUntil = clock() / 1000 + programGrantSeconds
      const grant = { id, userId, tokenId, program: title, tool, allowedUntil }
      held.set(id, { subject, grant, untilMs: steady() + programGrantSeconds * 1000 })
      return grant
    },
    takeBack(id) {
      const mine = held.get(id)
      held.delete(id)
      return mine?.grant ?? null
    },
    takeBackWhere: (fits) => takeBackWhere(({ subject }) => fits(subject)),
    list: () =>
      [...held.values()]
        .filter(({ untilMs }) => untilMs > steady())
        .map(({ grant }) => grant)
        .reverse(),
    expire: () => takeBackWhere(({ untilMs }) => untilMs <= steady()),
  }
}

/** The parts are told apart by what JSON makes of them: a program's name may hold anything. */
function grantId({ userId, tokenId, program, tool }: GrantSubject): string {
  return JSON.stringify([userId, tokenId, program, tool])
}
