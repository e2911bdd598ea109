import { ORPCError } from '@orpc/server'
import { createEvents } from '../base/guarded.ts'
import { emptyPage } from '../activity/log-queries.ts'
import { notRegistered } from './pictures.ts'
import { unknownClient } from './messages.ts'
import type { PanelRouterPorts } from './router-ports.ts'
import { statusOf } from './status.ts'

/**
 * The same ports with nothing in them of other users: for a panel that came with one user's token. What concerns
 * others looks as if it were not there; what only the person who runs the server may do is refused. The counts of
 * the status stay those of the whole server; what is kept is told of this user alone.
 *
 * Every member is listed, here and below: a new one is not open to all users until somebody decides that it is.
 */
export function limitToUser(ports: PanelRouterPorts, userId: string): PanelRouterPorts {
  const { messages, access, activity, server } = ports
  return {
    roster: limitRoster(ports.roster, userId),
    jobs: limitJobs(ports.jobs, userId),
    // A process is the machine's, and its id is what a client says of itself: a user could name another's.
    endings: null,
    pauses: limitPauses(ports.pauses, userId),
    troubles: limitTroubles(ports.troubles, userId),
    pictures: limitPictures(ports.pictures, userId),
    // The trail of who uses the bus belongs to the person who runs the server.
    forget: () => Promise.reject(forbidden()),
    messages: {
      send: (input) =>
        input.client.userId === userId ? messages.send(input) : unknownClient(input.client.uuid),
      sentTo: (ref) => (ref.userId === userId ? messages.sentTo(ref) : []),
    },
    sessions: { threshold: ports.sessions.threshold, scopesOf: ports.sessions.scopesOf },
    access: {
      userId,
      blocks: limitBlocks(access.blocks, userId),
      approvals: limitApprovals(access.approvals, userId),
      tokens: null,
    },
    activity: {
      log: limitActivityLog(activity.log, userId),
      rates: { read: (window) => activity.rates.read(window, userId) },
    },
    settings: { list: ports.settings.list, keep: ports.settings.keep, mayChange: false },
    server: {
      status: () => statusOf(server.status(), userId),
      connectInfo: server.connectInfo,
      addon: server.addon,
      token: () => {
        throw forbidden()
      },
    },
    clock: ports.clock,
  }
}

/** What a panel of one user is told that asks for what is not its own. */
export function forbidden(): ORPCError<'FORBIDDEN', undefined> {
  return new ORPCError('FORBIDDEN', { message: 'This panel was opened with the token of one user.' })
}

interface UserRef {
  readonly userId: string
}

type Ports = PanelRouterPorts

function limitRoster(roster: Ports['roster'], userId: string): Ports['roster'] {
  const events: Ports['roster']['events'] = createEvents('roster of a user')
  roster.events.on('changed', (ref) => {
    if (ref.userId === userId) events.emit('changed', ref)
  })
  roster.events.on('left', (ref) => {
    if (ref.userId === userId) events.emit('left', ref)
  })
  return {
    events,
    rows: () => roster.rows().filter((row) => row.userId === userId),
    row: (ref) => (ref.userId === userId ? roster.row(ref) : null),
    client: (ref) => (ref.userId === userId ? roster.client(ref) : null),
    deliveries: (other, messageId) => (other === userId ? roster.deliveries(other, messageId) : null),
  }
}

function limitJobs(jobs: Ports['jobs'], userId: string): Ports['jobs'] {
  const events: Ports['jobs']['events'] = createEvents('job ledger of a user')
  jobs.events.on('changed', (ref) => {
    if (ref.userId === userId) events.emit('changed', ref)
  })
  const own = ({ userId: other }: UserRef): boolean => other === userId
  return {
    events,
    rows: () => jobs.rows().filter(own),
    row: (ref) => (own(ref) ? jobs.row(ref) : null),
    has: (ref) => own(ref) && jobs.has(ref),
    detail: (ref) => (own(ref) ? jobs.detail(ref) : null),
    text: (ref, part) => (own(ref) ? jobs.text(ref, part) : null),
    cancel: (ref) => (own(ref) ? jobs.cancel(ref) : 'not_found'),
    repeat: (ref) =>
      own(ref) ? jobs.repeat(ref) : { outcome: 'refused', message: 'This job is not known (any more).' },
  }
}

/** Null, which is all buses to the operator, is the panel's own here. */
function limitPauses(pauses: Ports['pauses'], userId: string): Ports['pauses'] {
  const events: Ports['pauses']['events'] = createEvents('pauses of a user')
  pauses.events.on('changed', (other) => {
    if (other === userId) events.emit('changed', other)
  })
  return {
    events,
    list: () => pauses.list().filter((pause) => pause.userId === userId),
    stopAll: (other) => ((other ?? userId) === userId ? pauses.stopAll(userId) : 0),
    pause: (client) => client.userId === userId && pauses.pause(client),
    resume: (other, program) => other === userId && pauses.resume(userId, program),
  }
}

function limitTroubles(troubles: Ports['troubles'], userId: string): Ports['troubles'] {
  const events: Ports['troubles']['events'] = createEvents('troubles of a user')
  troubles.events.on('changed', (other) => {
    if (other === userId) events.emit('changed', other)
  })
  return {
    events,
    list: () => troubles.list().filter((trouble) => trouble.userId === userId),
    pause: (program) => program.userId === userId && troubles.pause(program),
    dismiss: (program) => program.userId === userId && troubles.dismiss(program),
  }
}

function limitPictures(pictures: Ports['pictures'], userId: string): Ports['pictures'] {
  return {
    take: (request) =>
      request.client.userId === userId
        ? pictures.take(request)
        : Promise.resolve(notRegistered(request.client)),
    last: (ref) => (ref.userId === userId ? pictures.last(ref) : null),
  }
}

function limitBlocks(blocks: Ports['access']['blocks'], userId: string): Ports['access']['blocks'] {
  const own = () => blocks.listed().filter((block) => block.userId === userId)
  return {
    events: blocks.events,
    listed: own,
    add(order) {
      // An address is one on every bus. What names no bus means the one that this panel shows.
      if (order.kind === 'address' || (order.userId !== '' && order.userId !== userId)) throw forbidden()
      return blocks.add({ ...order, userId })
    },
    lift: (id) => own().some((block) => block.id === id) && blocks.lift(id),
  }
}

function limitApprovals(
  approvals: Ports['access']['approvals'],
  userId: string,
): Ports['access']['approvals'] {
  const own = () => approvals.pending().filter((each) => each.userId === userId)
  const ownGrants = () => approvals.grants().filter((each) => each.userId === userId)
  return {
    events: approvals.events,
    grants: ownGrants,
    takeBack: (grantId) => ownGrants().some(({ id }) => id === grantId) && approvals.takeBack(grantId),
    pending: own,
    detail: (id) => (own().some((each) => each.id === id) ? approvals.detail(id) : null),
    answer: (answer) => own().some(({ id }) => id === answer.id) && approvals.answer(answer),
    policy() {
      const policy = approvals.policy()
      return { ...policy, rules: policy.rules.filter(({ client }) => client?.userId === userId) }
    },
    setPolicy() {
      throw forbidden()
    },
  }
}

function limitActivityLog(activityLog: Ports['activity']['log'], userId: string): Ports['activity']['log'] {
  const events: Ports['activity']['log']['events'] = createEvents('activity log of a user')
  activityLog.events.on('written', (batch) => {
    const entries = batch.entries.filter(({ entry }) => entry.userId === userId)
    const outcomes = batch.outcomes.filter((outcome) => outcome.userId === userId)
    if (entries.length > 0 || outcomes.length > 0) events.emit('written', { entries, outcomes })
  })
  activityLog.events.on('unkept', (logged) => {
    if (logged.entry.userId === userId) events.emit('unkept', logged)
  })
  activityLog.events.on('keptAgain', () => events.emit('keptAgain'))
  return {
    events,
    state: activityLog.state,
    waitingDetail(id) {
      const detail = activityLog.waitingDetail(id)
      return detail?.entry.userId === userId ? detail : null
    },
    queries: {
      lastIdBefore: (at) => activityLog.queries.lastIdBefore(at, userId),
      log: (look) =>
        (look.userId ?? userId) === userId
          ? activityLog.queries.log({ ...look, userId })
          : Promise.resolve(emptyPage),
      detail: (id) => activityLog.queries.detail(id, userId),
    },
  }
}
